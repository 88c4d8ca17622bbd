"""What was said of people by hand is kept; the picture of the tree says for which day it stands."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_changes",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("born_on", sa.String(10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.String(27), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_person_changes_person_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_person_changes_recorded_by"),
        sa.PrimaryKeyConstraint("person_id", "number", name="pk_person_changes"),
    )
    op.create_table(
        "standing_entries",
        sa.Column("standing_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("standing", sa.String(80), nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.String(27), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["standing_id"], ["standings.id"], name="fk_standing_entries_standing_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_standing_entries_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_standing_entries_unit_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_standing_entries_recorded_by"),
        sa.PrimaryKeyConstraint("standing_id", "number", name="pk_standing_entries"),
    )
    op.create_index("ix_standing_entries_person_id", "standing_entries", ["person_id"])
    op.create_table(
        "picture_day",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stands_for", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_picture_day"),
    )


def downgrade() -> None:
    op.drop_table("picture_day")
    op.drop_table("standing_entries")
    op.drop_table("person_changes")
