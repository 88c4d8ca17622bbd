"""Which documents went once no rule of retention kept them any more, by which rule and when."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_removals",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_document_removals"),
    )
    op.create_index("ix_document_removals_removed_at", "document_removals", ["removed_at"])


def downgrade() -> None:
    op.drop_table("document_removals")
