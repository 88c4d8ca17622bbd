"""From one run to the next: long cases, ends, and what comes after an end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.acts import Appeal
from tests.builders import HOST, SUBJECT, a_start, known_to
from tests.workflows.driven import Driven, a_driven_case, to_the_decision
from workflows.case import HISTORY_LIMIT
from workflows.contract import CaseEnd


@pytest.fixture
async def driven(env) -> AsyncIterator[Driven]:
    async with a_driven_case(env) as one:
        yield one


async def test_a_long_case_goes_on_in_new_runs_and_loses_no_fact(driven):
    await driven.begin()
    for number in range(3 * HISTORY_LIMIT // 10):
        await driven.act("talk", outcome="postponed")
        if number % 3 == 0:
            await driven.until(driven.record.events[-1].seq)

    assert await driven.until(driven.record.events[-1].seq) == driven.record.case
    history = await driven.handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    assert started.continued_execution_run_id
    assert len(history.events) < HISTORY_LIMIT + 40


async def test_facts_that_arrive_while_a_new_run_begins_are_not_lost(driven):
    await driven.begin()
    acts = 4 * HISTORY_LIMIT // 10
    for _ in range(acts):
        # Nobody waits here: signals arrive in the middle of whatever the workflow does.
        await driven.act("talk", outcome="postponed")
    await driven.env.sleep(timedelta(days=29))
    for _ in range(acts):
        await driven.act("talk", outcome="postponed")

    assert await driven.until(driven.record.events[-1].seq) == driven.record.case


async def test_an_appeal_after_the_end_starts_a_new_run_of_the_same_id(driven):
    await to_the_decision(driven)
    await driven.act("admit", by=HOST, outcome="refused")
    assert (await driven.handle.result()).outcome == "not-admitted"
    first_run = (await driven.handle.describe()).run_id

    appeal = Appeal(known=known_to(SUBJECT), occurred_on=await driven.today(), reason="unheard")
    await driven.tell(driven.record.perform(appeal, await driven.now()))
    case = await driven.until(driven.record.events[-1].seq)
    assert not case.is_closed
    assert (await driven.handle.describe()).run_id != first_run

    await driven.act("admit", by=HOST, outcome="admitted")
    assert (await driven.handle.result()).outcome == "joined"


async def test_a_run_started_for_a_case_that_has_ended_ends_at_once(driven):
    await to_the_decision(driven)
    closing = await driven.act("admit", by=HOST, outcome="admitted")
    await driven.handle.result()
    await driven.tell(closing)

    assert await driven.handle.result() == CaseEnd(outcome="joined", seq=closing[-1].seq)


async def test_a_case_the_record_does_not_know_has_no_workflow_for_long(driven):
    new = driven.record.perform(a_start(on=await driven.today()), await driven.now())
    driven.record.case = None
    await driven.tell(new[1:], known=1)

    assert await driven.handle.result() == CaseEnd(outcome=None, seq=0)
