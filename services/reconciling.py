"""Finds open cases that no workflow drives, or not far enough, and sees to it that one does.

The record is the memory and Temporal the clock: after a restored backup, a lost Temporal, or a move to
another one, this is all that is needed. It never changes the record itself; a workflow that is started or
nudged asks the record what is due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.batches import in_batches
from domain.library import Library, UnknownProcess
from domain.moments import local_day
from domain.passing import crosses_unasked
from records import outbox
from records.database import Database
from records.outbox import Undriven
from services.telling import TASK_TIMEOUT, wake_courier
from workflows import contract
from workflows.contract import (
    CaseStart,
    CheckpointAsked,
    Nudge,
    PatternsAsked,
    ReconcileAsked,
    Reconciled,
    StaffingAsked,
)

_PAGE: Final = 500
_AT_ONCE: Final = 10
_PATIENCE: Final = timedelta(seconds=10)
_PUNCTUAL: Final = timedelta(minutes=3)
"""A workflow that wakes this much after its moment is on time."""

Progress = Callable[[int], None]
"""Told after every page how many open cases were looked at so far."""


def _say_nothing(looked_at: int) -> None:
    """Be the progress nobody watches."""


async def reconcile(
    client: Client,
    database: Database,
    library: Library,
    *,
    today: date,
    now: datetime | None = None,
    task_queue: str = "accede",
    deep: bool = True,
    progress: Progress = _say_nothing,
) -> Reconciled:
    """Look over all open cases, start the workflow of those that have none, nudge those behind.

    A case is behind when its workflow knows less than the record; or when a later version of its process took
    over by `today` and the case does not follow it yet, unless its past is still being told; or when a moment
    at which something happens by itself passed before `now`, as after a jump of the clock (None: not looked
    at). `deep` also asks each running workflow how far it knows its record, at the cost of one query each.
    Safe at any time and as often as one likes. Raises RPCError when Temporal is away and DatabaseUnavailable
    when the record is.
    """
    running = {
        found.id
        async for found in client.list_workflows(
            f"WorkflowType = '{contract.CASE}' AND ExecutionStatus = 'Running'"
        )
    }
    look = _Look(client, library, running=running, today=today, now=now, task_queue=task_queue, deep=deep)
    after: str | None = None
    while page := await database.read(partial(outbox.open_cases, after=after, limit=_PAGE)):
        for some in in_batches(page, _AT_ONCE):
            await asyncio.gather(*(look.at(case) for case in some))
        after = page[-1].case_id
        progress(look.found.open_cases)
    await wake_courier(client, task_queue)
    return look.found


async def ensure_schedules(client: Client, *, task_queue: str = "accede") -> None:
    """Make sure that Temporal has the cases looked over: each hour quickly, each night thoroughly.

    And that each hour a checkpoint of the log is made, each day it is looked who will be missing, and each
    week what many cases show together. Schedules that exist are left as operators set them.
    """
    hourly = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))])
    nightly = ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=(ScheduleRange(19),), minute=(ScheduleRange(30),))],
        jitter=timedelta(minutes=10),
    )
    looking, making = contract.RECONCILING, contract.CHECKPOINTING
    past_the_hour = ScheduleIntervalSpec(every=timedelta(hours=1), offset=timedelta(minutes=5))
    later = ScheduleSpec(intervals=[past_the_hour])
    await _ensure(client, "reconcile/hourly", hourly, (looking, ReconcileAsked(deep=False)), task_queue)
    await _ensure(client, "reconcile/nightly", nightly, (looking, ReconcileAsked(deep=True)), task_queue)
    await _ensure(client, "checkpoint/hourly", later, (making, CheckpointAsked()), task_queue)
    early = ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=(ScheduleRange(20),), minute=(ScheduleRange(30),))],
        jitter=timedelta(minutes=10),
    )
    await _ensure(client, "staffing/daily", early, (contract.STAFFING, StaffingAsked()), task_queue)
    weekly = ScheduleSpec(
        calendars=[
            # Sunday night in most places: nobody waits for it.
            ScheduleCalendarSpec(
                day_of_week=(ScheduleRange(6),), hour=(ScheduleRange(17),), minute=(ScheduleRange(30),)
            )
        ],
        jitter=timedelta(minutes=10),
    )
    await _ensure(client, "patterns/weekly", weekly, (contract.PATTERNS, PatternsAsked()), task_queue)


class _Look:
    """One look over all cases, and what it found."""

    def __init__(
        self,
        client: Client,
        library: Library,
        *,
        running: set[str],
        today: date,
        now: datetime | None,
        task_queue: str,
        deep: bool,
    ) -> None:
        self.found = Reconciled()
        self._client = client
        self._library = library
        self._running = running
        self._today = today
        self._late_before = None if now is None else now - _PUNCTUAL
        self._task_queue = task_queue
        self._deep = deep

    async def at(self, case: Undriven) -> None:
        """Look at one case and do what it needs."""
        self._count("open_cases")
        if contract.case_workflow_id(case.case_id) not in self._running:
            self._count("started")
            await self._nudge(case)
            return
        known = await self._known_to_workflow(case.case_id) if self._deep else case.seq
        if known is None:
            self._count("unknown")
            await self._nudge(case)
        elif known > case.seq:
            self._count("restarted")
            await self._end(case)
            await self._nudge(case)
        elif known < case.seq or self._other_rules_apply(case) or self._is_late(case):
            self._count("nudged")
            await self._nudge(case)

    def _count(self, what: str) -> None:
        self.found = self.found.model_copy(update={what: getattr(self.found, what) + 1})

    async def _known_to_workflow(self, case_id: str) -> int | None:
        """Return the last fact the workflow knows; None when it cannot be asked."""
        handle = self._client.get_workflow_handle(contract.case_workflow_id(case_id))
        try:
            seq: int = await handle.query(
                "seq",
                result_type=int,
                reject_condition=QueryRejectCondition.NOT_OPEN,
                rpc_timeout=_PATIENCE,
            )
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None
        except RPCError as trouble:
            if trouble.status in {
                RPCStatusCode.NOT_FOUND,
                RPCStatusCode.DEADLINE_EXCEEDED,
                RPCStatusCode.CANCELLED,
                RPCStatusCode.FAILED_PRECONDITION,
            }:
                return None
            raise
        return seq

    def _is_late(self, case: Undriven) -> bool:
        moment = case.next_moment
        return moment is not None and self._late_before is not None and moment < self._late_before

    def _other_rules_apply(self, case: Undriven) -> bool:
        try:
            process = self._library.by_digest(case.digest)
        except UnknownProcess:
            return False
        taking = process.successor.replaces if process.successor is not None else None
        if taking is None:
            return False
        told = (
            local_day(case.created_at, process.time_zone),
            local_day(case.changed_at, process.time_zone),
        )
        return crosses_unasked(taking, process, told=told, today=self._today)

    async def _nudge(self, case: Undriven) -> None:
        """Have the case look at its record again, in a workflow that is started where there is none."""
        await self._client.start_workflow(
            contract.CASE,
            CaseStart(case_id=case.case_id, seq=case.seq),
            id=contract.case_workflow_id(case.case_id),
            task_queue=self._task_queue,
            task_timeout=TASK_TIMEOUT,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=contract.NUDGED,
            start_signal_args=[Nudge(up_to=case.seq, adopt=self._other_rules_apply(case))],
            static_summary=f"{case.process} {case.version}",
            rpc_timeout=_PATIENCE,
        )

    async def _end(self, case: Undriven) -> None:
        handle = self._client.get_workflow_handle(contract.case_workflow_id(case.case_id))
        try:
            await handle.terminate(reason="it knew more than the record, which was restored")
        except RPCError as trouble:
            if trouble.status is not RPCStatusCode.NOT_FOUND:
                raise


async def _ensure(
    client: Client,
    name: str,
    spec: ScheduleSpec,
    what: tuple[str, ReconcileAsked | CheckpointAsked | StaffingAsked | PatternsAsked],
    task_queue: str,
) -> None:
    workflow, asked = what
    action = ScheduleActionStartWorkflow(workflow, asked, id=name, task_queue=task_queue)
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=10))
    try:
        await client.create_schedule(name, Schedule(action=action, spec=spec, policy=policy))
    except ScheduleAlreadyRunningError:
        return
