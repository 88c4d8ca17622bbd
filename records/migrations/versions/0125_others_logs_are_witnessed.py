"""An installation may sign, as a witness, below checkpoints of others' logs, and remembers what it signed."""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0120"
branch_labels = None
depends_on = None

_ONLY_GROW = ("witness_keys", "witnessed", "witness_refusals")


def upgrade() -> None:
    op.create_table(
        "witness_keys",
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("verifier", sa.String(300), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("from_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_witness_keys"),
    )
    op.create_table(
        "witnessed",
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name="pk_witnessed"),
    )
    op.create_table(
        "witness_refusals",
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("seen_size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", "root", name="pk_witness_refusals"),
    )
    for table in _ONLY_GROW:
        _let_only_grow(table)


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in reversed(_ONLY_GROW):
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {table}_refuse_change() CASCADE")
        op.drop_table(table)


def _let_only_grow(table: str) -> None:
    refusal = f"{table} are never changed".replace("_", " ")
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {verbs} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {table}_refuse_change()"
        )
