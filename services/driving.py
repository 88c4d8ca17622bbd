"""Tells the workflows what was recorded: at once after each commit, and again after a crash.

Nobody waits for this. What is committed is acknowledged; a signal that fails is no loss, because the outbox
says how far each case was driven, and the relay repeats the rest. A workflow ignores what it knows already,
so telling it twice costs time and nothing else.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from domain.batches import in_batches
from domain.events import Event
from records import backlog, outbox
from records.database import Database
from records.listening import Heard, Rest
from records.places import places_after
from records.problems import DatabaseUnavailable
from records.stored import events_after
from services.gathering import Gathering
from services.telling import Telling, wake_courier
from telemetry import metrics, tracing

_TELLERS: Final = 8
"""Signals under way at once."""
_MARKING: Final = 1.0
"""Seconds between two notes in the outbox, which gather what was told meanwhile: at most, and ..."""
_MARKING_SOON: Final = 0.1
"""... at least: as soon as nothing else is to be told."""
_WAKING: Final = 0.5
"""Seconds between two wakes of the courier, at least, and ..."""
_WAKING_LATE: Final = 2.0
"""... while it is not quiet, unless there is a lull before."""
_ROUND: Final = 400
"""Cases the relay looks at in one round, and ..."""
_NEXT_ROUND: Final = 0.5
"""... seconds until the next, at most, where there was something to tell, ..."""
_AWAY: Final = 1.0
"""... and while Temporal is away: what can be told again is how its return is noticed."""
_PAGE: Final = 100
"""Events told in one signal by the relay; the workflow reads what follows from the record."""

_UNREACHABLE = (RPCError, RuntimeError, OSError)
"""What the client raises when Temporal is away; RuntimeError when a lazy one cannot connect at all."""

_log = structlog.get_logger(__name__)


class Driver:
    """Drives the cases of one process (API, worker or command). Use it as an async context."""

    def __init__(
        self,
        client: Client,
        database: Database,
        *,
        task_queue: str = "accede",
        relay_every: float = 2.5,
        relay_after: float = 10.0,
        gathering: Gathering | None = None,
        listening: Heard | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare to drive.

        `relay_every` is in seconds; 0 leaves the relay to other processes. The relay takes over cases that
        have waited longer than `relay_after` seconds, which is more than `gathering` lets them rest; at the
        start, and when Temporal is back, all that wait. With a `listening` it does not look while nothing
        waits and nothing is written.
        """
        self._client = client
        self._database = database
        self._task_queue = task_queue
        self._telling = Telling(client, task_queue)
        self._relay_every = relay_every
        self._relay_after = timedelta(seconds=relay_after)
        self._clock = clock
        self.listening = listening
        self._rest = Rest(listening)
        self._gathering = gathering or Gathering()
        self._told: dict[str, int] = {}
        self._some_told = asyncio.Event()
        self._all_told = asyncio.Event()
        self._wake = asyncio.Event()
        # Who was to tell what waits now may be gone: this very process, before it was started again.
        self._left_behind_by = clock()
        self._away = False
        self._back = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Begin to drive in the background."""
        jobs: list[Coroutine[Any, Any, None]] = [self._tell_for_ever() for _ in range(_TELLERS)]
        jobs += [self._mark_for_ever(), self._wake_for_ever()]
        if self._relay_every:
            jobs.append(self._relay_for_ever())
        self._tasks = [asyncio.create_task(job) for job in jobs]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell what is still held, for a few seconds at most, and stop."""
        await self.drained(patience=3)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def soon(self, case_id: str, events: Sequence[Event], *, is_to_carry: bool = True) -> None:
        """Tell a case's workflow what was just recorded, and the courier where messages may be to carry.

        Returns at once and never raises; call it after the commit, in the order of the commits. What cannot
        be held or told now is told by the relay later.
        """
        if not events:
            return
        if is_to_carry:
            self.wake()
        self._gathering.add(case_id, events, tracing.here())

    def wake(self) -> None:
        """Wake the courier soon: messages may wait. Many wakes become two signals a second, or fewer."""
        self._wake.set()

    async def drained(self, *, patience: float = 60) -> bool:
        """Tell everything held, and wait until it is noted. Returns False after `patience` seconds."""
        self._gathering.hurry()
        try:
            async with asyncio.timeout(patience):
                while (  # noqa: ASYNC110 - rare, and two events would say less
                    self._told or not self._gathering.is_empty
                ):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            return False
        return True

    async def relay(self) -> int:
        """Tell once what the outbox says was not told yet. Returns the number of cases.

        In each case in order of seq; cases that are being told by this very driver are left to it, and recent
        ones to the process that recorded them, unless that is gone or Temporal was away.
        """
        before = max(self._clock() - self._relay_after, self._left_behind_by)
        waiting = await self._database.read(partial(outbox.waiting, before=before, limit=_ROUND))
        held = self._gathering.is_busy
        rows = [row.case_id for row in waiting if not held(row.case_id) and row.case_id not in self._told]
        # Each process in an order of its own: those at the same work after an outage meet in few cases.
        random.shuffle(rows)
        told = 0
        for some in in_batches(rows, _TELLERS):
            told += sum(await asyncio.gather(*map(self._repeat, some)))
            if self._away:
                break
        if told:
            self._all_told.set()
            self.wake()
        return told

    async def _repeat(self, case_id: str) -> bool:
        if not self._gathering.take(case_id):
            return False
        try:
            return await self._tell_again(case_id)
        finally:
            self._gathering.done_with(case_id)

    async def _tell_again(self, case_id: str) -> bool:
        after = await self._database.read(partial(outbox.told_up_to, case_id=case_id))
        told = False
        while True:
            stored = await self._database.read(partial(events_after, case_id=case_id, seq=after, limit=_PAGE))
            if not stored:
                return told
            places: list[str] = []
            if tracing.is_on():
                places = await self._database.read(partial(places_after, case_id=case_id, seq=after))
            if not await self._try_to_tell(case_id, [one.event for one in stored], places):
                return False
            if len(stored) < _PAGE:
                return True
            after, told = stored[-1].event.seq, True

    async def _tell_for_ever(self) -> None:
        while True:
            case_id, untold = await self._gathering.next()
            try:
                if untold.events:
                    await self._try_to_tell(case_id, untold.events, untold.places)
            finally:
                self._gathering.done_with(case_id)
            if self._gathering.is_empty:
                self._all_told.set()

    async def _try_to_tell(self, case_id: str, events: Sequence[Event], places: Sequence[str]) -> bool:
        """Tell a workflow, below the first act that left something to tell and linked with the others."""
        with tracing.span("tell", parent=places[0] if places else "", links=places[1:], case=case_id) as span:
            try:
                await self._telling.tell(case_id, events)
            except _UNREACHABLE as trouble:
                span.fails(type(trouble).__name__)
                metrics.TOLD.labels("away").inc()
                self._note_absence(trouble)
                return False
            except Exception as trouble:  # noqa: BLE001 - must not silence the others; the relay comes back to it
                span.fails(type(trouble).__name__)
                metrics.TOLD.labels("failed").inc()
                _log.exception("a case could not be driven", case=case_id)
                return False
        metrics.TOLD.labels("told").inc()
        self._note_presence()
        self._told[case_id] = max(events[-1].seq, self._told.get(case_id, 0))
        self._some_told.set()
        return True

    async def _mark_for_ever(self) -> None:
        while True:
            # Nothing is looked at, and nothing runs, as long as nobody was told anything.
            await self._some_told.wait()
            await asyncio.sleep(_MARKING_SOON)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_told.wait(), _MARKING)
            self._all_told.clear()
            told = dict(self._told)
            try:
                await self._database.write(partial(outbox.driven, told=told, now=self._clock()))
            except DatabaseUnavailable:
                # The relay will tell these again, which changes nothing; then they are noted.
                _log.warning("outbox not noted: the database is away")
            for case_id, seq in told.items():
                if self._told.get(case_id) == seq:
                    del self._told[case_id]
            if not self._told:
                self._some_told.clear()

    async def _wake_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            # A round of the courier costs more than several acts, and serves all that happened before it.
            await self._gathering.lull(within=_WAKING_LATE)
            self._wake.clear()
            try:
                await wake_courier(self._client, self._task_queue)
                self._note_presence()
            except _UNREACHABLE as trouble:
                self._note_absence(trouble)
                self._wake.set()
            await asyncio.sleep(_WAKING)

    async def _relay_for_ever(self) -> None:
        while True:
            try:
                told = await self._relay_unless_at_rest()
            except DatabaseUnavailable:
                told = 0
                _log.warning("nothing relayed: the database is away")
            # After an outage there is more than one round takes: go on as soon as this one is noted.
            soon = _NEXT_ROUND if told else _AWAY if self._away else self._relay_every
            pause = min(self._relay_every, soon)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._back.wait(), pause)
            self._back.clear()

    async def _relay_unless_at_rest(self) -> int:
        if await self._rest.lasts():
            return 0
        told = await self.relay()
        if not told and await self._database.read(backlog.oldest_waiting) is None:
            self._rest.begins()
        return told

    def _note_presence(self) -> None:
        if self._away:
            self._away = False
            self._left_behind_by = self._clock()
            self._back.set()
            _log.info("Temporal is back")

    def _note_absence(self, trouble: BaseException) -> None:
        if not self._away:
            self._away = True
            _log.warning(
                "Temporal is away; acts are recorded, and driven later", reason=type(trouble).__name__
            )
