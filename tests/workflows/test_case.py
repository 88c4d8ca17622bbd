from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowExecutionStatus, WorkflowHistory

from domain.acts import Suspend
from domain.library import Library
from domain.moments import local_day
from tests.builders import (
    HOST,
    SECRETARY,
    SUBJECT,
    a_library_with_a_later_version,
    a_process,
    a_start,
    an_act,
    known_to,
)
from tests.workflows.driven import Driven, a_driven_case, to_the_decision
from workflows.case import LONGEST_SLEEP
from workflows.contract import CaseEnd
from workflows.definitions import KNOWN


@pytest.fixture
async def driven(env) -> AsyncIterator[Driven]:
    async with a_driven_case(env) as one:
        yield one


async def test_a_case_goes_from_stage_to_stage_and_ends_in_its_outcome(driven):
    await to_the_decision(driven)
    assert (await driven.until(driven.record.events[-1].seq)).stage == "reading"

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


async def test_what_is_due_is_recorded_by_the_worker_that_asks_without_a_task_of_its_own(driven):
    await driven.begin()
    await driven.env.sleep(timedelta(days=40))

    assert "record_due" in driven.record.asked
    history = await driven.handle.fetch_history()
    assert not any(event.HasField("activity_task_scheduled_event_attributes") for event in history.events)


async def test_while_the_record_is_away_what_is_due_waits_by_a_timer_and_holds_no_worker(driven):
    driven.record.away = 6
    await driven.begin()
    await driven.env.sleep(timedelta(days=40))

    known = await driven.until(driven.record.events[-1].seq)
    assert known == driven.record.case
    assert driven.record.away == 0
    assert driven.record.events[-1].type == "became-overdue"
    history = await driven.handle.fetch_history()
    began = [event.timer_started_event_attributes for event in history.events]
    pauses = [one.start_to_fire_timeout.ToTimedelta() for one in began if one.timer_id]
    assert {timedelta(seconds=2**number) for number in range(6)} <= set(pauses)


async def test_after_a_time_without_workers_each_moment_is_handled_once_and_in_order(driven):
    long_ago = await driven.now() - timedelta(days=33)
    started = driven.record.perform(a_start(on=local_day(long_ago, "Asia/Shanghai")), long_ago)
    await driven.tell(started)
    await driven.env.sleep(timedelta(hours=1))

    late = driven.record.events[5:]
    # Reminders whose deadline has passed by then are left out: being overdue says more.
    assert [(event.seq, event.type) for event in late] == [(6, "became-overdue")]
    assert driven.record.asked == ["record_due"]
    assert await driven.until(6) == driven.record.case


async def test_facts_told_twice_change_nothing(driven):
    await driven.begin()
    new = await driven.act("talk", outcome="postponed")
    await driven.tell(new)
    await driven.tell(driven.record.events)

    assert await driven.until(driven.record.events[-1].seq) == driven.record.case
    assert driven.record.asked == []


async def test_facts_told_in_the_wrong_order_are_put_in_order(driven):
    await driven.begin()
    first = driven.record.perform(_postponed(await driven.today()), await driven.now())
    second = driven.record.perform(_postponed(await driven.today()), await driven.now())
    await driven.tell((*reversed(second), *reversed(first)))

    assert await driven.until(second[-1].seq) == driven.record.case
    assert driven.record.asked == []


async def test_a_gap_is_read_from_the_record(driven):
    await driven.begin()
    await driven.until(5)
    driven.record.perform(_postponed(await driven.today()), await driven.now())
    told = driven.record.perform(_postponed(await driven.today()), await driven.now())
    await driven.tell(told)

    assert await driven.until(told[-1].seq) == driven.record.case
    assert driven.record.asked == ["fetch_events"]


async def test_a_gap_the_record_cannot_fill_is_given_up(driven):
    await driven.begin()
    await driven.until(5)
    new = driven.record.perform(_postponed(await driven.today()), await driven.now())
    # A fact from a future that a restored record has forgotten.
    await driven.tell([new[-1].model_copy(update={"seq": 99})])
    await driven.env.sleep(timedelta(minutes=1))
    # Once for what was missing, once for what does not exist.
    assert driven.record.asked == ["fetch_events"] * 2
    await driven.tell(new)

    assert await driven.until(new[-1].seq) == driven.record.case


async def test_a_nudge_makes_the_workflow_look_at_the_record(driven):
    await driven.begin()
    await driven.until(5)
    new = driven.record.perform(_postponed(await driven.today()), await driven.now())
    await driven.nudge()

    assert await driven.until(new[-1].seq) == driven.record.case
    assert driven.record.asked == ["record_due"]


async def test_a_running_case_takes_over_later_rules_when_it_is_told_to(env):
    library = a_library_with_a_later_version(date(2026, 1, 1))
    async with a_driven_case(env, library) as driven:
        await driven.begin()
        await driven.until(5)
        await driven.nudge(adopt=True)
        case = await driven.until(6)
        assert (case.version, case.digest) == ("2", library.editions[1].digest)

        await driven.act("talk", outcome="done")
        assert await driven.until(driven.record.events[-1].seq) == driven.record.case


async def test_a_record_whose_clock_is_behind_is_asked_again_with_growing_patience(driven):
    await driven.begin()
    await driven.until(5)
    driven.record.behind = 4
    await driven.env.sleep(timedelta(days=20))

    pauses = [
        later - earlier
        for earlier, later in zip(driven.record.due_at, driven.record.due_at[1:], strict=False)
    ][:4]
    assert [round(pause.total_seconds()) for pause in pauses] == [15, 30, 60, 120]
    assert driven.record.case.seq > 5


async def test_a_case_with_nothing_ahead_looks_at_its_record_now_and_then(driven):
    await driven.begin()
    suspend = Suspend(known=known_to(SECRETARY), occurred_on=await driven.today(), reason="illness")
    await driven.tell(driven.record.perform(suspend, await driven.now()))
    await driven.env.sleep(LONGEST_SLEEP * 2 + timedelta(days=1))

    assert driven.record.asked == ["record_due"] * 2
    assert (await driven.waiting()).next_moment is None


async def test_a_worker_without_the_definition_leaves_the_case_waiting_for_one(env):
    async with a_driven_case(env) as driven:
        KNOWN.fill(Library.of([a_process("2")]))
        driven.task_timeout = timedelta(seconds=1)
        await driven.begin()
        for _ in range(100):
            description = await driven.handle.describe()
            if description.raw_description.pending_workflow_task.attempt > 1:
                break
            await asyncio.sleep(0.05)
        assert (await driven.handle.describe()).status is WorkflowExecutionStatus.RUNNING

        KNOWN.fill(driven.record.library)
        await env.sleep(timedelta(minutes=1))
        assert (await driven.until(5)).stage == "asking"


async def test_no_name_and_no_free_text_is_anywhere_in_a_history(driven):
    start = a_start(
        on=await driven.today(), fields={"letter": "planted letter"}, reason="planted reason 王小明"
    )
    await driven.tell(driven.record.perform(start, await driven.now()))
    await driven.act(
        "talk",
        outcome="postponed",
        reason="planted 张三",
    )
    await driven.env.sleep(timedelta(days=40))
    await driven.act("talk", outcome="done", reason="planted lateness")
    await driven.env.sleep(timedelta(days=400))
    await driven.until(driven.record.events[-1].seq)

    assert "planted" in str(driven.record.events)
    assert SUBJECT in _everything_in(await driven.handle.fetch_history())
    for word in ("planted", "王小明", "张三"):
        assert word not in _everything_in(await driven.handle.fetch_history())


async def test_operators_read_the_stage_what_it_waits_for_and_the_next_moment(driven):
    await driven.begin()
    await driven.until(5)

    details = await _details(driven)

    assert "**Asking** · 申请 (`asking`)" in details
    assert "Talk (`talk`, record), waits for circle.secretary, due 20" in details
    assert "next moment: 20" in details
    assert "person-" not in details


def _postponed(day: date):
    return an_act("talk", day, outcome="postponed")


def _everything_in(history: WorkflowHistory) -> str:
    """The whole history as text, payloads decoded."""
    found = []

    def collect(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("data"), str):
                found.append(base64.b64decode(value["data"]).decode())
            for part in value.values():
                collect(part)
        elif isinstance(value, list):
            for part in value:
                collect(part)
        else:
            found.append(str(value))

    collect(json.loads(history.to_json()))
    return "\n".join(found)


async def _details(driven: Driven) -> str:
    found = await driven.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert isinstance(found, WorkflowMetadata)
    return found.current_details
