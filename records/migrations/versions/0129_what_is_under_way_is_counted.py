"""Cases under way are counted and found by stage, and their duties by day, from indexes of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_under_way",
        "cases",
        ["process", "stage", "due_on", "id"],
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index("ix_tasks_due", "tasks", ["due_on", "case_id", "step", "round", "paused"])
    op.create_index("ix_tasks_possible", "tasks", ["not_before", "case_id", "step", "round", "paused"])


def downgrade() -> None:
    op.drop_index("ix_tasks_possible", table_name="tasks")
    op.drop_index("ix_tasks_due", table_name="tasks")
    op.drop_index("ix_cases_under_way", table_name="cases")
