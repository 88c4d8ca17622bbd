"""Documents lie sealed in their store; each has a key, wrapped by those of the people it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_keys",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sealed_as", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_document_keys_person_id"),
        sa.PrimaryKeyConstraint("sha256", "sealed_as", "person_id", name="pk_document_keys"),
    )
    op.create_index("ix_document_keys_person_id", "document_keys", ["person_id"])


def downgrade() -> None:
    op.drop_table("document_keys")
