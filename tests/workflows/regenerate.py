"""Writes new golden histories: `python -m tests.workflows.regenerate CHANGE`.

A change of a workflow adds histories and keeps those from before it: cases that began under them are still
under way. So this writes into a new folder, `histories/<change>/`, named after the release, or after release
and change, and touches no other.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

from temporalio import activity
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.builders import HOST, a_library_with_a_later_version, an_act, an_entry
from tests.temporal_server import program
from tests.workflows.driven import QUEUE, Driven, a_driven_case
from workflows.checkpointing import CheckpointingWorkflow
from workflows.contract import (
    CheckpointAsked,
    CheckpointMade,
    CourierStart,
    DeliverAsked,
    Delivered,
    ReconcileAsked,
    Reconciled,
)
from workflows.courier import CourierWorkflow
from workflows.payloads import CONVERTER
from workflows.reconciling import ReconcilingWorkflow

HISTORIES = Path(__file__).parent / "histories"
TAKEN_OVER_ON = date(2020, 6, 1)
"""The day from which the second version of the process applies."""


async def main(change: str) -> None:
    folder = HISTORIES / change
    folder.mkdir(parents=True)
    library = a_library_with_a_later_version(TAKEN_OVER_ON)
    digests = {edition.version: edition.digest for edition in library.editions}
    (folder / "definitions.json").write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
    for name, record in {
        "whole-way": _whole_way,
        "out-of-order": _out_of_order,
        "long": _long,
        "courier": _courier,
        "reconciling": _reconciling,
        "checkpointing": _checkpointing,
    }.items():
        async with _an_environment() as env:
            for number, history in enumerate(await record(env), start=1):
                path = folder / f"{name}-{number}.json"
                path.write_text(_tidy(history), "utf-8")


@asynccontextmanager
async def _an_environment() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=CONVERTER, test_server_existing_path=program("temporal-test-server")
    ) as env:
        yield env


def _a_case(env: WorkflowEnvironment):
    return a_driven_case(env, a_library_with_a_later_version(TAKEN_OVER_ON))


async def _whole_way(env: WorkflowEnvironment) -> list[WorkflowHistory]:
    async with _a_case(env) as driven:
        await driven.begin()
        await driven.act("talk", outcome="done")
        driven.record.behind = 2
        await driven.env.sleep(timedelta(days=370))
        entry = an_entry("notice", await driven.today(), "published")
        await driven.tell(driven.record.perform(entry, await driven.now()))
        await driven.env.sleep(timedelta(days=12))
        await driven.act("notice")
        await driven.act("admit", by=HOST, outcome="admitted")
        await driven.handle.result()
        return [await driven.handle.fetch_history()]


async def _out_of_order(env: WorkflowEnvironment) -> list[WorkflowHistory]:
    async with _a_case(env) as driven:
        await driven.begin()
        await driven.until(5)
        await driven.nudge(adopt=True)
        known = (await driven.until(6)).seq
        await _postpone(driven, 3)
        await driven.tell(reversed(driven.record.events[known:]))
        await _postpone(driven, 2)
        await driven.tell(driven.record.events[-1:])
        await driven.until(driven.record.events[-1].seq)
        return [await driven.handle.fetch_history()]


async def _long(env: WorkflowEnvironment) -> list[WorkflowHistory]:
    async with _a_case(env) as driven:
        await driven.begin()
        first = (await driven.handle.describe()).run_id
        for _ in range(60):
            await driven.act("talk", outcome="postponed")
            await driven.until(driven.record.events[-1].seq)
        before = driven.env.client.get_workflow_handle(driven.handle.id, run_id=first)
        return [await before.fetch_history(), await driven.handle.fetch_history()]


async def _courier(env: WorkflowEnvironment) -> list[WorkflowHistory]:
    answers = [Delivered(delivered=50, more=True), Delivered(failed=1), Delivered()]

    @activity.defn(name="deliver_batch")
    async def deliver_batch(asked: DeliverAsked) -> Delivered:
        return answers.pop(0) if answers else Delivered()

    async with Worker(env.client, task_queue=QUEUE, workflows=[CourierWorkflow], activities=[deliver_batch]):
        handle = await env.client.start_workflow(
            CourierWorkflow.run, CourierStart(), id="courier", task_queue=QUEUE, start_signal="woken"
        )
        await env.sleep(timedelta(minutes=15))
        await handle.signal(CourierWorkflow.woken)
        await env.sleep(timedelta(minutes=15))
        return [await handle.fetch_history()]


async def _reconciling(env: WorkflowEnvironment) -> list[WorkflowHistory]:
    @activity.defn(name="reconcile")
    async def reconcile(asked: ReconcileAsked) -> Reconciled:
        return Reconciled(open_cases=3, started=1)

    async with Worker(env.client, task_queue=QUEUE, workflows=[ReconcilingWorkflow], activities=[reconcile]):
        handle = await env.client.start_workflow(
            ReconcilingWorkflow.run, ReconcileAsked(deep=True), id="reconcile", task_queue=QUEUE
        )
        await handle.result()
        return [await handle.fetch_history()]


async def _checkpointing(env: WorkflowEnvironment) -> list[WorkflowHistory]:
    @activity.defn(name="make_checkpoint")
    async def make_checkpoint(asked: CheckpointAsked) -> CheckpointMade:
        return CheckpointMade(size=7)

    workflows, activities = [CheckpointingWorkflow], [make_checkpoint]
    async with Worker(env.client, task_queue=QUEUE, workflows=workflows, activities=activities):
        handle = await env.client.start_workflow(
            CheckpointingWorkflow.run, CheckpointAsked(), id="checkpoint", task_queue=QUEUE
        )
        await handle.result()
        return [await handle.fetch_history()]


async def _postpone(driven: Driven, times: int) -> None:
    for _ in range(times):
        act = an_act("talk", await driven.today(), outcome="postponed")
        driven.record.perform(act, await driven.now())


def _tidy(history: WorkflowHistory) -> str:
    """The history as text, without the name of the machine it was made on."""
    written = json.loads(history.to_json())
    for event in written["events"]:
        for attributes in event.values():
            if isinstance(attributes, dict) and "identity" in attributes:
                attributes["identity"] = "worker"
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
