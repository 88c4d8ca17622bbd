"""Transactions: what is committed together, what a failure takes back, what callers are told."""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest
import sqlalchemy as sa

from records import tables
from records.database import Database
from records.engines import SQLITE, database_url, has_the_wal_bug, journal_pragmas
from records.grouping import GroupWriter
from records.migrating import check
from records.problems import DatabaseUnavailable, SchemaOutdated
from tests.records.rows_of_people import add, people


def engine_of(database):
    assert isinstance(database._writer, GroupWriter)
    return database._writer._engine


def failing(connection):
    add("half")(connection)
    raise LookupError("no")


async def test_what_is_acknowledged_is_there_for_every_reader(database):
    assert await database.write(add("a")) == "a"
    assert await database.read(lambda c: c.execute(sa.select(tables.people.c.id)).scalars().all()) == ["a"]


async def test_a_failing_work_keeps_nothing_and_hurts_nobody_beside_it(database):
    works = [add("a"), failing, add("b"), add("a"), add("c")]
    answers = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    assert [answers[2], answers[4]] == ["b", "c"]
    assert isinstance(answers[1], LookupError)
    # Which of the two that add the same person comes first is left open.
    assert sorted(type(answer).__name__ for answer in (answers[0], answers[3])) == ["IntegrityError", "str"]
    assert people(database) == ["a", "b", "c"]


def test_what_waits_behind_a_slow_work_shares_one_commit(sqlite_address):
    database = Database.open(sqlite_address)
    commits = []
    sa.event.listen(engine_of(database), "commit", lambda connection: commits.append(1))
    hold, running = threading.Event(), threading.Event()

    def slow(connection):
        running.set()
        hold.wait(5)

    first = database._writer.submit(slow)
    running.wait(5)
    rest = [database._writer.submit(add(f"p{number:02}")) for number in range(20)]
    rest.insert(7, database._writer.submit(failing))
    assert not any(future.done() for future in rest)
    hold.set()
    assert first.result(5) is None
    assert sum(future.exception(5) is None for future in rest) == 20
    assert len(people(database)) == 20
    assert len(commits) < 5
    database.close_now()


def test_a_group_whose_commit_fails_is_told_so_and_nothing_of_it_is_kept(sqlite_address):
    database = Database.open(sqlite_address)

    def fail(connection):
        raise sa.exc.OperationalError("COMMIT", {}, Exception("disk full"))

    sa.event.listen(engine_of(database), "commit", fail)
    with pytest.raises(DatabaseUnavailable, match="room on its disk"):
        database.write_now(add("a"))
    sa.event.remove(engine_of(database), "commit", fail)
    assert people(database) == []
    assert database.write_now(add("b")) == "b"
    database.close_now()


def test_a_caller_who_gave_up_before_its_turn_leaves_nothing(sqlite_database):
    hold, running = threading.Event(), threading.Event()

    def slow(connection):
        running.set()
        hold.wait(5)

    first = sqlite_database._writer.submit(slow)
    running.wait(5)
    given_up = sqlite_database._writer.submit(add("a"))
    assert given_up.cancel()
    hold.set()
    first.result(5)
    with pytest.raises(CancelledError):
        given_up.result(5)
    assert sqlite_database.write_now(add("b")) == "b"
    assert people(sqlite_database) == ["b"]


def test_readers_cannot_write(database):
    with pytest.raises((DatabaseUnavailable, sa.exc.DBAPIError)):
        database.read_now(add("a"))
    assert people(database) == []


def test_a_reader_sees_one_moment_however_long_it_reads(database):
    reading, written = threading.Event(), threading.Event()
    count = sa.select(sa.func.count()).select_from(tables.people)

    def twice(connection):
        before = connection.execute(count).scalar_one()
        reading.set()
        assert written.wait(5)
        return before, connection.execute(count).scalar_one()

    answer = database._submit_read(twice)
    assert reading.wait(5)
    database.write_now(add("a"))
    written.set()
    assert answer.result(5) == (0, 0)


def test_a_closed_database_says_so(database):
    database.write_now(add("a"))
    database.close_now()
    with pytest.raises(DatabaseUnavailable):
        database.write_now(add("b"))


def test_closing_waits_for_what_was_handed_in(address):
    database = Database.open(address)
    futures = [database._writer.submit(add(f"p{number}")) for number in range(30)]
    database.close_now()
    assert all(future.result(0) for future in futures)


@pytest.mark.parametrize(
    "version, unsafe",
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_a_sqlite_that_can_corrupt_a_wal_never_gets_one(version, unsafe):
    assert has_the_wal_bug(version) is unsafe
    expected = (
        ("journal_mode=DELETE", "synchronous=EXTRA") if unsafe else ("journal_mode=WAL", "synchronous=FULL")
    )
    assert journal_pragmas(version)[:2] == tuple(f"PRAGMA {pragma}" for pragma in expected)


def test_the_writer_has_the_settings_that_survive_a_power_cut(sqlite_database):
    def pragma(name):
        return sqlite_database.write_now(lambda c: c.exec_driver_sql(f"PRAGMA {name}").scalar())

    safe = not has_the_wal_bug(SQLITE.sqlite_version_info)
    assert pragma("journal_mode") == ("wal" if safe else "delete")
    assert pragma("synchronous") == (2 if safe else 3)
    assert pragma("foreign_keys") == 1


@pytest.mark.skipif(has_the_wal_bug(SQLITE.sqlite_version_info), reason="it keeps no WAL")
def test_the_wal_is_brought_in_less_often_than_by_itself_and_does_not_stay_large(sqlite_database):
    def pragma(name):
        return sqlite_database.write_now(lambda c: c.exec_driver_sql(f"PRAGMA {name}").scalar())

    assert pragma("wal_autocheckpoint") == 8000
    assert pragma("journal_size_limit") == 64 << 20


def test_tables_of_another_release_are_refused_with_what_to_do(empty_address):
    with pytest.raises(SchemaOutdated, match="accede db upgrade"):
        Database.open(empty_address)


def test_a_later_revision_is_refused(sqlite_address, sqlite_database):
    sqlite_database.write_now(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaOutdated, match="9999"):
        check(sqlite_address)


def test_a_server_that_is_not_there_is_said_to_be_away():
    with pytest.raises(DatabaseUnavailable, match="can be reached"):
        Database.open("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_databases_that_cannot_work_are_refused(address):
    with pytest.raises(ValueError, match=r"file|supported"):
        database_url(address)


async def test_an_error_of_the_database_repeats_no_value(database):
    with pytest.raises(sa.exc.DatabaseError) as refused:
        await database.write(
            lambda c: c.execute(sa.text("SELECT :name FROM nowhere"), {"name": "secret-name"})
        )
    assert "secret-name" not in str(refused.value)
