"""Migrations: up, down, up again, equal to the tables the code uses; and what the database itself refuses."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic import command

from records import migrating, tables
from records.engines import open_engine
from records.problems import DatabaseUnavailable
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
