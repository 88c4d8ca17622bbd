"""People say when they are away, and what is lent meanwhile says by which absence."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("ended_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_absences_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_person_id_from_on", "absences", ["person_id", "from_on"])
    op.add_column("delegations", sa.Column("absence_id", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("delegations", "absence_id")
    op.drop_table("absences")
