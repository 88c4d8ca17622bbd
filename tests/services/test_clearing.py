"""What is kept for a time only is cleared when that time is over, and nothing else is."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from records import accounts, attempts, door_tables, idempotency, tables
from services.clearing import clear
from tests.builders import HOST
from tests.records.organisations import an_organisation

NOW = datetime(2026, 6, 1, 19, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_furnished_record(connection):
    an_organisation(connection)
    accounts.add_account(connection, login="li", person=HOST, password_hash="h", now=NOW)
    for lasts in (timedelta(0), SECOND):
        accounts.begin(connection, login="li", now=NOW, lasts=lasts)
    accounts.begin(connection, login="li", now=NOW - timedelta(days=4000), kind="token", lasts=None)
    for age in (timedelta(days=1), timedelta(days=1) + SECOND):
        attempts.note_failure(connection, [f"failed {age}"], NOW - age)
    for age in (timedelta(days=30), timedelta(days=30) + SECOND):
        idempotency.begin(connection, HOST, f"key {age}", "r", NOW - age)


def kept(database, column):
    return database.read_now(lambda c: set(c.execute(sa.select(column)).scalars()))


async def test_sessions_failed_logins_and_keys_go_when_their_time_is_over(database):
    database.write_now(a_furnished_record)
    for _ in range(2):
        await clear(database, NOW)
        assert kept(database, door_tables.sessions.c.expires_at) == {NOW + SECOND, None}
        assert kept(database, door_tables.login_attempts.c.key) == {"failed 1 day, 0:00:00"}
        assert kept(database, tables.idempotency.c.key) == {"key 30 days, 0:00:00"}
