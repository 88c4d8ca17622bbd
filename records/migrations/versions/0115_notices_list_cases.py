"""A notice may be about several cases, and lists them."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_lines",
        sa.Column("notice_id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_notice_lines_case_id"),
        sa.ForeignKeyConstraint(["notice_id"], ["obligations.id"], name="fk_notice_lines_notice_id"),
        sa.PrimaryKeyConstraint("notice_id", "case_id", "step", name="pk_notice_lines"),
    )
    op.create_index("ix_notice_lines_case_id", "notice_lines", ["case_id"])


def downgrade() -> None:
    op.drop_table("notice_lines")
