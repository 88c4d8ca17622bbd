"""Runs work against the record: one transaction each, acknowledged only after its commit.

What waits is written by one thread (three on PostgreSQL) and committed as a group; a flush then serves many.
Beside them, on PostgreSQL, a few threads do what would make a group wait for somebody else's lock. Readers
see one consistent moment.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from records import migrating
from records.engines import database_url, open_engine
from records.grouping import GroupWriter
from records.problems import DatabaseUnavailable
from records.writers import PooledWriter, Writer, refused_by_database
from telemetry import tracing

T = TypeVar("T")

_READERS = 4
_GROUPS = 3
"""At work at once on PostgreSQL: while one waits for the server, or does something long, another decides."""
_ASIDE = 4
_PATIENCE_MS = 50
"""How long the group waits for a row that somebody else has locked."""


class Database:
    """An open database. Works are plain functions of a connection; they run in other threads, never here."""

    def __init__(self, writer: Writer, read_engine: Engine, readers: int) -> None:
        self._writer = writer
        self._read_engine = read_engine
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="record-reader")

    @classmethod
    def open(cls, address: str, *, check_schema: bool = True) -> Database:
        """Open the database at a sqlite:/// or postgresql:// address.

        Raises:
            SchemaOutdated: the tables are missing or of another release; the message says what to run.
            DatabaseUnavailable: nothing answers there.
            ValueError: the address is of another kind of database.
        """
        if check_schema:
            migrating.check(address)
        if database_url(address).get_backend_name() == "sqlite":
            reading = open_engine(address, role="reader", connections=_READERS)
            return cls(GroupWriter(open_engine(address)), reading, _READERS)
        aside = PooledWriter(open_engine(address, connections=_ASIDE), _ASIDE)
        engine = open_engine(address, connections=_GROUPS, patience_ms=_PATIENCE_MS)
        reading = open_engine(address, role="reader", connections=_READERS).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        return cls(GroupWriter(engine, aside, threads=_GROUPS), reading, _READERS)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction and return what it returned, after the commit.

        Work may run again after a serialization failure, so it must have no effects of its own. What it
        raises is raised here, and nothing of it is kept. Raises DatabaseUnavailable.
        """
        if not tracing.is_on() or not tracing.here():
            return await asyncio.wrap_future(self._writer.submit(work))
        # The outer span also waits for the writer and for the commit; the inner one is the work alone.
        with tracing.span("record.write"):
            return await asyncio.wrap_future(self._writer.submit(tracing.carried("record.work", work)))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent moment and return what it returned. Raises DatabaseUnavailable."""
        if not tracing.is_on() or not tracing.here():
            return await asyncio.wrap_future(self._submit_read(work))
        with tracing.span("record.read"):
            return await asyncio.wrap_future(self._submit_read(work))

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Do the same as `write` for callers without an event loop."""
        return self._writer.submit(work).result()

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Do the same as `read` for callers without an event loop."""
        return self._submit_read(work).result()

    async def close(self) -> None:
        """Finish what was handed in and let go of every connection."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """Do the same as `close` for callers without an event loop."""
        self._writer.close()
        self._readers.shutdown()
        self._read_engine.dispose()

    def _submit_read(self, work: Callable[[Connection], T]) -> concurrent.futures.Future[T]:
        return self._readers.submit(self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._read_engine.connect() as connection:
                return work(connection)
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            raise refused_by_database(error) from error


__all__ = ["Database", "DatabaseUnavailable"]
