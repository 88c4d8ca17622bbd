"""Speaks to PostgreSQL in the driver's own messages: statements prepared once, answers read where needed.

What psycopg does around each execution costs several times what libpq costs. Everything here is text, which
is how the record keeps its values.
"""

from __future__ import annotations

import itertools
import select
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import pq

_READ: Final[dict[int, Callable[[bytes], Any]]] = {
    16: lambda text: text == b"t",
    **dict.fromkeys((20, 21, 23), int),
    **dict.fromkeys((18, 19, 25, 1042, 1043), bytes.decode),
}
"""How a value is read, by the number of its type in PostgreSQL: truth, whole numbers, text."""

_PREPARED_AT_MOST: Final = 300
"""Statements on one connection: each takes memory of the server."""

_FINE: Final = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


class Belated(Exception):
    """A statement whose answer was put off was refused; its cause is the refusal.

    It is raised by whatever waits for answers next, which may be somebody else's work.
    """


class Asked:
    """A statement that was sent over a wire."""

    __slots__ = ("_wire", "is_put_off", "name", "result")

    def __init__(self, wire: Wire, name: str | None = None) -> None:
        self._wire = wire
        self.name = name
        """The text of a statement that this prepares, or None."""
        self.is_put_off = False
        self.result: pq.abc.PGresult | None = None

    @property
    def rowcount(self) -> int:
        """How many rows were changed or found. Raises psycopg.Error, Belated."""
        return self._answer().command_tuples or 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows.

        Raises psycopg.Error, Belated; TypeError for a kind of column the record does not have.
        """
        found = self._answer()
        value, columns = found.get_value, range(found.nfields)
        try:
            readers = [(column, _READ[found.ftype(column)]) for column in columns]
        except KeyError as error:
            raise TypeError(f"no column of the record is of PostgreSQL's type {error}") from error
        return [
            tuple(None if (kept := value(row, column)) is None else read(kept) for column, read in readers)
            for row in range(found.ntuples)
        ]

    def _answer(self) -> pq.abc.PGresult:
        if self.result is None:
            self._wire.settle()
        if self.result is None:
            raise psycopg.InterfaceError("the statement was given up with those before it")
        return self.result


class Wire:
    """One connection, for one thread at a time. A transaction begins with the first statement."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self.driver = driver
        self._link = driver.pgconn
        self._poll = select.poll()
        self._poll.register(self._link.socket, select.POLLIN)
        self._names: dict[str, bytes] = {}
        self._numbers = itertools.count()
        self._asked: deque[Asked] = deque()
        self._held = 0
        self.puts_off = False
        """Whether whoever shares the transaction sees to it that answers that are put off are waited for."""

    def hold(self) -> None:
        """Send what follows without waiting, until `let_go`. May be repeated."""
        self._held += 1

    def let_go(self, *, put_off: bool = False) -> None:
        """Wait for every answer, once it is called as often as `hold`. Raises psycopg.Error, as `settle`.

        `put_off`: where that is allowed, leave the answers to whoever waits next. They are not waited for
        here either where nothing else was asked.
        """
        self._held -= 1
        if self._held:
            return
        if put_off and self.puts_off:
            for asked in self._asked:
                asked.is_put_off = True
        elif self._asked and not self._asked[-1].is_put_off:
            self.settle()

    def execute(self, text: str, values: Sequence[Any]) -> Asked:
        """Send a statement, prepared on this connection. Raises psycopg.Error."""
        asked = self._send(text, values)
        if not self._held:
            self.settle()
        return asked

    def executemany(self, text: str, many: Sequence[Sequence[Any]]) -> None:
        """Send a statement once for each of `many`. Raises psycopg.Error."""
        for values in many:
            self._send(text, values)
        if not self._held:
            self.settle()

    def commit(self) -> None:
        """Commit, in one round with what was put off. Raises psycopg.Error, Belated: then nothing is kept."""
        if self._asked or self._link.transaction_status != pq.TransactionStatus.IDLE:
            if not self._asked:
                self._link.enter_pipeline_mode()
            asked = Asked(self)
            self._asked.append(asked)
            self._link.send_query_params(b"COMMIT", None)
            self.settle()
            if asked.result is None or asked.result.command_status != b"COMMIT":
                raise psycopg.errors.InFailedSqlTransaction("the transaction had failed: it was taken back")

    def give_up(self) -> None:
        """Forget what was sent and not answered: its transaction is not kept."""
        self._held = 0
        with suppress(psycopg.Error, Belated):
            self.settle()

    def settle(self) -> None:
        """Wait for the answers to everything that was sent.

        Raises psycopg.Error for the first refusal, or Belated from it where its answer was put off.
        """
        if not self._asked:
            return
        refused: pq.abc.PGresult | None = None
        is_belated = False
        try:
            self._link.pipeline_sync()
            while (result := self._next()) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
                if result is None:
                    continue
                asked = self._asked.popleft()
                if result.status in _FINE:
                    asked.result = result
                else:
                    self._names.pop(asked.name or "", None)
                    if refused is None:
                        refused, is_belated = result, asked.is_put_off
        finally:
            self._asked.clear()
            if self._link.status == pq.ConnStatus.OK:
                self._link.exit_pipeline_mode()
        if refused is None:
            return
        error = psycopg.errors.error_from_result(refused)
        if is_belated:
            raise Belated from error
        raise error

    def _send(self, text: str, values: Sequence[Any]) -> Asked:
        kept = [None if value is None else _text(value) for value in values]
        if not self._asked:
            self._begin()
        name = self._names.get(text)
        if name is None:
            name = self._prepare(text)
        asked = Asked(self)
        self._asked.append(asked)
        self._link.send_query_prepared(name, kept)
        return asked

    def _prepare(self, text: str) -> bytes:
        if len(self._names) >= _PREPARED_AT_MOST:
            self._names.clear()
            self._asked.append(Asked(self))
            self._link.send_query_params(b"DEALLOCATE ALL", None)
        name = self._names[text] = b"accede_%d" % next(self._numbers)
        self._asked.append(Asked(self, text))
        self._link.send_prepare(name, text.encode())
        return name

    def _begin(self) -> None:
        idle = self._link.transaction_status == pq.TransactionStatus.IDLE
        self._link.enter_pipeline_mode()
        if idle and not self.driver.autocommit:
            self._asked.append(Asked(self))
            self._link.send_query_params(_beginning(self.driver), None)

    def _next(self) -> pq.abc.PGresult | None:
        """Return the next result; None between two statements."""
        link = self._link
        while link.flush():
            readable, _, _ = select.select([link.socket], [link.socket], [])
            if readable:
                link.consume_input()
        while link.is_busy():
            self._poll.poll()
            link.consume_input()
        return link.get_result()


def _beginning(driver: psycopg.Connection[Any]) -> bytes:
    """Return how a transaction of this connection begins."""
    words = ["BEGIN"]
    if driver.isolation_level is not None:
        words.append(f"ISOLATION LEVEL {driver.isolation_level.name.replace('_', ' ')}")
    if driver.read_only is not None:
        words.append("READ ONLY" if driver.read_only else "READ WRITE")
    return " ".join(words).encode()


def _text(value: Any) -> bytes:  # noqa: ANN401 - any value of a column
    """Return a value as PostgreSQL reads it."""
    if isinstance(value, str):
        if "\0" in value:
            # libpq would end the text there, and say nothing.
            raise psycopg.DataError("a text cannot have NUL (0x00) in it")
        return value.encode()
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"%d" % value
    raise TypeError(f"no column of the record takes {type(value).__name__}")
