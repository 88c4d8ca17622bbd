from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.case import Case
from domain.events import Event
from domain.moments import local_day
from domain.waiting import Waiting
from tests.builders import HOST, a_library, a_start, an_act, an_entry
from tests.workflows.memory import MemoryActivities, MemoryRecord
from workflows.case import CaseWorkflow
from workflows.contract import CaseEnd, CaseStart, Facts, Nudge
from workflows.definitions import KNOWN

Handle = WorkflowHandle[CaseWorkflow, CaseEnd]
QUEUE = "cases"


class Driven:
    """One case that is driven, with its record and the virtual clock."""

    def __init__(self, env: WorkflowEnvironment, record: MemoryRecord) -> None:
        self.env = env
        self.record = record
        self.started = False

    async def now(self) -> datetime:
        return await self.env.get_current_time()

    async def today(self) -> date:
        return local_day(await self.now(), "Asia/Shanghai")

    @property
    def handle(self) -> Handle:
        return self.env.client.get_workflow_handle_for(CaseWorkflow.run, "case/case-1")

    async def begin(self) -> None:
        await self.tell(self.record.perform(a_start(on=await self.today()), await self.now()))

    async def act(self, step: str, **parts: Any) -> tuple[Event, ...]:
        new = self.record.perform(an_act(step, await self.today(), **parts), await self.now())
        await self.tell(new)
        return new

    async def tell(self, events: tuple[Event, ...] | list[Event], *, known: int | None = None) -> None:
        await self.env.client.start_workflow(
            CaseWorkflow.run,
            CaseStart(case_id="case-1", seq=events[0].seq - 1 if known is None else known),
            id="case/case-1",
            task_queue=QUEUE,
            start_signal="recorded",
            start_signal_args=[Facts.of(events)],
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
            if await self.handle.query(CaseWorkflow.seq) >= seq:
                return await self.case()
            await self.env.sleep(0.01)
        raise AssertionError(f"the workflow never learnt of fact {seq}")


@asynccontextmanager
async def a_driven_case(env: WorkflowEnvironment) -> AsyncIterator[Driven]:
    record = MemoryRecord(a_library())
    KNOWN.fill(record.library)
    async with Worker(
        env.client, task_queue=QUEUE, workflows=[CaseWorkflow], activities=MemoryActivities(record).all
    ):
        yield Driven(env, record)


@pytest.fixture
async def driven(env) -> AsyncIterator[Driven]:
    async with a_driven_case(env) as one:
        yield one


async def test_a_case_goes_from_stage_to_stage_and_ends_in_its_outcome(driven):
    await driven.begin()
    await driven.act("talk", outcome="done")
    assert (await driven.until(driven.record.events[-1].seq)).stage == "reading"

    await driven.env.sleep(timedelta(days=370))
    assert (await driven.waiting()).open[0].step == "notice"
    await driven.tell(
        driven.record.perform(an_entry("notice", await driven.today(), "published"), await driven.now())
    )
    await driven.env.sleep(timedelta(days=12))
    await driven.act("notice")
    await driven.act("admit", by=HOST, outcome="admitted")

    end = await driven.handle.result()
    assert end == CaseEnd(outcome="joined", seq=driven.record.events[-1].seq)


async def test_the_workflow_knows_the_case_exactly_as_the_record_does(driven):
    await driven.begin()
    await driven.act("talk", outcome="done")
    await driven.env.sleep(timedelta(days=200))

    assert await driven.until(driven.record.events[-1].seq) == driven.record.case


async def test_every_moment_is_waited_for_and_recorded_once_in_order(driven):
    await driven.begin()
    await driven.env.sleep(timedelta(days=40))

    due = [event for event in driven.record.events if event.actor is None and event.type != "step-opened"]
    reminders = [event.body.days_left for event in due if event.type == "reminded"]
    # A month of 30 days begins with the day 30 days before its end, which needs no reminder.
    assert reminders in ([14, 7, 1, 0], [30, 14, 7, 1, 0])
    assert [event.type for event in due[-1:]] == ["became-overdue"]
    moments = [event.recorded_at for event in due]
    assert moments == sorted(moments)
    assert driven.record.asked.count("record_due") == len(reminders) + 1
