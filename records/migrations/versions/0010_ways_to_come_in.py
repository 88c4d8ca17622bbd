"""More ways to come in, what units ask of them, and who looked at sensitive material and why."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None

_ONLY_GROW = ("login_policies", "disclosures", "disclosed")


def upgrade() -> None:
    _name_sessions()
    _create_ways_in()
    _create_what_is_asked()
    _let_only_grow()


def downgrade() -> None:
    # Triggers go with their tables.
    for table in ("disclosed", "disclosures", "login_policies", "passkeys", "recovery_codes", "code_apps"):
        op.drop_table(table)
    for table in ("identities", "unfinished", "familiar_places"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_constraint("uq_sessions_id", type_="unique")
        for column in ("proof", "scope", "id"):
            sessions.drop_column(column)


def _name_sessions() -> None:
    op.add_column("sessions", sa.Column("id", sa.String(64), nullable=True))
    op.add_column("sessions", sa.Column("scope", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("proof", sa.String(20), nullable=False, server_default="password"))
    sessions = sa.table("sessions", sa.column("id_hash", sa.String), sa.column("id", sa.String))
    for (digest,) in op.get_bind().execute(sa.select(sessions.c.id_hash)).all():
        op.execute(sa.update(sessions).where(sessions.c.id_hash == digest).values(id=uuid.uuid4().hex))
    with op.batch_alter_table("sessions") as batch:
        batch.alter_column("id", existing_type=sa.String(64), nullable=False)
        batch.create_unique_constraint("uq_sessions_id", ["id"])


def _create_ways_in() -> None:
    op.create_table(
        "familiar_places",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name="fk_familiar_places_login"),
        sa.PrimaryKeyConstraint("mark", name="pk_familiar_places"),
    )
    op.create_index("ix_familiar_places_login", "familiar_places", ["login"])
    op.create_index("ix_familiar_places_seen_at", "familiar_places", ["seen_at"])
    op.create_table(
        "unfinished",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("login", sa.String(120), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name="fk_unfinished_login"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_unfinished"),
    )
    op.create_index("ix_unfinished_login", "unfinished", ["login"])
    op.create_index("ix_unfinished_expires_at", "unfinished", ["expires_at"])
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name="fk_identities_login"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    )
    op.create_index("ix_identities_login", "identities", ["login"])
    _create_second_factors()


def _create_second_factors() -> None:
    op.create_table(
        "code_apps",
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("sealed", sa.String(300), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("confirmed_at", sa.String(27), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name="fk_code_apps_login"),
        sa.PrimaryKeyConstraint("login", name="pk_code_apps"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name="fk_recovery_codes_login"),
        sa.PrimaryKeyConstraint("login", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("credential_hash", sa.String(64), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("used_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name="fk_passkeys_login"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_hash", name="uq_passkeys_credential_hash"),
    )
    op.create_index("ix_passkeys_login", "passkeys", ["login"])


def _create_what_is_asked() -> None:
    op.create_table(
        "login_policies",
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_factor", sa.String(20), nullable=False),
        sa.Column("set_by", sa.String(64), nullable=True),
        sa.Column("set_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_login_policies_unit_id"),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name="fk_login_policies_set_by"),
        sa.PrimaryKeyConstraint("unit_id", "number", name="pk_login_policies"),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("ends_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_disclosures_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_disclosures_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
    )
    op.create_index("ix_disclosures_case_id", "disclosures", ["case_id"])
    op.create_index("ix_disclosures_person_id", "disclosures", ["person_id"])
    op.create_table(
        "disclosed",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("disclosure_id", sa.String(64), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["disclosure_id"], ["disclosures.id"], name="fk_disclosed_disclosure_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disclosed"),
    )
    op.create_index("ix_disclosed_disclosure_id", "disclosed", ["disclosure_id"])


def _let_only_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _ONLY_GROW:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are never changed', TG_TABLE_NAME; END $$"
    )
    for table in _ONLY_GROW:
        for name, verbs, level in (
            ("change", "UPDATE OR DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        ):
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {verbs} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
            )
