"""What writers have in common, and the one whose works have a transaction each."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from records import prepared
from records.problems import DatabaseUnavailable, RecordDamaged, StorageFull

T = TypeVar("T")

_TRIES = 4
_DISK_FULL = "53100"
_SQLITE_FULL = "database or disk is full"
_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
_TOO_LONG_LOCKED = "55P03"
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
    if isinstance(error, RecordDamaged):
        return RecordDamaged(str(error))
    if is_full(error):
        return StorageFull(
            "There is no room left on the disk of the database: nothing was recorded. "
            "Make room, then try again."
        )
    return DatabaseUnavailable(
        f"The database did not take the work ({type(error).__name__}). "
        "See that it runs, can be reached and has room on its disk, then try again."
    )


def is_full(error: BaseException | None) -> bool:
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

    def take_over(self, work: Callable[[Connection], T], future: Future[T]) -> None:
        """Do a work whose caller waits for `future` already."""

        def pass_on(done: Future[T]) -> None:
            error = done.exception()
            if error is None:
                future.set_result(done.result())
            else:
                future.set_exception(error)

        try:
            self.submit(work).add_done_callback(pass_on)
        except DatabaseUnavailable as error:
            future.set_exception(error)

    def close(self) -> None:
        """Finish what was handed in and end the threads."""
        self._pool.shutdown()
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], T]) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(work)
            except _UNREACHABLE as error:
                if attempt == _TRIES or not may_run_again(error):
                    raise refused_by_database(error) from error
                if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
                    # The others that wait here are as likely lost with the server.
                    self._engine.dispose()
                time.sleep(0.02 * attempt)
        raise AssertionError  # the last attempt returned or raised

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            with connection.begin() as transaction:
                result = work(connection)
                try:
                    # The driver takes it for a commit where the server takes back what had failed.
                    prepared.commit(connection)
                    transaction.commit()
                except (*_UNREACHABLE, sa.exc.InternalError) as error:
                    # Nobody knows whether it was committed: running it again could do it twice.
                    raise refused_by_database(error) from error
            return result


def may_run_again(error: Exception) -> bool:
    """Whether nothing of the work can have been kept, and it may succeed in a transaction of its own.

    So it is after a conflict, a lock that was held too long, or a connection lost before the commit.
    """
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in _SERIALIZATION_FAILURES or state == _TOO_LONG_LOCKED or error.connection_invalidated
