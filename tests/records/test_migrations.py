"""Migrations: up, down, up again, equal to the tables the code uses; and what the database itself refuses."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic import command

from domain.circumstances import LentFor
from domain.verifying import LogReader
from records import audited, log, migrating, organisation, post_notes, tables
from records.engines import open_engine
from records.problems import DatabaseUnavailable
from records.stored import written_image
from tests.records.organisations import an_organisation


def names(address):
    engine = open_engine(address)
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_migrations_go_up_down_and_up_again(empty_address):
    migrating.upgrade(empty_address)
    assert names(empty_address) == set(tables.metadata.tables) | {"alembic_version"}
    migrating.check(empty_address)
    migrating.downgrade(empty_address)
    assert names(empty_address) == {"alembic_version"}
    migrating.upgrade(empty_address)
    migrating.check(empty_address)


def test_sessions_and_tokens_from_before_they_had_names_go_on(empty_address):
    migrating.upgrade(empty_address, "0003")
    engine = open_engine(empty_address)
    names = ("people", "accounts", "sessions")
    then = sa.MetaData()
    then.reflect(engine, only=names)
    people, known, sessions = (then.tables[name] for name in names)
    at = "2026-11-01T00:00:00.000000Z"
    account = {"login": "li", "person_id": "p", "password_hash": "x", "disabled": False, "created_at": at}
    token = {"kind": "token", "login": "li", "person_id": "p", "created_at": at}
    with engine.begin() as connection:
        connection.execute(sa.insert(people).values(id="p", name="李", name_search="li", language="zh"))
        connection.execute(sa.insert(known).values(account))
        for secret in ("one", "two"):
            connection.execute(sa.insert(sessions).values(token | {"id_hash": secret}))
    migrating.upgrade(empty_address)
    with engine.begin() as connection:
        found = connection.execute(sa.text("SELECT id_hash, id, scope, proof FROM sessions")).all()
    engine.dispose()
    assert {(row.id_hash, row.scope, row.proof) for row in found} == {
        ("one", None, "password"),
        ("two", None, "password"),
    }
    assert len({row.id for row in found}) == 2
    migrating.downgrade(empty_address, "0003")
    migrating.upgrade(empty_address)


def test_posts_from_before_they_were_noted_are_noted_as_they_stood(empty_address):
    migrating.upgrade(empty_address)
    engine = open_engine(empty_address)
    with engine.begin() as connection:
        an_organisation(connection)
        organisation.add_delegation(
            connection,
            post_id="post-person-2",
            substitute="person-3",
            from_on=date(2026, 3, 1),
            granted_at=datetime(2026, 2, 1, tzinfo=UTC),
            lent_for=LentFor(processes=("reading",)),
        )
    migrating.downgrade(empty_address, "0131")
    with engine.begin() as connection:
        # What the release before does, which notes nothing.
        connection.execute(sa.update(tables.posts).values(to_on=date(2030, 1, 1)))
        assert len(list(post_notes.told_otherwise(connection))) == 5
    migrating.upgrade(empty_address)
    with engine.begin() as connection:
        assert list(post_notes.told_otherwise(connection)) == []
        log.place_events(connection)
        kinds = sa.text("SELECT type FROM administration ORDER BY seq DESC LIMIT 6")
        found = list(connection.execute(kinds).scalars())
        reader = LogReader([])
        for row in audited.placed_events(connection, 0, 100):
            reader.add(written_image(row), row.hash)
    engine.dispose()
    assert found == ["delegation-stood"] + ["post-stood"] * 5
    assert reader.size == 12


def test_upgrading_twice_changes_nothing(address):
    migrating.upgrade(address)
    migrating.check(address)


def test_migrated_tables_equal_those_the_code_uses(address):
    engine = open_engine(address)
    with engine.begin() as connection:
        command.check(migrating.config(connection))
    engine.dispose()


def test_a_table_the_migrations_do_not_know_would_be_found(address):
    engine = open_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX ix_cases_listed"))
        with pytest.raises(Exception, match="ix_cases_listed"):
            command.check(migrating.config(connection))
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'somebody'",
        "UPDATE events SET data = data",
        "DELETE FROM events",
        "DELETE FROM events WHERE seq = 1",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "TRUNCATE events",
    ],
)
def test_the_database_itself_refuses_to_change_events(database, statement):
    dialect = database.read_now(lambda c: c.dialect.name)
    if ("TRUNCATE" in statement and dialect == "sqlite") or (
        "OR REPLACE" in statement and dialect != "sqlite"
    ):
        expected = "syntax error"
    else:
        expected = "never changed"
    database.write_now(an_organisation)
    database.write_now(_one_event)
    with pytest.raises((sa.exc.DBAPIError, DatabaseUnavailable)) as refused:
        database.write_now(lambda c: c.execute(sa.text(statement)) and None)
    cause = refused.value.__cause__ if isinstance(refused.value, DatabaseUnavailable) else refused.value
    assert expected in str(cause)
    assert database.read_now(lambda c: c.execute(sa.select(tables.events.c.actor)).scalars().all()) == [
        "person-1"
    ]


def _one_event(connection):
    moment = datetime(2025, 3, 3, tzinfo=UTC)
    day = date(2025, 3, 3)
    connection.execute(
        sa.insert(tables.cases).values(
            id="case-1",
            process="p",
            version="1",
            digest="d",
            subject_id="person-1",
            unit_id="circle-1",
            status="open",
            stage="s",
            standing="guest",
            opened_on=day,
            seq=1,
            head="h",
            created_at=moment,
            changed_at=moment,
            snapshot="{}",
        )
    )
    connection.execute(
        sa.insert(tables.events).values(
            case_id="case-1",
            seq=1,
            type="case-started",
            occurred_on=day,
            recorded_at=moment,
            actor="person-1",
            data="{}",
            prev_hash="0",
            hash="1",
        )
    )
