"""As a witness an installation follows another log to a new key that the old one signed."""

import sqlalchemy as sa
from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None

_TABLE = "witness_handovers"
_REFUSAL = "witness handovers are never changed"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("before_id", sa.String(8), nullable=False),
        sa.Column("verifier", sa.String(300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("followed_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("origin", "before_id", name="pk_witness_handovers"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_no_{verb.lower()} BEFORE {verb} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {_TABLE}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_{name} BEFORE {verbs} ON {_TABLE} "
            f"FOR EACH {level} EXECUTE FUNCTION {_TABLE}_refuse_change()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {_TABLE}_refuse_change() CASCADE")
    op.drop_table(_TABLE)
