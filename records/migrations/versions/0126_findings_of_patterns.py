"""What a look for patterns finds is a finding, and has a life."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pattern_findings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("pattern", sa.String(80), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=True),
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("raised_at", sa.String(27), nullable=False),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_pattern_findings_unit_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_pattern_findings_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pattern_findings"),
        sa.UniqueConstraint("pattern", "place", name="uq_pattern_findings_pattern_place"),
    )
    op.create_index("ix_pattern_findings_unit_id_state", "pattern_findings", ["unit_id", "state"])
    op.create_index("ix_pattern_findings_raised_at_id", "pattern_findings", ["raised_at", "id"])
    op.create_table(
        "pattern_words",
        sa.Column("finding_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("said_by", sa.String(64), nullable=True),
        sa.Column("post", sa.String(64), nullable=True),
        sa.Column("on_behalf_of", sa.String(64), nullable=True),
        sa.Column("said_at", sa.String(27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("run_id", sa.String(64), nullable=True),
        sa.Column("result", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["pattern_findings.id"], name="fk_pattern_words_finding_id"),
        sa.ForeignKeyConstraint(["said_by"], ["people.id"], name="fk_pattern_words_said_by"),
        sa.ForeignKeyConstraint(["run_id"], ["pattern_runs.id"], name="fk_pattern_words_run_id"),
        sa.PrimaryKeyConstraint("finding_id", "number", name="pk_pattern_words"),
    )


def downgrade() -> None:
    op.drop_table("pattern_words")
    op.drop_index("ix_pattern_findings_raised_at_id", table_name="pattern_findings")
    op.drop_index("ix_pattern_findings_unit_id_state", table_name="pattern_findings")
    op.drop_table("pattern_findings")
