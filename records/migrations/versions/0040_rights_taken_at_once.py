"""Posts and delegations say when they were given and taken at once; every end of one is kept for good."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0020"
branch_labels = None
depends_on = None

_LENT_AND_HELD = ("posts", "delegations")


def upgrade() -> None:
    for table in _LENT_AND_HELD:
        op.add_column(table, sa.Column("granted_at", sa.String(27), nullable=True))
        op.add_column(table, sa.Column("revoked_at", sa.String(27), nullable=True))
    op.create_table(
        "endings",
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("of_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_on", sa.String(10), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_endings_recorded_by"),
        sa.PrimaryKeyConstraint("what", "of_id", "number", name="pk_endings"),
    )
    _let_only_grow()


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION endings_refuse_change() CASCADE")
    op.drop_table("endings")
    for table in reversed(_LENT_AND_HELD):
        op.drop_column(table, "revoked_at")
        op.drop_column(table, "granted_at")


def _let_only_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER endings_no_{verb.lower()} BEFORE {verb} ON endings "
                "BEGIN SELECT RAISE(ABORT, 'endings are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION endings_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'endings are never changed'; END $$"
    )
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER endings_no_{name} BEFORE {verbs} ON endings "
            f"FOR EACH {level} EXECUTE FUNCTION endings_refuse_change()"
        )
