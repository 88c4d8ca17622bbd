"""The writer whose works share a commit: a flush, and a round trip or two, then serve many."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from records import prepared
from records.prepared import Prepared, at_once, putting_off
from records.problems import DatabaseUnavailable
from records.turns import Turns
from records.wire import Belated
from records.writers import PooledWriter, is_full, may_run_again, refused_by_database
from telemetry import metrics

T = TypeVar("T")

_GROUP_AT_MOST = 64
_GROUP_SECONDS = 0.05

_MARK = Prepared(sa.text("SAVEPOINT work"))
_FORGET_MARK = Prepared(sa.text("RELEASE SAVEPOINT work"))
_BACK_TO_MARK = Prepared(sa.text("ROLLBACK TO SAVEPOINT work"))


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    work: Callable[[Connection], T]
    future: Future[T]


@dataclass
class _Done:
    waiting: _Waiting[Any]
    result: object = None
    error: Exception | None = None

    def tell(self) -> None:
        if self.error is None:
            self.waiting.future.set_result(self.result)
        else:
            self.waiting.future.set_exception(self.error)


@dataclass
class _Group:
    """What shares one transaction."""

    begun: list[_Waiting[Any]] = field(default_factory=list)
    done: list[_Done] = field(default_factory=list)
    committing: bool = False


class _Held:
    """One thread's connection to SQLite, from group to group: to take one takes longer than to begin.

    It is let go of after any failure, because it may be what failed.
    On PostgreSQL several threads share the connections: who acts alone finds what the server has warm.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        if self._connection is None or self._connection.closed:
            self._connection = self._engine.connect()
        try:
            yield self._connection
        except BaseException:
            self.let_go()
            raise
        if self._engine.dialect.name != "sqlite":
            self.let_go()

    def let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class GroupWriter:
    """What waits shares one commit; a failing work takes back nothing but itself. SQLite takes one thread.

    Where others write the same database, a work of a group may find a row locked. It is then done `aside`,
    in a transaction of its own, so that nobody waits for it.
    """

    def __init__(self, engine: Engine, aside: PooledWriter | None = None, *, threads: int = 1) -> None:
        self._engine = engine
        self._turns = Turns.beside(engine.url) if engine.dialect.name == "sqlite" else None
        self._aside = aside
        self._waiting: queue.SimpleQueue[_Waiting[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._handing_in = threading.Lock()
        if aside is not None:
            # Only what goes over the wire waits for what was put off by itself.
            sa.event.listen(engine, "before_cursor_execute", _settle)
        self._threads = [
            threading.Thread(target=self._run, name=f"record-writer-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Hand in a work; the future is resolved after the group's commit."""
        future: Future[T] = Future()
        with self._handing_in:
            if self._closed:
                raise DatabaseUnavailable("The database was closed.")
            self._waiting.put(_Waiting(work, future))
        return future

    def close(self) -> None:
        """Finish what was handed in and end the threads."""
        with self._handing_in:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        if self._aside is not None:
            self._aside.close()
        self._engine.dispose()
        if self._turns is not None:
            self._turns.close()

    def _run(self) -> None:
        held = _Held(self._engine)
        while (first := self._waiting.get()) is not None:
            if self._commit_group(held, first):
                break
        held.let_go()
        # The end is for every thread.
        self._waiting.put(None)

    def _commit_group(self, held: _Held, first: _Waiting[Any]) -> bool:
        """Run and commit a group; return whether the end was asked for."""
        if not first.future.set_running_or_notify_cancel():
            return False
        group = _Group()
        ended = False
        try:
            with self._turn(), held.connection() as connection, connection.begin() as transaction:
                # Where a refusal comes too late to say whose it is, all are done again aside.
                with nullcontext() if self._aside is None else putting_off(connection):
                    ended = self._gather(connection, first, group)
                    group.committing = group.done[0].error is None
                    if group.committing:
                        prepared.commit(connection)
                if not group.committing:
                    transaction.rollback()
        except Exception as error:  # noqa: BLE001 - whatever stopped the commit, every member must hear of it
            self._fail(first, group, error)
            return ended
        metrics.GROUPS.observe(len(group.done))
        for one in group.done:
            self._settle(one)
        return ended

    def _turn(self) -> AbstractContextManager[None]:
        if self._turns is None:
            return nullcontext()
        return self._turns.taken()

    def _gather(self, connection: Connection, first: _Waiting[Any], group: _Group) -> bool:
        """Run works until none waits, or it has been long enough; return whether the end was asked for.

        The first needs no savepoint: when it fails, that is the end of its group.
        """
        until = time.monotonic() + _GROUP_SECONDS
        group.begun.append(first)
        group.done.append(_alone(connection, first))
        while group.done[0].error is None and len(group.done) < _GROUP_AT_MOST and time.monotonic() < until:
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                return False
            if waiting is None:
                return True
            if waiting.future.set_running_or_notify_cancel():
                group.begun.append(waiting)
                group.done.append(_in_savepoint(connection, waiting, others=len(group.done) > 1))
        return False

    def _fail(self, first: _Waiting[Any], group: _Group, error: Exception) -> None:
        """Tell every member; where nothing can have been kept, let them be done again, each for itself."""
        # Behind a statement that is refused the server skips the commit that was sent with it.
        again = isinstance(error, Belated) or (not group.committing and may_run_again(error))
        refusal = refused_by_database(error)
        refusal.__cause__ = error
        # The one under way when the transaction went away as a whole, as on a full disk, is not done yet.
        for one in group.begun or [first]:
            if again and self._aside is not None:
                self._aside.take_over(one.work, one.future)
            else:
                one.future.set_exception(refusal)

    def _settle(self, one: _Done) -> None:
        if self._aside is not None and one.error is not None and may_run_again(one.error):
            self._aside.take_over(one.waiting.work, one.waiting.future)
        else:
            one.tell()


def _settle(connection: Connection, *_: object) -> None:
    prepared.settle(connection)


def _alone(connection: Connection, waiting: _Waiting[Any]) -> _Done:
    try:
        return _Done(waiting, waiting.work(connection))
    except Belated:
        raise
    except Exception as error:  # noqa: BLE001 - handed to the caller as it is
        return _Done(waiting, error=_of_the_disk(error))


def _in_savepoint(connection: Connection, waiting: _Waiting[Any], *, others: bool) -> _Done:
    """Run one work so that its failure takes back nothing but itself. `others` have left a savepoint."""
    with at_once(connection, put_off=True):
        if others:
            _FORGET_MARK.send(connection, {})
        _MARK.send(connection, {})
    try:
        return _Done(waiting, waiting.work(connection))
    except Exception as error:
        if connection.invalidated or isinstance(error, Belated):
            raise
        with at_once(connection, put_off=True):
            _BACK_TO_MARK.send(connection, {})
        return _Done(waiting, error=_of_the_disk(error))


def _of_the_disk(error: Exception) -> Exception:
    return refused_by_database(error) if is_full(error) else error
