"""What a post is lent for; who may not act on a task; as whose substitute somebody is told."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None

_LIMITS = ("processes", "stages", "units")


def upgrade() -> None:
    for limit in _LIMITS:
        op.add_column("delegations", sa.Column(limit, sa.Text(), nullable=True))
    op.add_column("obligations", sa.Column("on_behalf_of", sa.String(64), nullable=True))
    op.add_column("tasks", sa.Column("barred", sa.Text(), nullable=False, server_default=""))
    op.add_column("tasks", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Whoever acted before follows with the next act on the case.
    op.execute(
        "UPDATE tasks SET barred = ' ' || "
        "(SELECT subject_id FROM cases WHERE cases.id = tasks.case_id) || ' ' WHERE actor <> 'subject'"
    )
    op.execute(
        sa.text(
            "UPDATE tasks SET paused = :yes "
            "WHERE case_id IN (SELECT id FROM cases WHERE status = 'suspended')"
        ).bindparams(sa.bindparam("yes", True, sa.Boolean()))
    )


def downgrade() -> None:
    op.drop_column("tasks", "paused")
    op.drop_column("tasks", "barred")
    op.drop_column("obligations", "on_behalf_of")
    for limit in reversed(_LIMITS):
        op.drop_column("delegations", limit)
