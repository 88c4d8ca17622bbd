"""Who said under which overlay a unit starts cases, and by which post; neither where a command said it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unit_overlays") as table:
        table.add_column(sa.Column("recorded_by", sa.String(64), nullable=True))
        table.add_column(sa.Column("post_id", sa.String(64), nullable=True))
        table.create_foreign_key("fk_unit_overlays_recorded_by", "people", ["recorded_by"], ["id"])
        table.create_foreign_key("fk_unit_overlays_post_id", "posts", ["post_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("unit_overlays") as table:
        table.drop_constraint("fk_unit_overlays_post_id", type_="foreignkey")
        table.drop_constraint("fk_unit_overlays_recorded_by", type_="foreignkey")
        table.drop_column("post_id")
        table.drop_column("recorded_by")
