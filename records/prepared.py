"""Statements on the way of every act: compiled once for each database, then sent to its driver as they are.

SQLAlchemy writes the statement and keeps the connection; for a statement that takes a few microseconds, what
it does around each execution would cost ten times that. Values are given and rows come back as the driver has
them: days and moments are text, which `columns` explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from domain.batches import in_batches
from domain.chain import moment_text
from records.wire import Wire

if TYPE_CHECKING:
    import psycopg

Values = Mapping[str, Any]

_ROWS_AT_ONCE: Final = 8
"""Rows of one INSERT at most: each number of rows is a statement of its own, which connections keep."""

_AS_IT_IS: Final = frozenset({str, int, bool, type(None)})
"""What most values are."""

_watchers: list[Callable[[str], None]] = []


@dataclass(frozen=True)
class _Compiled:
    text: str
    order: tuple[str, ...]
    """Names of parameters by position."""
    given: Mapping[str, Any]
    """Values that stand in the statement itself."""

    def parameters(self, values: Values) -> Sequence[Any]:
        return _all_plain(self._pick({**self.given, **values} if self.given else values))

    def parameters_of_rows(self, rows: Sequence[Values]) -> Sequence[Any]:
        """Return those of an INSERT of so many rows, whose parameters are named by column and row."""
        return _all_plain([rows[row][name] for row, name in self.places])

    @cached_property
    def _pick(self) -> Callable[[Values], Sequence[Any]]:
        """Picks the values by position; a statement is sent far more often than it is compiled."""
        if len(self.order) > 1:
            return itemgetter(*self.order)
        return lambda values: [values[name] for name in self.order]

    @cached_property
    def places(self) -> tuple[tuple[int, str], ...]:
        """The row and the column of each parameter."""
        named = (name.rpartition("_") for name in self.order)
        return tuple((int(row), column) for column, _, row in named)


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement that was sent."""

    _connection: Connection
    _cursor: Any

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows. Raises sqlalchemy.exc.DBAPIError."""
        try:
            found: list[tuple[Any, ...]] = self._cursor.fetchall()
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise _refused(self._connection, error) from error
        return found

    @property
    def count(self) -> int:
        """How many rows were changed. Raises sqlalchemy.exc.DBAPIError."""
        try:
            return int(self._cursor.rowcount)
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise _refused(self._connection, error) from error


class _Fetched:
    """Rows of SQLite's, fetched at once: whoever is refused and never asks for them leaves no statement open.

    An open one is refused its next parameters when the transaction around it was taken back meanwhile.
    """

    def __init__(self, cursor: Any) -> None:  # noqa: ANN401 - the driver's
        self._rows = cursor.fetchall()
        self.rowcount = cursor.rowcount

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows."""
        return cast("list[tuple[Any, ...]]", self._rows)


class Prepared:
    """One statement. `columns` are those an INSERT or UPDATE is given; None: as the statement says.

    Its IN takes a list of parameters or literals, because the text is not written anew for each execution.
    """

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}
        self._by_number: dict[int, Prepared] = {}

    def send(self, connection: Connection, values: Values) -> Sent:
        """Send the statement; its rows can be fetched until the next change.

        Raises sqlalchemy.exc.DBAPIError, as SQLAlchemy would.
        """
        compiled = self._for(connection)
        return _sent(connection, compiled.text, compiled.parameters(values))

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Send the statement and return its rows. Raises sqlalchemy.exc.DBAPIError."""
        return self.send(connection, values).rows()

    def send_many(self, connection: Connection, many: Sequence[Values]) -> None:
        """Send the statement once for each of `many`. Raises sqlalchemy.exc.DBAPIError.

        PostgreSQL gets rows in one statement: it takes as long over the beginning of one as over its row.
        """
        if len(many) == 1:
            self.send(connection, many[0])
        elif isinstance(self._statement, sa.Insert) and connection.dialect.name != "sqlite":
            for rows in in_batches(many, _ROWS_AT_ONCE):
                compiled = self._of_rows(self._statement, len(rows))._for(connection)  # noqa: SLF001 - one of its own
                _sent(connection, compiled.text, compiled.parameters_of_rows(rows))
        elif many:
            compiled = self._for(connection)
            way = _way_of(connection)
            for watcher in _watchers:
                watcher(compiled.text)
            try:
                way.executemany(compiled.text, [compiled.parameters(values) for values in many])
            except connection.dialect.loaded_dbapi.Error as error:
                raise _refused(connection, error, compiled.text) from error

    def _of_rows(self, insert: sa.Insert, number: int) -> Prepared:
        """Return the INSERT of so many rows, whose values are named by column and row: `name_0`, `name_1`."""
        found = self._by_number.get(number)
        if found is None:
            columns = insert.table.c
            names = [column.name for column in columns] if self._columns is None else self._columns
            rows = [
                {name: sa.bindparam(f"{name}_{n}", type_=columns[name].type) for name in names}
                for n in range(number)
            ]
            found = self._by_number[number] = Prepared(insert.values(rows))
        return found

    def _for(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            keys = None if self._columns is None else list(self._columns)
            by_position = dialect if dialect.positional else _by_number()
            made = cast("SQLCompiler", self._statement.compile(dialect=by_position, column_keys=keys))
            asked = {name: None for name, bind in made.binds.items() if bind.required}
            filled = made.construct_params(asked)
            given = {name: plain(value) for name, value in filled.items() if name not in asked}
            found = _Compiled(str(made), tuple(made.positiontup or ()), given)
            self._compiled[dialect.name] = found
        return found


@contextmanager
def watched(watcher: Callable[[str], None]) -> Iterator[None]:
    """Tell `watcher` the text of every statement that is sent meanwhile, by any thread of this process."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def at_once(connection: Connection, *, put_off: bool = False) -> Iterator[None]:
    """Send the statements inside without waiting for each answer, where the database is far enough for that.

    Rows may be fetched inside and afterwards. Raises sqlalchemy.exc.DBAPIError for the first that failed.
    With `put_off` the answers are waited for with those of the next statements, or of the commit, where
    whoever shares the transaction allows it: they must matter to nobody but for a refusal.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    wire = _way_of(connection)
    wire.hold()
    try:
        yield
    except BaseException:
        with suppress(connection.dialect.loaded_dbapi.Error):
            wire.let_go()
        raise
    try:
        wire.let_go(put_off=put_off)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _refused(connection, error) from error


@contextmanager
def putting_off(connection: Connection) -> Iterator[None]:
    """Let works inside put off answers. A refusal is raised as Belated, by whoever waits for answers next.

    `commit` waits for all of them. What was put off and not waited for is given up at the end.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    wire: Wire = _way_of(connection)
    wire.puts_off = True
    try:
        yield
    finally:
        wire.puts_off = False
        wire.give_up()


def settle(connection: Connection) -> None:
    """Wait for what was put off, before something is sent in another way. Raises DBAPIError, Belated."""
    wire = connection.info.get(_WIRE)
    if wire is not None and wire.puts_off:
        try:
            wire.settle()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _refused(connection, error) from error


def commit(connection: Connection) -> None:
    """Commit, in the round of what was put off. Raises sqlalchemy.exc.DBAPIError.

    Raises Belated where something of that was refused: then nothing is kept. SQLite's own way is as short.
    """
    if connection.dialect.name == "sqlite":
        return
    try:
        _way_of(connection).commit()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _refused(connection, error) from error


def _way_of(connection: Connection) -> Any:  # noqa: ANN401 - of either database
    """Return what takes statements: SQLite's own connection, or the wire of PostgreSQL's."""
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return driver
    info = connection.info
    wire = info.get(_WIRE)
    if wire is None or wire.driver is not driver:
        wire = info[_WIRE] = Wire(cast("psycopg.Connection[Any]", driver))
    return wire


def _sent(connection: Connection, text: str, parameters: Sequence[Any]) -> Sent:
    way = _way_of(connection)
    for watcher in _watchers:
        watcher(text)
    try:
        answered = way.execute(text, parameters)
        if connection.dialect.name == "sqlite" and answered.description is not None:
            answered = _Fetched(answered)
        return Sent(connection, answered)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _refused(connection, error, text) from error


_WIRE = "accede-wire"


@cache
def _by_number() -> Dialect:
    """Return PostgreSQL's dialect with parameters as libpq takes them: $1, $2 and so on."""
    return PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call] # as SQLAlchemy has it


def _refused(
    connection: Connection,
    error: Any,  # noqa: ANN401 - of either driver
    text: str | None = None,
) -> BaseException:
    """Return what SQLAlchemy raises where the driver refuses; a connection that is lost is let go of."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    wrapped: BaseException = sa.exc.DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if lost:
        connection.invalidate(error)
    return wrapped


def _all_plain(values: Sequence[Any]) -> Sequence[Any]:
    """Return values as they are kept; mostly there is nothing to do, and a look at all at once says so."""
    if _AS_IT_IS.issuperset(map(type, values)):
        return values
    return [value if value.__class__ in _AS_IT_IS else plain(value) for value in values]


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a column
    """Return a value of a column as it is kept."""
    if value.__class__ in _AS_IT_IS:
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value
