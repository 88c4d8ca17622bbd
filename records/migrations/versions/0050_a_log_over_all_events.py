"""All events stand in one log, over which there is a tree with signed checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None

_ONLY_GROW = ("log_leaves", "log_nodes", "log_keys", "checkpoints", "cosignatures")
_UNLOGGED = sa.text("seq > logged_seq")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("logged_seq", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_outbox_unlogged", "outbox", ["case_id"], sqlite_where=_UNLOGGED, postgresql_where=_UNLOGGED
    )
    _create_tree()
    _create_checkpoints()
    for table in _ONLY_GROW:
        _let_only_grow(table)


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in reversed(_ONLY_GROW):
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {table}_refuse_change() CASCADE")
        op.drop_table(table)
    op.drop_index("ix_outbox_unlogged", "outbox")
    op.drop_column("outbox", "logged_seq")


def _create_tree() -> None:
    op.create_table(
        "log_leaves",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_log_leaves"),
    )
    op.create_index("ix_log_leaves_case_id_seq", "log_leaves", ["case_id", "seq"], unique=True)
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_log_nodes"),
    )


def _create_checkpoints() -> None:
    op.create_table(
        "log_keys",
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("verifier", sa.String(300), nullable=False),
        sa.Column("from_at", sa.String(27), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("handover", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_log_keys"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "key_id", name="pk_checkpoints"),
    )
    op.create_table(
        "cosignatures",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("size", "key_id", "witness", name="pk_cosignatures"),
    )


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
