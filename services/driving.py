"""Tells the workflows what was recorded: at once after each commit, and again after a crash.

Nobody waits for this. What is committed is acknowledged; a signal that fails is no loss, because the outbox
says how far each case was driven, and the relay repeats the rest. A workflow ignores what it knows already,
so telling it twice costs time and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

import structlog
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.events import CaseStarted, Event
from records import outbox
from records.database import Database
from records.problems import DatabaseUnavailable
from records.stored import events_after
from workflows import contract
from workflows.contract import CaseStart, CourierStart, Facts

_TELLERS: Final = 16
"""Signals under way at once."""
_HELD: Final = 20_000
"""Events held in memory at most; beyond that they wait in the outbox for the relay."""
_MARKING: Final = 0.2
"""Seconds between two notes in the outbox, which gather every case that was told meanwhile."""
_WAKING: Final = 1.0
"""Seconds between two wakes of the courier."""
_PATIENCE: Final = timedelta(seconds=10)
"""How long one call to Temporal may take."""
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
        relay_every: float = 5.0,
        relay_after: float = 5.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare to drive.

        `relay_every` is in seconds; 0 leaves the relay to other processes. The relay takes over cases that
        have waited longer than `relay_after` seconds.
        """
        self._client = client
        self._database = database
        self._task_queue = task_queue
        self._relay_every = relay_every
        self._relay_after = timedelta(seconds=relay_after)
        self._clock = clock
        self._pending: dict[str, list[Event]] = {}
        self._held = 0
        self._busy: set[str] = set()
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._told: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._away = False
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

    def soon(self, case_id: str, events: Sequence[Event]) -> None:
        """Tell a case's workflow what was just recorded, and the courier that messages may wait.

        Returns at once and never raises; call it after the commit, in the order of the commits. What cannot
        be held or told now is told by the relay later.
        """
        if not events:
            return
        self.wake()
        if self._held + len(events) > _HELD:
            return
        self._held += len(events)
        self._pending.setdefault(case_id, []).extend(events)
        self._make_ready(case_id)

    def wake(self) -> None:
        """Wake the courier soon: messages may wait. Many wakes become one signal a second."""
        self._wake.set()

    async def drained(self, *, patience: float = 60) -> bool:
        """Wait until everything held was told and noted. Returns False after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                while (  # noqa: ASYNC110 - rare, and three events would say less
                    self._pending or self._busy or self._told
                ):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            return False
        return True

    async def relay(self) -> int:
        """Tell once what the outbox says was not told yet. Returns the number of cases.

        In each case in order of seq; cases that are being told by this very driver are left to it.
        """
        before = self._clock() - self._relay_after
        waiting = await self._database.read(partial(outbox.waiting, before=before))
        rows = [row for row in waiting if row.case_id not in self._busy and row.case_id not in self._told]
        told = 0
        for first in range(0, len(rows), _TELLERS):
            some = rows[first : first + _TELLERS]
            told += sum(await asyncio.gather(*(self._repeat(row.case_id, row.driven_seq) for row in some)))
            if self._away:
                break
        if told:
            self.wake()
        return told

    async def _repeat(self, case_id: str, after: int) -> bool:
        if case_id in self._busy:
            return False
        self._busy.add(case_id)
        try:
            return await self._tell_again(case_id, after)
        finally:
            self._done_with(case_id)

    async def _tell_again(self, case_id: str, after: int) -> bool:
        stored = await self._database.read(partial(events_after, case_id=case_id, seq=after, limit=_PAGE))
        return bool(stored) and await self._try_to_tell(case_id, [one.event for one in stored])

    def _make_ready(self, case_id: str) -> None:
        if case_id not in self._busy:
            self._busy.add(case_id)
            self._ready.put_nowait(case_id)

    def _done_with(self, case_id: str) -> None:
        self._busy.discard(case_id)
        if case_id in self._pending:
            self._make_ready(case_id)

    async def _tell_for_ever(self) -> None:
        while True:
            case_id = await self._ready.get()
            events = self._pending.pop(case_id, [])
            self._held -= len(events)
            try:
                if events:
                    await self._try_to_tell(case_id, events)
            finally:
                self._done_with(case_id)

    async def _try_to_tell(self, case_id: str, events: Sequence[Event]) -> bool:
        try:
            await self._tell(case_id, events)
        except _UNREACHABLE as trouble:
            self._note_absence(trouble)
            return False
        except Exception:  # noqa: BLE001 - one case must not silence the others; the relay comes back to it
            _log.exception("a case could not be driven", case=case_id)
            return False
        self._away = False
        self._told[case_id] = max(events[-1].seq, self._told.get(case_id, 0))
        return True

    async def _tell(self, case_id: str, events: Sequence[Event]) -> None:
        """Signal the workflow, or start it, unless it ended and knows all of this already."""
        try:
            await self._start_with(
                case_id, events, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY, events[0].seq - 1
            )
        except WorkflowAlreadyStartedError:
            if await self._ended_knowing(case_id) < events[-1].seq:
                await self._start_with(case_id, events, WorkflowIDReusePolicy.ALLOW_DUPLICATE, events[-1].seq)

    async def _start_with(
        self, case_id: str, events: Sequence[Event], reuse: WorkflowIDReusePolicy, seq: int
    ) -> None:
        first = events[0].body
        await self._client.start_workflow(
            contract.CASE,
            CaseStart(case_id=case_id, seq=seq),
            id=contract.case_workflow_id(case_id),
            task_queue=self._task_queue,
            id_reuse_policy=reuse,
            start_signal=contract.RECORDED,
            start_signal_args=[Facts.of(events)],
            static_summary=f"{first.process} {first.version}" if isinstance(first, CaseStarted) else None,
            rpc_timeout=_PATIENCE,
        )

    async def _ended_knowing(self, case_id: str) -> int:
        """Return the last fact the ended workflow knew; 0 where it cannot say."""
        handle = self._client.get_workflow_handle(
            contract.case_workflow_id(case_id), result_type=contract.CaseEnd
        )
        try:
            end: contract.CaseEnd = await handle.result(rpc_timeout=_PATIENCE)
        except WorkflowFailureError:
            return 0
        return end.seq

    async def _mark_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_MARKING)
            told = dict(self._told)
            if not told:
                continue
            try:
                await self._database.write(partial(outbox.driven, told=told))
            except DatabaseUnavailable:
                # The relay will tell these again, which changes nothing; then they are noted.
                _log.warning("outbox not noted: the database is away")
            for case_id, seq in told.items():
                if self._told.get(case_id) == seq:
                    del self._told[case_id]

    async def _wake_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await wake_courier(self._client, self._task_queue)
            except _UNREACHABLE as trouble:
                # Not asked again for this: the courier goes its rounds, and every act wakes it.
                self._note_absence(trouble)
            await asyncio.sleep(_WAKING)

    async def _relay_for_ever(self) -> None:
        while True:
            try:
                told = await self.relay()
            except DatabaseUnavailable:
                told = 0
                _log.warning("nothing relayed: the database is away")
            # After an outage there is more than one round takes: go on as soon as this one is noted.
            await asyncio.sleep(min(self._relay_every, 2 * _MARKING) if told else self._relay_every)

    def _note_absence(self, trouble: BaseException) -> None:
        if not self._away:
            self._away = True
            _log.warning(
                "Temporal is away; acts are recorded, and driven later", reason=type(trouble).__name__
            )


async def wake_courier(client: Client, task_queue: str) -> None:
    """Wake the courier, or start it. Raises RPCError when Temporal is away."""
    await client.start_workflow(
        contract.COURIER,
        CourierStart(),
        id=contract.COURIER,
        task_queue=task_queue,
        start_signal=contract.WOKEN,
        static_summary="delivers what waits",
        rpc_timeout=_PATIENCE,
    )
