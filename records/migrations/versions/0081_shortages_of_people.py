"""Which cases were seen to be short of people, and who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shortages",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("who", sa.String(400), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.String(27), nullable=False),
        sa.Column("gone_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_shortages_case_id"),
        sa.PrimaryKeyConstraint("case_id", "who", "number", name="pk_shortages"),
    )


def downgrade() -> None:
    op.drop_table("shortages")
