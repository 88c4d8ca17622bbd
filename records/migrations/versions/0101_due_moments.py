"""What is due is found without looking at every case."""

from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_due", "cases", ["next_moment", "id"])


def downgrade() -> None:
    op.drop_index("ix_cases_due", "cases")
