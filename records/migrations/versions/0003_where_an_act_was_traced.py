"""Effects hang in the trace of the act they follow from, also after a crash."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(55), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_places_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_places"),
    )
    op.create_index("ix_places_created_at", "places", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_places_created_at", table_name="places")
    op.drop_table("places")
