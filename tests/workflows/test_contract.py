"""What is declared and what is done are the same: names, arguments, answers."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

import pytest
from temporalio import activity

from activities.cases import RecordActivities
from activities.checkpointing import CheckpointActivities
from activities.delivering import DeliveringActivities
from activities.patterns import PatternLooks
from activities.reconciling import ReconcileActivities
from activities.staffing import StaffingActivities
from domain.events import Event
from tests.builders import a_case
from workflows import contract
from workflows.contract import CaseStart, Facts, FetchedCase

PAIRS = [
    (contract.CaseActivities, RecordActivities),
    (contract.CourierActivities, DeliveringActivities),
    (contract.ReconcilingActivities, ReconcileActivities),
    (contract.CheckpointingActivities, CheckpointActivities),
    (contract.StaffingActivities, StaffingActivities),
    (contract.PatternActivities, PatternLooks),
]


def activities_of(owner: type) -> dict[str, Callable[..., Any]]:
    members = (member for _, member in inspect.getmembers(owner, inspect.isfunction))
    named = ((activity._Definition.from_callable(member), member) for member in members)
    return {found.name: member for found, member in named if found is not None and found.name}


@pytest.mark.parametrize("declared, done", PAIRS, ids=lambda owner: owner.__name__)
def test_every_declared_activity_is_done_under_the_same_name_with_the_same_types(declared, done):
    wanted, there = activities_of(declared), activities_of(done)

    assert wanted.keys() == there.keys()
    assert wanted
    for name in wanted:
        assert typing.get_type_hints(there[name]) == typing.get_type_hints(wanted[name])
        assert list(inspect.signature(there[name]).parameters) == list(
            inspect.signature(wanted[name]).parameters
        )


def test_what_a_newer_release_adds_is_ignored():
    assert CaseStart.model_validate({"case_id": "c", "seq": 3, "added": 1}) == CaseStart(case_id="c", seq=3)
    assert Facts.model_validate({"events": [], "added": {}}) == Facts(events=())


def test_a_fact_of_a_newer_release_is_kept_as_it_is_until_somebody_can_read_it():
    _, events = a_case()
    told = Facts.of(events)
    newer = Facts.model_validate_json(
        told.model_dump_json().replace('"type":"stage-entered"', '"type":"stage-imagined"')
    )

    with pytest.raises(ValueError, match="stage-imagined"):
        newer.read()


def test_facts_and_cases_come_back_as_they_were():
    case, events = a_case()

    assert Facts.model_validate_json(Facts.of(events).model_dump_json()).read() == tuple(
        event.bare() for event in events
    )
    assert FetchedCase.model_validate_json(FetchedCase.of(case).model_dump_json()).read() == case


def test_a_case_kept_by_another_release_can_be_read():
    case, _ = a_case()
    kept = FetchedCase.of(case).model_dump()
    kept["case"]["forgotten"] = 1
    kept["case"]["steps"]["apply"]["forgotten"] = {"days": 3}

    assert FetchedCase.model_validate(kept).read() == case


def test_facts_leave_free_text_behind():
    _, events = a_case()
    texts = {"reason": "planted", "texts": {"letter": "planted"}}
    event = next(event for event in events if event.type == "step-completed")
    full = Event.model_validate({**event.model_dump(), "body": {**event.body.model_dump(), **texts}})

    assert "planted" in full.model_dump_json()
    assert "planted" not in Facts.of([full]).model_dump_json()
