from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.beating import BEAT
from workflows.contract import CourierStart, DeliverAsked, Delivered
from workflows.courier import AGAIN, HISTORY_LIMIT, ROUND, SILENCE, CourierWorkflow

QUEUE = "courier"


class Letterbox:
    """Answers as it is told to, and remembers when it was asked."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.rounds: list[datetime] = []
        self.answers: list[Delivered | Exception] = []
        self.busy = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.lost = 0
        """How many rounds are begun by workers that are killed in the middle of them."""

    @activity.defn(name="deliver_batch")
    async def deliver_batch(self, asked: DeliverAsked) -> Delivered:
        self.rounds.append(activity.info().started_time)
        self.busy.set()
        if self.lost:
            self.lost -= 1
            await asyncio.Event().wait()
        await self.go_on.wait()
        answer = self.answers.pop(0) if self.answers else Delivered()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def courier(self) -> WorkflowHandle[CourierWorkflow, None]:
        return self.env.client.get_workflow_handle_for(CourierWorkflow.run, "courier")

    async def wake(self) -> None:
        await self.env.client.start_workflow(
            CourierWorkflow.run, CourierStart(), id="courier", task_queue=QUEUE, start_signal="woken"
        )

    async def after(self, rounds: int) -> None:
        for _ in range(500):
            if len(self.rounds) >= rounds:
                return
            await self.env.sleep(timedelta(seconds=0.1))
        raise AssertionError(f"the courier went {len(self.rounds)} rounds, not {rounds}")


@pytest.fixture
async def letterbox(env) -> AsyncIterator[Letterbox]:
    made = Letterbox(env)
    async with Worker(
        env.client, task_queue=QUEUE, workflows=[CourierWorkflow], activities=[made.deliver_batch]
    ):
        yield made


async def test_the_courier_goes_at_once_when_it_is_woken(letterbox):
    await letterbox.wake()
    await letterbox.after(1)
    await letterbox.wake()
    await letterbox.after(2)

    assert letterbox.rounds[1] - letterbox.rounds[0] < timedelta(seconds=30)


async def test_a_wake_in_the_middle_of_a_round_leads_to_another_one(letterbox):
    letterbox.go_on.clear()
    await letterbox.wake()
    await letterbox.busy.wait()
    await letterbox.wake()
    letterbox.go_on.set()

    await letterbox.after(2)


async def test_the_courier_goes_on_while_there_is_more(letterbox):
    letterbox.answers = [Delivered(delivered=50, more=True)] * 3
    await letterbox.wake()

    await letterbox.after(4)
    assert letterbox.rounds[3] - letterbox.rounds[0] < timedelta(seconds=30)


async def test_the_courier_sleeps_until_something_is_to_be_tried_again(letterbox):
    later = await letterbox.env.get_current_time() + timedelta(minutes=4)
    letterbox.answers = [Delivered(failed=1, next_at=later)]
    await letterbox.wake()
    await letterbox.after(1)
    await letterbox.env.sleep(timedelta(minutes=5))

    assert len(letterbox.rounds) == 2
    assert letterbox.rounds[1] >= later


async def test_the_courier_looks_now_and_then_even_when_nobody_wakes_it(letterbox):
    await letterbox.wake()
    await letterbox.after(1)
    await letterbox.env.sleep(ROUND * 3 + timedelta(minutes=1))

    assert len(letterbox.rounds) == 4


async def test_a_record_that_is_away_is_asked_again(letterbox):
    letterbox.answers = [OSError("away"), OSError("away")]
    await letterbox.wake()

    await letterbox.after(3)


async def test_a_worker_that_is_lost_in_a_round_holds_up_the_mail_for_seconds(letterbox):
    letterbox.lost = 1
    await letterbox.wake()
    await letterbox.after(2)

    assert letterbox.rounds[1] - letterbox.rounds[0] < timedelta(seconds=10)


async def test_workers_that_are_lost_one_after_the_other_hold_it_up_no_longer_each(letterbox):
    letterbox.lost = 5
    await letterbox.wake()
    await letterbox.after(6)

    pauses = [later - earlier for earlier, later in pairwise(letterbox.rounds)]
    assert max(pauses) < 2 * SILENCE + AGAIN


def test_a_worker_that_lives_is_heard_of_several_times_before_it_is_taken_for_dead():
    assert timedelta(seconds=BEAT) * 3 <= SILENCE


async def test_a_courier_of_many_rounds_goes_on_in_a_new_run(letterbox):
    letterbox.answers = [Delivered(delivered=50, more=True)] * (HISTORY_LIMIT // 6 + 5)
    await letterbox.wake()
    await letterbox.after(HISTORY_LIMIT // 6 + 6)

    history = await letterbox.courier.fetch_history()
    assert history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
