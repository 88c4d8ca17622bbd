"""The writers: one thread that commits in groups for SQLite, a few threads for PostgreSQL."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from records.problems import DatabaseUnavailable, StorageFull
from telemetry import metrics

T = TypeVar("T")

_GROUP_AT_MOST = 64
_GROUP_SECONDS = 0.05
_TRIES = 4
_DISK_FULL = "53100"
_SQLITE_FULL = "database or disk is full"
_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
_UNREACHABLE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


class Writer(Protocol):
    """Runs works, each in a transaction of its own or as good as that."""

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Hand in a work; the future is resolved after the commit."""
        ...

    def close(self) -> None:
        """Finish what was handed in."""
        ...


def refused_by_database(error: Exception) -> DatabaseUnavailable:
    """Return the error that a caller may show; the driver's own text stays in its cause."""
    if _is_full(error):
        return StorageFull(
            "There is no room left on the disk of the database: nothing was recorded. "
            "Make room, then try again."
        )
    return DatabaseUnavailable(
        f"The database did not take the work ({type(error).__name__}). "
        "See that it runs, can be reached and has room on its disk, then try again."
    )


def _is_full(error: BaseException | None) -> bool:
    """Whether a full disk is behind an error, or behind the one in whose handling it arose.

    SQLite takes back the whole transaction then, and what fails next is the way back to a savepoint.
    """
    seen: list[BaseException] = []
    # A refusal that is raised anew from itself is its own cause.
    while error is not None and not any(error is one for one in seen):
        seen.append(error)
        original = getattr(error, "orig", None)
        if getattr(original, "sqlstate", None) == _DISK_FULL or _SQLITE_FULL in str(original):
            return True
        error = error.__cause__ or error.__context__
    return False


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    work: Callable[[Connection], T]
    future: Future[T]


@dataclass
class _Done:
    future: Future[Any]
    result: object = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class GroupWriter:
    """The only thread that writes a SQLite file. What waits shares one commit, each work in a savepoint."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[_Waiting[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._handing_in = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="record-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Hand in a work; the future is resolved after the group's commit."""
        future: Future[T] = Future()
        with self._handing_in:
            if self._closed:
                raise DatabaseUnavailable("The database was closed.")
            self._waiting.put(_Waiting(work, future))
        return future

    def close(self) -> None:
        """Finish what was handed in and end the thread."""
        with self._handing_in:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            if self._commit_group(first):
                return

    def _commit_group(self, first: _Waiting[Any]) -> bool:
        """Run and commit a group; return whether the end was asked for."""
        begun: list[_Waiting[Any]] = []
        done: list[_Done] = []
        ended = False
        try:
            with self._engine.connect() as connection, connection.begin():
                until = time.monotonic() + _GROUP_SECONDS
                waiting: _Waiting[Any] | None = first
                while waiting is not None:
                    if waiting.future.set_running_or_notify_cancel():
                        begun.append(waiting)
                        done.append(_in_savepoint(connection, waiting))
                    waiting, ended = self._next(len(done), until)
        except Exception as error:  # noqa: BLE001 - whatever stopped the commit, every member must hear of it
            self._fail(first, begun, error)
            return ended
        metrics.GROUPS.observe(len(done))
        for one in done:
            one.tell()
        return ended

    def _next(self, number: int, until: float) -> tuple[_Waiting[Any] | None, bool]:
        if number >= _GROUP_AT_MOST or time.monotonic() > until:
            return None, False
        try:
            waiting = self._waiting.get_nowait()
        except queue.Empty:
            return None, False
        return waiting, waiting is None

    @staticmethod
    def _fail(first: _Waiting[Any], begun: list[_Waiting[Any]], error: Exception) -> None:
        refusal = refused_by_database(error)
        refusal.__cause__ = error
        # The one under way when the transaction went away as a whole, as on a full disk, is not done yet.
        if not begun and first.future.set_running_or_notify_cancel():
            begun = [first]
        for one in begun:
            one.future.set_exception(refusal)


def _in_savepoint(connection: Connection, waiting: _Waiting[Any]) -> _Done:
    """Run one work so that its failure takes back nothing but itself."""
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        result = waiting.work(connection)
    except Exception as error:  # noqa: BLE001 - handed to the caller as it is
        connection.exec_driver_sql("ROLLBACK TO work")
        connection.exec_driver_sql("RELEASE work")
        refused = refused_by_database(error) if _is_full(error) else error
        return _Done(waiting.future, error=refused)
    connection.exec_driver_sql("RELEASE work")
    return _Done(waiting.future, result)


class PooledWriter:
    """A few threads, each work in a transaction of its own; rows are locked by those who change them."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="record-writer")

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Hand in a work; the future is resolved after its commit."""
        try:
            return self._pool.submit(self._run, work)
        except RuntimeError as error:
            raise DatabaseUnavailable("The database was closed.") from error

    def close(self) -> None:
        """Finish what was handed in and end the threads."""
        self._pool.shutdown()
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], T]) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(work)
            except _UNREACHABLE as error:
                if attempt == _TRIES or not _may_run_again(error):
                    raise refused_by_database(error) from error
                time.sleep(0.02 * attempt)
        raise AssertionError  # the last attempt returned or raised

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            with connection.begin() as transaction:
                result = work(connection)
                try:
                    transaction.commit()
                except _UNREACHABLE as error:
                    # Nobody knows whether it was committed: running it again could do it twice.
                    raise refused_by_database(error) from error
            return result


def _may_run_again(error: Exception) -> bool:
    """Whether nothing of the work can have been kept: a conflict, or a connection lost before the commit."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in _SERIALIZATION_FAILURES or error.connection_invalidated
