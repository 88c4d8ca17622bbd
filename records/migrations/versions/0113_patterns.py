"""What was found in patterns over many cases is kept, with the thresholds."""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None

_ID, _DAY = sa.String(64), sa.String(10)


def upgrade() -> None:
    op.create_table(
        "pattern_runs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("until_on", _DAY, nullable=False),
        sa.Column("since_on", _DAY),
        sa.Column("unit_id", _ID),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_pattern_runs_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pattern_runs"),
    )
    op.create_table(
        "pattern_results",
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pattern", sa.String(80), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["pattern_runs.id"], name="fk_pattern_results_run_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_pattern_results_unit_id"),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_pattern_results"),
    )
    op.create_index("ix_pattern_results_run_id_unit_id", "pattern_results", ["run_id", "unit_id"])


def downgrade() -> None:
    op.drop_table("pattern_results")
    op.drop_table("pattern_runs")
