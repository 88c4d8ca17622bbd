"""A unit's plan for a year: how many people are to gain a standing, with everything that was said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0117"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_plans",
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("standing", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_plans_unit_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_unit_plans_recorded_by"),
        sa.PrimaryKeyConstraint("unit_id", "year", "process", "standing", "number", name="pk_unit_plans"),
    )


def downgrade() -> None:
    op.drop_table("unit_plans")
