"""A disk without room: everybody waiting is told so, nothing is half kept, and later it goes on."""

from __future__ import annotations

import concurrent.futures
import threading

import pytest
import sqlalchemy as sa

from records.problems import DatabaseUnavailable, StorageFull
from tests.records.rows_of_people import add, people

LARGE = "x" * 200_000


def limit(database, pages):
    """Let the file grow by no more than so many pages, as a disk without room does."""

    def work(connection):
        now = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {now + pages}")

    database.write_now(work)


def test_a_full_disk_is_named_and_nothing_is_kept_until_there_is_room(sqlite_database):
    limit(sqlite_database, 4)
    with pytest.raises(StorageFull, match="no room left"):
        sqlite_database.write_now(add("large", LARGE))
    assert people(sqlite_database) == []
    limit(sqlite_database, 10_000)
    assert sqlite_database.write_now(add("large", LARGE)) == "large"
    assert people(sqlite_database) == ["large"]


def test_when_the_whole_transaction_goes_away_under_a_work_everybody_in_the_group_hears_of_it(
    sqlite_database,
):
    go_on = threading.Event()

    def holds_the_group(connection):
        go_on.wait(10)
        return add("first")(connection)

    def loses_the_transaction(connection):
        # What SQLite does by itself when it cannot even write its journal.
        connection.connection.execute("ROLLBACK")
        raise sa.exc.OperationalError("", {}, Exception("database or disk is full"))

    first = sqlite_database._writer.submit(holds_the_group)
    second = sqlite_database._writer.submit(loses_the_transaction)
    go_on.set()
    done, waiting = concurrent.futures.wait([first, second], timeout=10)
    assert not waiting
    assert all(isinstance(one.exception(), DatabaseUnavailable) for one in done)
    assert people(sqlite_database) == []
    with pytest.raises(DatabaseUnavailable):
        sqlite_database.write_now(loses_the_transaction)
    # The one thread that writes is still there.
    assert sqlite_database.write_now(add("after")) == "after"


def test_an_error_that_is_its_own_cause_is_passed_on_and_the_writer_goes_on(sqlite_database):
    def refuses(connection):
        error = LookupError("no")
        raise error from error

    with pytest.raises(LookupError):
        sqlite_database._writer.submit(refuses).result(timeout=10)
    assert sqlite_database.write_now(add("after")) == "after"
