"""Copies whole tables as plain values that both databases keep alike, and tells whether copies are the same.

Two copies are compared by sums that do not depend on the order of rows, because databases sort text
differently. The sums find what went wrong by accident; against somebody who wants to deceive there is the
chain of each case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from domain.batches import in_batches
from records.prepared import settle
from records.tables import metadata
from records.writers import refused_by_database

Plain = str | int | bool | None
PlainRow = Sequence[Plain]
Watch = Callable[[int], None]
"""Told now and then how many rows more were copied."""

_AT_ONCE: Final = 1_000
"""Rows that are fetched or inserted together."""
_SUM_BITS: Final = 256
_STREAMED: Final = {"stream_results": True, "yield_per": _AT_ONCE}


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as it is copied: its columns in order, which of them are true or false, and its key."""

    name: str
    columns: tuple[str, ...]
    truths: tuple[str, ...]
    key: tuple[str, ...]


class Sum:
    """A sum over rows in any order: the same rows give the same sum, whatever database they stand in."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """Count one row, as `line_of` writes it."""
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    @property
    def digest(self) -> str:
        """The sum in 64 hexadecimal digits."""
        return f"{self._sum % 2**_SUM_BITS:064x}"


@dataclass(frozen=True, slots=True)
class Heads:
    """The last event of every case, as one sum: once by the rows of cases, once by the events themselves."""

    cases: int
    by_rows: str
    by_events: str

    @property
    def agree(self) -> bool:
        """Whether every row names the last event of its case."""
        return self.by_rows == self.by_events


def shapes(*, leave_out: Iterable[str] = ()) -> tuple[Shape, ...]:
    """Return the tables of this release in an order in which each follows those it points to."""
    left_out = frozenset(leave_out)
    return tuple(
        Shape(
            name=table.name,
            columns=tuple(column.name for column in table.columns),
            truths=tuple(column.name for column in table.columns if isinstance(column.type, sa.Boolean)),
            key=tuple(column.name for column in table.primary_key),
        )
        for table in metadata.sorted_tables
        if table.name not in left_out
    )


def rows_of(connection: Connection, shape: Shape) -> Iterator[PlainRow]:
    """Yield every row of a table in the order of its key, as it is stored, a thousand in memory at once."""
    table = _table(shape)
    query = sa.select(*table.columns).order_by(*(table.columns[name] for name in shape.key))
    for row in connection.execute(query, execution_options=_STREAMED):
        yield tuple(row)


def count_of(connection: Connection, shape: Shape) -> int:
    """Return how many rows a table has."""
    return connection.execute(sa.select(sa.func.count()).select_from(_table(shape))).scalar_one()


def line_of(row: PlainRow) -> bytes:
    """Return a row as a line of JSON, without its end: the same bytes from either database."""
    return json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode()


def sum_of(connection: Connection, shape: Shape, watch: Watch = lambda _: None) -> Sum:
    """Return the sum over all rows of a table."""
    made = Sum()
    for row in rows_of(connection, shape):
        made.add(line_of(row))
        if made.rows % _AT_ONCE == 0:
            watch(_AT_ONCE)
    watch(made.rows % _AT_ONCE)
    return made


def insert_all(connection: Connection, shape: Shape, rows: Iterable[PlainRow]) -> None:
    """Insert rows into a table, which may point to rows of any table that are inserted until the commit.

    Raises DatabaseUnavailable.
    """
    names = [_quoted(connection, name) for name in shape.columns]
    into = f"{_quoted(connection, shape.name)} ({', '.join(names)})"
    if connection.dialect.name == "postgresql":
        try:
            _copy_in(connection, into, rows)
        except psycopg.Error as error:
            raise refused_by_database(error) from error
        return
    # Units name the unit above them, which may come later.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names, quoted
    for some in in_batches(map(tuple, rows), _AT_ONCE):
        connection.exec_driver_sql(statement, list(some))


def pour(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that name the same columns, however many: on PostgreSQL without a statement for each."""
    if connection.dialect.name != "postgresql" or len(rows) <= 1:
        # A row alone comes in one round to the server, and by COPY in two.
        if rows:
            connection.execute(sa.insert(table), rows)
        return
    names = tuple(rows[0])
    kinds = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    plain = [kind.bind_processor(connection.dialect) or _as_it_is for kind in kinds]
    into = f"{_quoted(connection, table.name)} ({', '.join(_quoted(connection, name) for name in names)})"
    lines = ([of(row[name]) for of, name in zip(plain, names, strict=True)] for row in rows)
    try:
        _copy_in(connection, into, lines)
    except psycopg.Error as error:
        # As a statement would have failed: whoever runs the work may be able to run it again.
        raise sa.exc.DBAPIError.instance(f"COPY {into}", None, error, psycopg.Error) from error


def heads(connection: Connection) -> Heads:
    """Return the sums over the last events of all cases."""
    cases, events = metadata.tables["cases"], metadata.tables["events"]
    by_rows = _heads_sum(connection, sa.select(cases.c.id, cases.c.seq, cases.c.head))
    last = sa.select(events.c.case_id, sa.func.max(events.c.seq).label("seq"))
    last_ones = last.group_by(events.c.case_id).subquery()
    same = sa.and_(events.c.case_id == last_ones.c.case_id, events.c.seq == last_ones.c.seq)
    found = sa.select(events.c.case_id, events.c.seq, events.c.hash).join(last_ones, same)
    return Heads(by_rows.rows, by_rows.digest, _heads_sum(connection, found).digest)


def table_with_rows(connection: Connection) -> str | None:
    """Return the name of a table of ours that has rows; None in an empty place, with or without tables."""
    there = set(sa.inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if (
            table.name in there
            and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        ):
            return table.name
    return None


def keep_others_out(connection: Connection, tables: Iterable[Shape]) -> None:
    """Let nobody else write to these tables until the end of the transaction.

    A writing transaction on SQLite does that by itself.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(_quoted(connection, shape.name) for shape in tables)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def _copy_in(connection: Connection, into: str, rows: Iterable[PlainRow]) -> None:
    settle(connection)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - whatever a column takes
    return value


def _table(shape: Shape) -> sa.TableClause:
    truths = frozenset(shape.truths)
    columns = (sa.column(name, sa.Boolean if name in truths else None) for name in shape.columns)
    return sa.table(shape.name, *columns)


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _heads_sum(connection: Connection, query: sa.Select[Any]) -> Sum:
    made = Sum()
    for row in connection.execute(query, execution_options=_STREAMED):
        made.add(line_of(tuple(row)))
    return made
