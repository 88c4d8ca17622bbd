"""Whoever changes one bit of a row of the log, of an event or of what was signed, is found and named."""

import pytest
import sqlalchemy as sa

from domain.verifying import Tampered
from services import sessions
from services.signed_log import Verified, check_signed
from services.verifying import read_log
from tests.builders import SECRETARY
from tests.services.test_verifying_records import checkpointed, furnished
from tests.thorough import EVERY_BIT

STEP = 41
"""One bit in so many is changed, and all of days and moments; with EVERY_BIT=1 all, which takes a minute."""
TABLES = ("events", "administration", "log_leaves", "checkpoints", "log_keys")
NOBODY_SIGNED = {("checkpoints", "made_at"), ("log_keys", "from_at"), ("log_keys", "sealed")}
"""What the first key and a row say beside what is signed: when, and the key itself, sealed."""


@pytest.fixture
async def world(sqlite_database):
    made = await furnished(sqlite_database)
    await sessions.end_of_login(made.parts, SECRETARY, None)
    await checkpointed(made)
    yield made
    await made.client.aclose()


async def test_every_bit_of_every_row_is_watched_over(world):
    tried, passed = world.parts.database.write_now(_tried)
    assert tried > (9_000 if EVERY_BIT else 300)
    assert passed == []


def _tried(connection):
    """Change each bit, verify, and take it back."""
    for name in list(connection.execute(sa.text(_TRIGGERS)).scalars()):
        connection.execute(sa.text(f"DROP TRIGGER {name}"))
    connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    _verify(connection)
    number, passed = 0, []
    for table, column, row, value in list(_values(connection)):
        statement = sa.text(f"UPDATE {table} SET {column} = :value WHERE rowid = :row")  # noqa: S608 - names of ours
        for other in _others(value, every=EVERY_BIT or column in {"occurred_on", "recorded_at"}):
            number += 1
            if _passes(connection, statement, {"value": other, "row": row}):
                passed.append((table, column, value, other))
    return number, passed


def _passes(connection, statement, values):
    change = connection.begin_nested()
    try:
        connection.execute(statement, values)
        _verify(connection)
    except (Tampered, sa.exc.IntegrityError):
        return False
    finally:
        change.rollback()
    return True


def _verify(connection):
    found = Verified()
    read_log(connection, check_signed(connection, (), (), found), found)


def _values(connection):
    most = 3 if EVERY_BIT else 1
    for table in TABLES:
        rows = connection.execute(sa.text(f"SELECT rowid AS row_, * FROM {table} LIMIT {most}"))  # noqa: S608 - names of ours
        for row in rows.mappings():
            for column, value in row.items():
                if value is not None and column != "row_" and (table, column) not in NOBODY_SIGNED:
                    yield table, column, row["row_"], value


def _others(value, *, every):
    step = 1 if every else STEP
    if isinstance(value, int):
        yield from (value ^ 1 << bit for bit in range(20)) if every else [value ^ 1]
        return
    plain = value.encode()
    for bit in range(0, len(plain) * 8, step):
        changed = bytearray(plain)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            yield changed.decode()
        except UnicodeDecodeError:
            continue  # The database gives back no such text.


_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
