"""One case that is driven by the real workflow, on a record in memory and a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.case import Case
from domain.events import Event
from domain.library import Library
from domain.moments import local_day
from domain.waiting import Waiting
from tests.builders import a_library, a_start, an_act, an_entry
from tests.workflows.memory import MemoryActivities, MemoryRecord
from workflows.case import CaseWorkflow
from workflows.contract import CaseEnd, CaseStart, Facts, Nudge
from workflows.definitions import KNOWN

Handle = WorkflowHandle[CaseWorkflow, CaseEnd]
QUEUE = "cases"


class Driven:
    """One case that is driven, with its record and the virtual clock."""

    def __init__(self, env: WorkflowEnvironment, record: MemoryRecord, case_id: str = "case-1") -> None:
        self.case_id = case_id
        self.env = env
        self.record = record
        self.task_timeout: timedelta | None = None

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def today(self) -> date:
        return local_day(await self.now(), "Asia/Shanghai")

    @property
    def handle(self) -> Handle:
        return self.env.client.get_workflow_handle_for(CaseWorkflow.run, f"case/{self.case_id}")

    async def begin(self) -> None:
        await self.tell(self.record.perform(a_start(self.case_id, on=await self.today()), await self.now()))

    async def act(self, step: str, **parts: Any) -> tuple[Event, ...]:
        new = self.record.perform(an_act(step, await self.today(), **parts), await self.now())
        await self.tell(new)
        return new

    async def tell(self, events: Iterable[Event], *, known: int | None = None) -> None:
        events = tuple(events)
        # The time-skipping server, unlike the real one, may refuse a signal while one run becomes the next.
        # Whoever tells a workflow says it again then, as the relay does.
        for _ in range(20):
            try:
                return await self._tell(events, known)
            except RPCError as refused:
                if refused.status is not RPCStatusCode.NOT_FOUND:
                    raise
                await asyncio.sleep(0.05)
        raise AssertionError("the workflow takes no signal")

    async def _tell(self, events: tuple[Event, ...], known: int | None) -> None:
        await self.env.client.start_workflow(
            CaseWorkflow.run,
            CaseStart(case_id=self.case_id, seq=events[0].seq - 1 if known is None else known),
            id=f"case/{self.case_id}",
            task_queue=QUEUE,
            start_signal="recorded",
            start_signal_args=[Facts.of(events)],
            task_timeout=self.task_timeout,
        )

    async def nudge(self, *, adopt: bool = False) -> None:
        await self.handle.signal(CaseWorkflow.nudged, Nudge(up_to=len(self.record.events), adopt=adopt))

    async def case(self) -> Case:
        found = await self.handle.query(CaseWorkflow.case)
        assert found is not None
        return found

    async def waiting(self) -> Waiting:
        found = await self.handle.query(CaseWorkflow.waiting)
        assert found is not None
        return found

    async def until(self, seq: int) -> Case:
        """Wait, in real time, until the workflow knows so many facts."""
        for _ in range(200):
            try:
                found = await self.handle.query(CaseWorkflow.case, rpc_timeout=timedelta(seconds=3))
            except RPCError:
                # The test server loses a query that meets the change from one run to the next.
                continue
            if found is not None and found.seq >= seq:
                return found
            await self.env.sleep(0.01)
        raise AssertionError(f"the workflow never learnt of fact {seq}")


@asynccontextmanager
async def a_driven_case(
    env: WorkflowEnvironment, library: Library | None = None, case_id: str = "case-1"
) -> AsyncIterator[Driven]:
    record = MemoryRecord(library or a_library())
    KNOWN.fill(record.library)
    async with a_worker(env, record):
        yield Driven(env, record, case_id)


def a_worker(env: WorkflowEnvironment, record: MemoryRecord) -> Worker:
    return Worker(
        env.client, task_queue=QUEUE, workflows=[CaseWorkflow], activities=MemoryActivities(record).all
    )


async def to_the_decision(driven: Driven) -> None:
    """Lead a case to the step in which it is decided."""
    await driven.begin()
    await driven.act("talk", outcome="done")
    await driven.env.sleep(timedelta(days=370))
    today = await driven.today()
    await driven.tell(driven.record.perform(an_entry("notice", today, "published"), await driven.now()))
    await driven.env.sleep(timedelta(days=12))
    await driven.act("notice")
