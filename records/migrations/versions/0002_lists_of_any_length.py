"""Lists cost the same in a record of any size."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REPLACED = (
    ("ix_cases_opened_on_id", "cases", ["opened_on", "id"]),
    ("ix_cases_unit_id_opened_on_id", "cases", ["unit_id", "opened_on", "id"]),
    ("ix_cases_status_opened_on_id", "cases", ["status", "opened_on", "id"]),
    ("ix_cases_stage_opened_on_id", "cases", ["stage", "opened_on", "id"]),
    ("ix_cases_standing_opened_on_id", "cases", ["standing", "opened_on", "id"]),
    ("ix_tasks_due_on", "tasks", ["due_on"]),
    ("ix_tasks_person_id", "tasks", ["person_id"]),
    ("ix_tasks_unit_id_role", "tasks", ["unit_id", "role"]),
    ("ix_standings_unit_id_standing", "standings", ["unit_id", "standing"]),
)
_NARROWING = ["status", "stage", "standing", "process", "due_on"]

_FIRST_DUE = "UPDATE cases SET due_on = (SELECT min(due_on) FROM tasks WHERE tasks.case_id = cases.id)"

_ENDINGS_ON_SQLITE = """
WITH RECURSIVE endings (person_id, rest) AS (
    SELECT id, name_search FROM people
    UNION ALL
    SELECT person_id, substr(rest, 2) FROM endings WHERE length(rest) > 1
)
INSERT INTO name_endings (ending, person_id)
SELECT DISTINCT substr(rest, 1, min(32, instr(rest || ' ', ' ') - 1)), person_id
FROM endings WHERE rest <> '' AND substr(rest, 1, 1) <> ' '
"""
_ENDINGS_ON_POSTGRESQL = """
INSERT INTO name_endings (ending, person_id)
SELECT DISTINCT substr(word, place, 32), people.id
FROM people,
    unnest(string_to_array(people.name_search, ' ')) AS word,
    generate_series(1, length(word)) AS place
"""


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("cases", sa.Column("due_on", sa.String(length=10), nullable=True))
    op.execute(_FIRST_DUE)
    for name, table, _ in _REPLACED:
        op.drop_index(name, table_name=table)
    op.create_index(
        "ix_cases_listed", "cases", ["opened_on", "id", *_NARROWING, "unit_id", "subject_id"], unique=False
    )
    op.create_index(
        "ix_cases_listed_by_unit",
        "cases",
        ["unit_id", "opened_on", "id", *_NARROWING, "subject_id"],
        unique=False,
    )
    op.create_index(
        "ix_tasks_unit_id_role_person_id", "tasks", ["unit_id", "role", "person_id"], unique=False
    )
    op.create_index(
        "ix_tasks_in_person",
        "tasks",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("person_id <> ''"),
        postgresql_where=sa.text("person_id <> ''"),
    )
    op.create_index(
        "ix_standings_roster",
        "standings",
        ["unit_id", "standing", "from_on", "to_on", "person_id"],
        unique=False,
    )
    op.create_index(
        "ix_obligations_unread",
        "obligations",
        ["person_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "name_endings",
        sa.Column("ending", sa.String(length=32, collation=None if on_sqlite else "C"), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_name_endings_person_id")),
        sa.PrimaryKeyConstraint("ending", "person_id", name=op.f("pk_name_endings")),
        sqlite_with_rowid=False,
    )
    op.execute(_ENDINGS_ON_SQLITE if on_sqlite else _ENDINGS_ON_POSTGRESQL)


def downgrade() -> None:
    op.drop_table("name_endings")
    op.drop_index("ix_standings_roster", table_name="standings")
    op.drop_index("ix_tasks_in_person", table_name="tasks")
    op.drop_index("ix_tasks_unit_id_role_person_id", table_name="tasks")
    op.drop_index("ix_obligations_unread", table_name="obligations")
    op.drop_index("ix_cases_listed_by_unit", table_name="cases")
    op.drop_index("ix_cases_listed", table_name="cases")
    op.drop_column("cases", "due_on")
    for name, table, columns in _REPLACED:
        op.create_index(name, table, columns, unique=False)
