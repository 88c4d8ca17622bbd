"""How long cases stayed in stages, and how long steps waited, is kept as rows, for reports.

Of cases that are there already the rows are made by `accede db rebuild`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0097"
branch_labels = None
depends_on = None

_ID, _NAME, _DAY = sa.String(64), sa.String(80), sa.String(10)


def upgrade() -> None:
    op.create_table(
        "stage_stays",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process", _NAME, nullable=False),
        sa.Column("stage", _NAME, nullable=False),
        sa.Column("entered_on", _DAY, nullable=False),
        sa.Column("left_on", _DAY),
        sa.Column("days", sa.Integer()),
        sa.Column("standing", _NAME),
        sa.Column("outcome", _NAME),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_stage_stays_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_stage_stays"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_stage_stays_ended",
        "stage_stays",
        ["process", "left_on", "stage", "days", "standing", "outcome", "entered_on"],
    )
    op.create_table(
        "done_steps",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process", _NAME, nullable=False),
        sa.Column("stage", _NAME, nullable=False),
        sa.Column("step", _NAME, nullable=False),
        sa.Column("ready_on", _DAY, nullable=False),
        sa.Column("due_on", _DAY),
        sa.Column("done_on", _DAY, nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer()),
        sa.Column("done_as", sa.String(160)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_done_steps_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_done_steps"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_done_steps_done", "done_steps", ["process", "done_on", "step", "waited", "late", "done_as"]
    )


def downgrade() -> None:
    op.drop_table("done_steps")
    op.drop_table("stage_stays")
