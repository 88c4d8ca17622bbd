"""Units say under which local overlay their cases start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_overlays",
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("overlay", sa.String(80), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_overlays_unit_id"),
        sa.PrimaryKeyConstraint("unit_id", "process", "number", name="pk_unit_overlays"),
    )


def downgrade() -> None:
    op.drop_table("unit_overlays")
