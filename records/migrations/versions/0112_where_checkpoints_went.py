"""Witnesses and people get checkpoints: which one each has, and why it does not have a later one."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint_places",
        sa.Column("place", sa.String(220), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", sa.String(27), nullable=True),
        sa.Column("tried_at", sa.String(27), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(400), nullable=True),
        sa.PrimaryKeyConstraint("place", name="pk_checkpoint_places"),
    )


def downgrade() -> None:
    op.drop_table("checkpoint_places")
