"""Works that share a commit, and on PostgreSQL what happens where others write beside them."""

import threading
import time
from contextlib import suppress

import pytest
import sqlalchemy as sa

from records import tables
from records.database import Database
from records.engines import open_engine
from records.grouping import GroupWriter
from records.prepared import Prepared, at_once
from records.problems import DatabaseUnavailable
from records.writers import PooledWriter
from tests.databases import KINDS
from tests.records.rows_of_people import add, people

PUT = Prepared(sa.insert(tables.people), ("id", "name", "name_search", "language"))
COUNT = Prepared(sa.select(sa.func.count()).select_from(tables.people))


def row(person):
    return {"id": person, "name": person, "name_search": person, "language": "zh"}


def put_off(person, *, then=lambda _connection: None):
    """Return the work that puts a row and leaves it to others to hear whether that was refused."""

    def work(connection):
        with at_once(connection, put_off=True):
            PUT.send(connection, row(person))
        then(connection)
        return person

    return work


def losing_its_connection_once():
    """Return what ends the connection it is given, but only the first."""
    lost: list[bool] = []

    def loses(connection):
        if not lost:
            lost.append(True)
            connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    return loses


def rename(person):
    def work(connection):
        found = sa.update(tables.people).where(tables.people.c.id == person).values(name="new")
        return connection.execute(found).rowcount

    return work


@pytest.fixture
def held(database, address):
    """A database, and the works of one group: handed in while the group before them is held."""
    aside = PooledWriter(open_engine(address), 1) if address.startswith("postgresql") else None
    writer = GroupWriter(open_engine(address, patience_ms=50), aside)

    def together(*works):
        go_on, running = threading.Event(), threading.Event()

        def holds(_connection):
            running.set()
            assert go_on.wait(10)

        futures = [writer.submit(holds)]
        assert running.wait(10)
        futures += [writer.submit(work) for work in works]
        go_on.set()
        return futures[1:]

    yield database, together
    writer.close()


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_round_in_which_nothing_is_asked_waits_for_nothing_that_was_put_off(held):
    database, together = held
    database.write_now(add("there"))
    passed = []

    def asks(connection):
        with at_once(connection):
            pass
        passed.append("nothing asked")
        with at_once(connection):
            COUNT.send(connection, {})
        passed.append("something asked")

    (refused,) = together(put_off("there", then=asks))
    assert isinstance(refused.exception(5), sa.exc.IntegrityError)
    assert passed == ["nothing asked"]


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_row_that_somebody_else_has_locked_holds_up_nobody_but_who_wants_it(address, held):
    database, together = held
    database.write_now(add("locked"))
    engine = open_engine(address)
    with engine.connect() as elsewhere:
        elsewhere.execute(sa.select(tables.people).with_for_update())
        first, wants, last = together(add("a"), rename("locked"), add("b"))
        assert (first.result(5), last.result(5)) == ("a", "b")
        assert not wants.done()
        elsewhere.rollback()
    engine.dispose()
    assert wants.result(5) == 1
    assert people(database) == ["a", "b", "locked"]


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_group_that_lost_its_connection_before_the_commit_is_done_again(held):
    database, together = held
    loses = losing_its_connection_once()

    def loses_and_adds(connection):
        loses(connection)
        return add("b")(connection)

    assert [one.result(10) for one in together(add("a"), loses_and_adds, add("c"))] == ["a", "b", "c"]
    assert people(database) == ["a", "b", "c"]


def test_works_of_a_group_see_those_before_them_and_not_those_that_failed(held):
    database, together = held

    def fails(connection):
        add("failed")(connection)
        raise LookupError("no")

    def count(connection):
        return connection.execute(sa.select(sa.func.count()).select_from(tables.people)).scalar()

    works = (add("a"), fails, count, add("b"), fails, fails, add("c"), count)
    done = together(*works)
    assert [done[2].result(5), done[7].result(5)] == [1, 3]
    assert all(isinstance(done[n].exception(5), LookupError) for n in (1, 4, 5))
    assert people(database) == ["a", "b", "c"]


def test_the_first_of_a_group_that_fails_takes_back_nothing_but_itself(held):
    database, together = held

    def fails(connection):
        add("failed")(connection)
        raise LookupError("no")

    refused, second = together(fails, add("a"))
    assert isinstance(refused.exception(5), LookupError)
    assert second.result(5) == "a"
    assert people(database) == ["a"]


def test_works_that_have_to_wait_for_a_lock_are_finished_before_the_database_closes(address):
    database = Database.open(address)
    database.write_now(add("a"))
    begun = time.monotonic()
    futures = [database._writer.submit(rename("a")) for _ in range(20)]
    database.close_now()
    assert [one.result(0) for one in futures] == [1] * 20
    assert time.monotonic() - begun < 5
    with pytest.raises(DatabaseUnavailable):
        database.write_now(add("b"))


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_long_work_leaves_room_for_others(database):
    go_on, running = threading.Event(), threading.Event()

    def takes_long(_connection):
        running.set()
        return go_on.wait(10)

    long = database._writer.submit(takes_long)
    assert running.wait(10)
    assert database._writer.submit(add("a")).result(5) == "a"
    assert not long.done()
    go_on.set()
    assert long.result(5)


def test_works_that_put_off_an_answer_see_each_other_and_are_kept_together(held):
    database, together = held

    def count(connection):
        return connection.execute(sa.select(sa.func.count()).select_from(tables.people)).scalar()

    works = (put_off("a"), put_off("b"), count, add("c"), put_off("d"), count)
    assert [one.result(5) for one in together(*works)] == ["a", "b", 2, "c", "d", 4]
    assert people(database) == ["a", "b", "c", "d"]


def test_a_refusal_that_comes_late_is_told_to_whom_it_concerns(held):
    database, together = held
    database.write_now(add("there"))
    works = (put_off("a"), put_off("there"), add("b"), put_off("c"), put_off("there"))
    first, refused, second, third, last = together(*works)
    assert [one.result(5) for one in (first, second, third)] == ["a", "b", "c"]
    assert all(isinstance(one.exception(5), sa.exc.IntegrityError) for one in (refused, last))
    assert people(database) == ["a", "b", "c", "there"]


def test_a_refusal_that_comes_with_the_commit_leaves_nothing_half_done(held):
    database, together = held
    database.write_now(add("there"))
    first, refused = together(add("a"), put_off("there"))
    assert first.result(5) == "a"
    assert isinstance(refused.exception(5), sa.exc.IntegrityError)
    assert people(database) == ["a", "there"]


def test_what_was_put_off_by_a_work_that_fails_is_taken_back(held):
    database, together = held

    def fails(_connection):
        raise LookupError("no")

    first, second, last = together(put_off("a", then=fails), put_off("b"), put_off("c", then=fails))
    assert isinstance(first.exception(5), LookupError)
    assert isinstance(last.exception(5), LookupError)
    assert second.result(5) == "b"
    assert people(database) == ["b"]


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_group_that_loses_its_connection_before_what_was_put_off_is_done_again(held):
    database, together = held
    works = (put_off("a"), put_off("b", then=losing_its_connection_once()), put_off("c"))
    assert [one.result(10) for one in together(*works)] == ["a", "b", "c"]
    assert people(database) == ["a", "b", "c"]


def hides(connection):
    with suppress(sa.exc.IntegrityError):
        PUT.send(connection, row("there"))
    return "hidden"


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_work_that_hides_its_own_refusal_is_not_acknowledged(database):
    database.write_now(add("there"))
    assert isinstance(database._writer.submit(hides).exception(5), DatabaseUnavailable)
    assert people(database) == ["there"]


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_nor_is_it_where_it_shares_a_group_and_is_done_again_aside(held):
    database, together = held
    database.write_now(add("there"))
    first, hidden, last = together(add("a"), hides, add("b"))
    assert isinstance(hidden.exception(5), DatabaseUnavailable)
    assert (first.result(5), last.result(5)) == ("a", "b")
    assert people(database) == ["a", "b", "there"]


@pytest.mark.parametrize("address", [KINDS[0]], indirect=True)
def test_a_connection_is_kept_from_group_to_group_and_let_go_after_a_failure(address, database):
    assert database.read_now(lambda c: COUNT.rows(c, {})) == [(0,)]
    engine = open_engine(address)
    taken: list[str] = []
    sa.event.listen(engine, "checkout", lambda *_: taken.append("taken"))
    sa.event.listen(engine, "checkin", lambda *_: taken.append("given back"))
    writer = GroupWriter(engine, PooledWriter(open_engine(address), 1))

    def breaks_the_transaction(connection):
        connection.connection.dbapi_connection.rollback()
        connection.close()

    try:
        for person in ("one", "two", "three"):
            assert writer.submit(put_off(person)).result(10) == person
        assert taken == ["taken"]
        with suppress(DatabaseUnavailable):
            writer.submit(breaks_the_transaction).result(10)
        assert taken == ["taken", "given back"]
        assert writer.submit(put_off("four")).result(10) == "four"
        assert taken == ["taken", "given back", "taken"]
    finally:
        writer.close()
    assert taken == ["taken", "given back"] * 2
    assert database.read_now(lambda c: COUNT.rows(c, {})) == [(4,)]
