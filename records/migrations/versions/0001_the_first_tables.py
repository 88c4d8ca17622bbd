"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_REFUSAL = "events are never changed"

_ON_SQLITE = tuple(
    f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
)
_FUNCTION = (
    "CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
)
_ON_POSTGRESQL = (
    _FUNCTION,
    *(
        f"CREATE TRIGGER events_no_{name} BEFORE {verbs} ON events "
        f"FOR EACH {level} EXECUTE FUNCTION events_refuse_change()"
        for name, verbs, level in (
            ("change", "UPDATE OR DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        )
    ),
)


def upgrade() -> None:
    _create_tables()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _ON_SQLITE if on_sqlite else _ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION events_refuse_change() CASCADE")
    _drop_tables()


def _create_tables() -> None:  # noqa: PLR0915 - a statement for each table and index
    op.create_table(
        "idempotency",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)

    op.create_table(
        "login_attempts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index("ix_login_attempts_key_at", "login_attempts", ["key", "at"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_search", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("born_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("temporary", sa.Boolean(), nullable=False),
        sa.Column("may_approve", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
    )
    op.create_index("ix_units_parent_id", "units", ["parent_id"], unique=False)

    op.create_table(
        "accounts",
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_person_id", "accounts", ["person_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("target_unit_id", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=80), nullable=True),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("standing", sa.String(length=80), nullable=False),
        sa.Column("opened_on", sa.String(length=10), nullable=False),
        sa.Column("closed_on", sa.String(length=10), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("open_key", sa.String(length=160), nullable=True),
        sa.Column("next_moment", sa.String(length=27), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("changed_at", sa.String(length=27), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["people.id"], name=op.f("fk_cases_subject_id")),
        sa.ForeignKeyConstraint(["target_unit_id"], ["units.id"], name=op.f("fk_cases_target_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_cases_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("open_key", name=op.f("uq_cases_open_key")),
    )
    op.create_index("ix_cases_opened_on_id", "cases", ["opened_on", "id"], unique=False)
    op.create_index("ix_cases_standing_opened_on_id", "cases", ["standing", "opened_on", "id"], unique=False)
    op.create_index("ix_cases_status_opened_on_id", "cases", ["status", "opened_on", "id"], unique=False)
    op.create_index("ix_cases_stage_opened_on_id", "cases", ["stage", "opened_on", "id"], unique=False)
    op.create_index("ix_cases_subject_id", "cases", ["subject_id"], unique=False)
    op.create_index("ix_cases_target_unit_id", "cases", ["target_unit_id"], unique=False)
    op.create_index("ix_cases_unit_id_opened_on_id", "cases", ["unit_id", "opened_on", "id"], unique=False)

    op.create_table(
        "materials",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_materials_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
    )
    op.create_index("ix_materials_created_by", "materials", ["created_by"], unique=False)
    op.create_index("ix_materials_sha256", "materials", ["sha256"], unique=False)

    op.create_table(
        "posts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.String(length=10), nullable=False),
        sa.Column("to_on", sa.String(length=10), nullable=True),
        sa.Column("granted_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_posts_granted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_posts_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_posts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index("ix_posts_person_id", "posts", ["person_id"], unique=False)
    op.create_index("ix_posts_unit_id_role", "posts", ["unit_id", "role"], unique=False)

    op.create_table(
        "restrictions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("restriction", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.String(length=10), nullable=False),
        sa.Column("to_on", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_restrictions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
    )
    op.create_index("ix_restrictions_person_id", "restrictions", ["person_id"], unique=False)

    op.create_table(
        "standings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("standing", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.String(length=10), nullable=False),
        sa.Column("to_on", sa.String(length=10), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_standings_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_standings_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standings")),
    )
    op.create_index("ix_standings_person_id_from_on", "standings", ["person_id", "from_on"], unique=False)
    op.create_index("ix_standings_unit_id_standing", "standings", ["unit_id", "standing"], unique=False)

    op.create_table(
        "unit_closure",
        sa.Column("ancestor_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ancestor_id"], ["units.id"], name=op.f("fk_unit_closure_ancestor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_closure_unit_id")),
        sa.PrimaryKeyConstraint("ancestor_id", "unit_id", name=op.f("pk_unit_closure")),
    )
    op.create_index("ix_unit_closure_unit_id_depth", "unit_closure", ["unit_id", "depth"], unique=False)

    op.create_table(
        "case_materials",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_materials_case_id")),
        sa.PrimaryKeyConstraint("case_id", "sha256", name=op.f("pk_case_materials")),
    )
    op.create_index("ix_case_materials_sha256", "case_materials", ["sha256"], unique=False)

    op.create_table(
        "case_people",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_people_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_case_people_person_id")),
        sa.PrimaryKeyConstraint("case_id", "role", "person_id", name=op.f("pk_case_people")),
    )
    op.create_index("ix_case_people_person_id", "case_people", ["person_id"], unique=False)

    op.create_table(
        "delegations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("post_id", sa.String(length=64), nullable=False),
        sa.Column("substitute_id", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.String(length=10), nullable=False),
        sa.Column("to_on", sa.String(length=10), nullable=True),
        sa.Column("granted_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_delegations_granted_by")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_delegations_post_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["people.id"], name=op.f("fk_delegations_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index("ix_delegations_post_id", "delegations", ["post_id"], unique=False)
    op.create_index("ix_delegations_substitute_id", "delegations", ["substitute_id"], unique=False)

    op.create_table(
        "events",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("occurred_on", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", sa.String(length=27), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("post", sa.String(length=64), nullable=True),
        sa.Column("on_behalf_of", sa.String(length=64), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_events_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_events")),
    )
    op.create_table(
        "obligations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=80), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.String(length=27), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.String(length=27), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("read_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_obligations_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_obligations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
    )
    op.create_index("ix_obligations_case_id", "obligations", ["case_id"], unique=False)
    op.create_index(
        "ix_obligations_person_id_created_at_id",
        "obligations",
        ["person_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_obligations_status_next_attempt_at", "obligations", ["status", "next_attempt_at"], unique=False
    )

    op.create_table(
        "outbox",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("driven_seq", sa.Integer(), nullable=False),
        sa.Column("waiting_since", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_waiting_since", "outbox", ["waiting_since"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name=op.f("fk_sessions_login")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_login", "sessions", ["login"], unique=False)

    op.create_table(
        "tasks",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=80), nullable=True),
        sa.Column("opened_at", sa.String(length=27), nullable=False),
        sa.Column("not_before", sa.String(length=10), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id")),
        sa.PrimaryKeyConstraint("case_id", "step", "actor", "person_id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_due_on", "tasks", ["due_on"], unique=False)
    op.create_index("ix_tasks_person_id", "tasks", ["person_id"], unique=False)
    op.create_index("ix_tasks_unit_id_role", "tasks", ["unit_id", "role"], unique=False)


def _drop_tables() -> None:  # noqa: PLR0915 - a statement for each table and index
    op.drop_index("ix_tasks_unit_id_role", table_name="tasks")
    op.drop_index("ix_tasks_person_id", table_name="tasks")
    op.drop_index("ix_tasks_due_on", table_name="tasks")

    op.drop_table("tasks")
    op.drop_index("ix_sessions_login", table_name="sessions")
    op.drop_index("ix_sessions_expires_at", table_name="sessions")

    op.drop_table("sessions")
    op.drop_index("ix_outbox_waiting_since", table_name="outbox")

    op.drop_table("outbox")
    op.drop_index("ix_obligations_status_next_attempt_at", table_name="obligations")
    op.drop_index("ix_obligations_person_id_created_at_id", table_name="obligations")
    op.drop_index("ix_obligations_case_id", table_name="obligations")

    op.drop_table("obligations")
    op.drop_table("events")
    op.drop_index("ix_delegations_substitute_id", table_name="delegations")
    op.drop_index("ix_delegations_post_id", table_name="delegations")

    op.drop_table("delegations")
    op.drop_index("ix_case_people_person_id", table_name="case_people")

    op.drop_table("case_people")
    op.drop_index("ix_case_materials_sha256", table_name="case_materials")

    op.drop_table("case_materials")
    op.drop_index("ix_unit_closure_unit_id_depth", table_name="unit_closure")

    op.drop_table("unit_closure")
    op.drop_index("ix_standings_unit_id_standing", table_name="standings")
    op.drop_index("ix_standings_person_id_from_on", table_name="standings")

    op.drop_table("standings")
    op.drop_index("ix_restrictions_person_id", table_name="restrictions")

    op.drop_table("restrictions")
    op.drop_index("ix_posts_unit_id_role", table_name="posts")
    op.drop_index("ix_posts_person_id", table_name="posts")

    op.drop_table("posts")
    op.drop_index("ix_materials_sha256", table_name="materials")
    op.drop_index("ix_materials_created_by", table_name="materials")

    op.drop_table("materials")
    op.drop_index("ix_cases_unit_id_opened_on_id", table_name="cases")
    op.drop_index("ix_cases_target_unit_id", table_name="cases")
    op.drop_index("ix_cases_subject_id", table_name="cases")
    op.drop_index("ix_cases_status_opened_on_id", table_name="cases")
    op.drop_index("ix_cases_stage_opened_on_id", table_name="cases")
    op.drop_index("ix_cases_standing_opened_on_id", table_name="cases")
    op.drop_index("ix_cases_opened_on_id", table_name="cases")

    op.drop_table("cases")
    op.drop_index("ix_accounts_person_id", table_name="accounts")

    op.drop_table("accounts")
    op.drop_index("ix_units_parent_id", table_name="units")

    op.drop_table("units")
    op.drop_table("people")
    op.drop_index("ix_login_attempts_key_at", table_name="login_attempts")

    op.drop_table("login_attempts")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency")

    op.drop_table("idempotency")
