"""Each person has a key, with which what is personal in events is sealed; erasures by two people."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("sealed", sa.Text(), nullable=True))
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("destroyed_at", sa.String(27), nullable=True),
        sa.Column("erasure_id", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_person_keys_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_keys"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("answered_by", sa.String(64), nullable=True),
        sa.Column("answered_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_erasures_person_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_erasures_asked_by"),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name="fk_erasures_answered_by"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_person_id", "erasures", ["person_id"])


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("person_keys")
    op.drop_column("events", "sealed")
