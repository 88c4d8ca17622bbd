"""What was said of units and of what bars people is kept for good, each with its day."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

_ONLY_GROW = ("unit_changes", "restriction_entries")


def upgrade() -> None:
    op.add_column("units", sa.Column("closing_from", sa.String(10), nullable=True))
    op.add_column("units", sa.Column("closed_on", sa.String(10), nullable=True))
    op.add_column("units", sa.Column("moved_at", sa.String(27), nullable=True))
    _create_unit_changes()
    _create_unit_closings()
    _create_restriction_entries()
    _fill()
    for table in _ONLY_GROW:
        _let_only_grow(table)


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in reversed(_ONLY_GROW):
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {table}_refuse_change() CASCADE")
    op.drop_table("restriction_entries")
    op.drop_table("unit_closings")
    op.drop_table("unit_changes")
    op.drop_column("units", "moved_at")
    op.drop_column("units", "closed_on")
    op.drop_column("units", "closing_from")


def _create_unit_changes() -> None:
    op.create_table(
        "unit_changes",
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("kind", sa.String(80), nullable=True),
        sa.Column("parent_id", sa.String(64), nullable=True),
        sa.Column("may_approve", sa.Boolean(), nullable=True),
        sa.Column("temporary", sa.Boolean(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_changes_unit_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name="fk_unit_changes_parent_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_unit_changes_recorded_by"),
        sa.PrimaryKeyConstraint("unit_id", "number", name="pk_unit_changes"),
    )
    op.create_index("ix_unit_changes_parent_id", "unit_changes", ["parent_id"])
    op.create_index("ix_unit_changes_from_on", "unit_changes", ["from_on"])


def _create_unit_closings() -> None:
    op.create_table(
        "unit_closings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("post_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("moved_cases", sa.Integer(), nullable=False),
        sa.Column("moved_people", sa.Integer(), nullable=False),
        sa.Column("stuck_on", sa.String(200), nullable=True),
        sa.Column("finished_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_closings_unit_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_unit_closings_recorded_by"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_unit_closings_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_closings"),
        sa.UniqueConstraint("unit_id", name="uq_unit_closings_unit_id"),
    )


def _create_restriction_entries() -> None:
    op.create_table(
        "restriction_entries",
        sa.Column("restriction_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("restriction", sa.String(80), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.String(27), nullable=True),
        sa.Column("recorded_by", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_restriction_entries_person_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_restriction_entries_recorded_by"),
        sa.PrimaryKeyConstraint("restriction_id", "number", name="pk_restriction_entries"),
    )
    op.create_index("ix_restriction_entries_person_id", "restriction_entries", ["person_id"])


def _fill() -> None:
    """Write down what is known: units as they are have always been so."""
    op.execute(
        "INSERT INTO unit_changes (unit_id, number, from_on, name, kind, parent_id, may_approve, temporary) "
        "SELECT id, 1, '0001-01-01', name, kind, parent_id, may_approve, temporary FROM units"
    )
    op.execute(
        "INSERT INTO restriction_entries (restriction_id, number, person_id, restriction, from_on, to_on) "
        "SELECT id, 1, person_id, restriction, from_on, to_on FROM restrictions"
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
