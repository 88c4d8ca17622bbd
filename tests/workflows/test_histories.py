"""Cases that began under an earlier release go on under this one: their histories replay."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from domain.library import Library
from domain.process import Process
from tests.builders import a_process
from tests.workflows.regenerate import HISTORIES, TAKEN_OVER_ON
from workflows.case import CaseWorkflow
from workflows.checkpointing import CheckpointingWorkflow
from workflows.courier import CourierWorkflow
from workflows.definitions import KNOWN
from workflows.patterns import PatternsWorkflow
from workflows.payloads import CONVERTER
from workflows.reconciling import ReconcilingWorkflow
from workflows.staffing import StaffingWorkflow

WORKFLOWS = [
    CaseWorkflow,
    CheckpointingWorkflow,
    CourierWorkflow,
    PatternsWorkflow,
    ReconcilingWorkflow,
    StaffingWorkflow,
]
RELEASES = sorted(folder for folder in HISTORIES.iterdir() if folder.is_dir())
GOLDEN = sorted(path for path in HISTORIES.glob("*/*.json") if path.stem != "definitions")


def the_definitions_of(release: Path, *later: Process) -> Library:
    """The definitions of that release, under the digests they had then."""
    digests = json.loads((release / "definitions.json").read_text("utf-8"))
    first = a_process().published(digests["1"])
    second = a_later_version("2", "1", TAKEN_OVER_ON).published(digests["2"])
    return Library.of([first, second, *later])


def a_later_version(version: str, before: str, on: date) -> Process:
    return a_process(version, str(on), f'replaces: {{version: "{before}", on: {on}, basis: "9"}}')


def history_of(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text("utf-8"))


def test_there_are_histories_of_every_workflow_in_every_release():
    names = {"whole-way", "out-of-order", "long", "courier", "reconciling"}
    assert RELEASES
    for release in RELEASES:
        assert names <= {path.stem.rpartition("-")[0] for path in release.glob("*-*.json")}
    assert any(path.stem.startswith("checkpointing-") for path in GOLDEN)


def test_the_workflows_load_in_the_sandbox():
    Replayer(workflows=WORKFLOWS, data_converter=CONVERTER)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_history_of_an_earlier_release_replays(path):
    KNOWN.fill(the_definitions_of(path.parent))
    await Replayer(workflows=WORKFLOWS, data_converter=CONVERTER).replay_workflow(history_of(path))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_version_published_later_does_not_disturb_a_case_under_way(path):
    KNOWN.fill(the_definitions_of(path.parent, a_later_version("3", "2", date(2020, 7, 1))))
    await Replayer(workflows=WORKFLOWS, data_converter=CONVERTER).replay_workflow(history_of(path))


async def test_a_replay_notices_a_workflow_that_would_do_something_else():
    history = json.loads((HISTORIES / GOLDEN[0].parent.name / "courier-1.json").read_text("utf-8"))
    for event in history["events"]:
        scheduled = event.get("activityTaskScheduledEventAttributes")
        if scheduled:
            scheduled["activityType"]["name"] = "something_else"
    KNOWN.fill(the_definitions_of(GOLDEN[0].parent))

    with pytest.raises(NondeterminismError, match="something_else"):
        await Replayer(workflows=WORKFLOWS, data_converter=CONVERTER).replay_workflow(
            WorkflowHistory.from_json("courier", history)
        )
