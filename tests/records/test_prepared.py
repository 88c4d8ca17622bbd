"""Prepared statements: the same values in and out on both databases, refusals, and what the server keeps."""

import datetime as dt

import psycopg
import pytest
import sqlalchemy as sa

from records import tables
from records.engines import open_engine
from records.grouping import GroupWriter
from records.prepared import Prepared, at_once, watched
from records.writers import PooledWriter
from tests.databases import KINDS

PUT_UNIT = Prepared(sa.insert(tables.units), ("id", "kind", "name", "parent_id", "temporary", "may_approve"))
UNITS = Prepared(
    sa.select(tables.units.c.id, tables.units.c.name, tables.units.c.parent_id, tables.units.c.may_approve)
    .where(tables.units.c.kind == sa.bindparam("kind"))
    .order_by(tables.units.c.id)
)
COUNTED = Prepared(
    sa.select(sa.func.count()).select_from(tables.units).where(tables.units.c.kind == "office")
)
RENAME = Prepared(
    sa.update(tables.units)
    .where(tables.units.c.kind == sa.bindparam("of_kind"))
    .values(name=sa.bindparam("called", type_=sa.String()))
)
PREPARED_NOW = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'accede%'")


def unit(id_, name="所", parent=None, kind="office"):
    return {
        "id": id_,
        "kind": kind,
        "name": name,
        "parent_id": parent,
        "temporary": False,
        "may_approve": True,
    }


def test_what_was_put_comes_back_as_it_was_on_both_databases(database):
    def work(connection):
        PUT_UNIT.send(connection, unit("a", "林'书\"远 \U0001f642 %s $1"))
        PUT_UNIT.send_many(connection, [unit("b", "", "a"), unit("c", "c" * 150, "b")])
        PUT_UNIT.send_many(connection, [])
        return UNITS.rows(connection, {"kind": "office"}), COUNTED.rows(connection, {})

    rows, counted = database.write_now(work)
    assert rows == [
        ("a", "林'书\"远 \U0001f642 %s $1", None, True),
        ("b", "", "a", True),
        ("c", "c" * 150, "b", True),
    ]
    assert counted == [(3,)]
    assert database.read_now(lambda c: UNITS.rows(c, {"kind": "office"})) == rows


def test_days_and_moments_are_kept_as_text(database):
    query = Prepared(sa.select(sa.bindparam("day", type_=sa.String()), sa.bindparam("at", type_=sa.String())))
    at = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)
    given = {"day": dt.date(2026, 3, 1), "at": at}
    assert database.write_now(lambda c: query.rows(c, given)) == [
        ("2026-03-01", "2026-03-01T08:30:00.000000Z")
    ]


def test_it_is_told_how_many_rows_were_changed(database):
    def work(connection):
        PUT_UNIT.send_many(connection, [unit("a"), unit("b")])
        return [
            RENAME.send(connection, {"of_kind": kind, "called": "新"}).count for kind in ("office", "none")
        ]

    assert database.write_now(work) == [2, 0]


def test_statements_sent_at_once_see_each_other_and_are_read_inside_or_later(database):
    def work(connection):
        with at_once(connection):
            before = COUNTED.send(connection, {})
            PUT_UNIT.send(connection, unit("a"))
            between = COUNTED.send(connection, {}).rows()
            with at_once(connection):
                PUT_UNIT.send_many(connection, [unit("b"), unit("c")])
            after = COUNTED.send(connection, {})
        return before.rows(), between, after.rows()

    assert database.write_now(work) == ([(0,)], [(1,)], [(3,)])


def test_the_first_refusal_is_told_nothing_of_it_is_kept_and_it_goes_on(database):
    def refused(connection):
        with at_once(connection):
            PUT_UNIT.send(connection, unit("a"))
            PUT_UNIT.send(connection, unit("a", "secret-name"))
            PUT_UNIT.send(connection, unit("b"))

    with pytest.raises(sa.exc.IntegrityError) as found:
        database.write_now(refused)
    assert "secret-name" not in str(found.value)
    assert database.write_now(lambda c: COUNTED.rows(c, {})) == [(0,)]
    database.write_now(lambda c: PUT_UNIT.send(c, unit("a")))
    assert database.write_now(lambda c: COUNTED.rows(c, {})) == [(1,)]


def test_a_failure_between_statements_is_passed_on_and_the_connection_is_good(database):
    def fails(connection):
        with at_once(connection):
            PUT_UNIT.send(connection, unit("a"))
            raise LookupError("no")

    with pytest.raises(LookupError):
        database.write_now(fails)
    assert database.write_now(lambda c: COUNTED.rows(c, {})) == [(0,)]


def test_statements_of_both_kinds_share_a_transaction(database):
    def work(connection):
        PUT_UNIT.send(connection, unit("a"))
        connection.execute(sa.insert(tables.units).values(**unit("b")))
        with at_once(connection):
            PUT_UNIT.send(connection, unit("c"))
        return connection.execute(sa.select(sa.func.count()).select_from(tables.units)).scalar()

    assert database.write_now(work) == 3


def test_a_text_with_nul_is_never_cut_short(database):
    def work(connection):
        PUT_UNIT.send(connection, unit("a", "before\0after"))
        return UNITS.rows(connection, {"kind": "office"})[0][1]

    if database.read_now(lambda c: c.dialect.name) == "postgresql":
        with pytest.raises(sa.exc.DataError):
            database.write_now(work)
    else:
        assert database.write_now(work) == "before\0after"


def test_whoever_watches_sees_every_statement(database):
    seen: list[str] = []
    with watched(seen.append):
        database.write_now(lambda c: PUT_UNIT.send(c, unit("a")))
        database.write_now(lambda c: PUT_UNIT.send_many(c, [unit("b"), unit("c")]))
    database.write_now(lambda c: PUT_UNIT.send(c, unit("d")))
    assert [text.split(" (")[0] for text in seen] == ["INSERT INTO units"] * 2


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_statement_is_prepared_once_and_outlives_a_refusal(database, address):
    assert database.read_now(lambda c: COUNTED.rows(c, {})) == [(0,)]
    # One thread, and so one connection, which is what a statement is prepared for.
    writer = GroupWriter(open_engine(address), PooledWriter(open_engine(address), 1), threads=1)

    def fails(connection):
        COUNTED.rows(connection, {})
        raise LookupError("no")

    try:
        for _ in range(3):
            with pytest.raises(LookupError):
                writer.submit(fails).result(10)
            assert writer.submit(lambda c: c.execute(PREPARED_NOW).scalar()).result(10) == 1
    finally:
        writer.close()


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_connection_prepares_no_more_than_the_server_should_hold(database):
    statements = [Prepared(sa.text(f"SELECT {number}")) for number in range(310)]

    def work(connection):
        with at_once(connection):
            sent = [statement.send(connection, {}) for statement in statements]
        again = [statement.rows(connection, {}) for statement in statements]
        return [one.rows() for one in sent] == again, connection.execute(PREPARED_NOW).scalar()

    same, number = database.write_now(work)
    assert same
    assert number <= 300


@pytest.mark.parametrize("address", [KINDS[1]], indirect=True)
def test_a_connection_that_is_lost_is_known_to_be(database):
    def loses(connection):
        PUT_UNIT.send(connection, unit("a"))
        with pytest.raises(sa.exc.OperationalError) as found:
            Prepared(sa.text("SELECT pg_terminate_backend(pg_backend_pid())")).send(connection, {})
        assert isinstance(found.value.orig, psycopg.OperationalError)
        return found.value.connection_invalidated, connection.invalidated

    with database._writer._engine.connect() as connection:
        assert loses(connection) == (True, True)
    assert database.write_now(lambda c: COUNTED.rows(c, {})) == [(0,)]


def test_rows_are_put_together_however_many_there_are(database):
    seen: list[str] = []
    many = [unit(f"u{number:02}") for number in range(19)]
    with watched(seen.append):
        database.write_now(lambda c: PUT_UNIT.send_many(c, many))
    assert database.read_now(lambda c: COUNTED.rows(c, {})) == [(19,)]
    # SQLite is told the statement once for all rows.
    assert len(seen) in {1, 3}


def test_rows_nobody_asks_for_leave_nothing_open(sqlite_database):
    probe = sa.table("probe", sa.column("a", sa.Integer))
    asked = Prepared(sa.select(probe.c.a))

    def work(connection):
        connection.exec_driver_sql("CREATE TABLE probe (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO probe VALUES (1), (2), (3)")
        sent = asked.send(connection, {})
        # SQLite refuses this while a statement still reads the table.
        connection.exec_driver_sql("DROP TABLE probe")
        return sent.rows()

    assert sqlite_database.write_now(work) == [(1,), (2,), (3,)]
