"""No rule is there for show: take any one away, and some scenario no longer goes as written."""

from __future__ import annotations

from typing import Any

import pytest

from domain.process import Process
from domain.rules import Threshold
from domain.steps import MeetingStep, Step
from tests.processes.shipped import every_scenario, library, played, scenarios

ALWAYS_MET = {"more_than": None, "at_least": None, "count": 0}


def _rules(step: Step) -> list[str]:
    parts: list[Any] = [*step.not_before, *step.due, *step.rules]
    if isinstance(step, MeetingStep):
        parts.extend((step.quorum, step.carried))
    return [part.id for part in parts if part is not None and part.id is not None]


def _without(step: Step, rule: str) -> Step:
    changes: dict[str, Any] = {
        name: tuple(part for part in getattr(step, name) if part.id != rule)
        for name in ("not_before", "due", "rules")
    }
    if isinstance(step, MeetingStep):
        for name in ("quorum", "carried"):
            threshold: Threshold | None = getattr(step, name)
            if threshold is not None and threshold.id == rule:
                changes[name] = threshold.model_copy(update=ALWAYS_MET)
    return step.model_copy(update=changes)


def _definition_without(process: Process, rule: str) -> Process:
    stages = tuple(
        stage.model_copy(update={"steps": tuple(_without(step, rule) for step in stage.steps)})
        for stage in process.stages
    )
    # Validated afresh, so that nothing a definition has worked out about itself is taken along.
    written = {name: getattr(process, name) for name in Process.model_fields}
    return Process.model_validate({**written, "stages": stages}).published("0" * 64)


def _newest() -> list[tuple[str, str]]:
    return [
        (edition.process, rule)
        for edition in library()
        if edition.successor is None
        for step in edition.steps.values()
        for rule in _rules(step)
    ]


def _speaks_of(process: str, name: str, rule: str) -> bool:
    scenario = scenarios(process)[name]
    refused = {act.refused.rule for act in (scenario.opening, *scenario.told) if act.refused}
    return rule in refused or rule in scenario.ends.warnings


@pytest.mark.parametrize("process,rule", _newest())
def test_a_rule_taken_away_is_missed(process, rule):
    newest = library().family(process)[-1]
    definition = _definition_without(newest, rule)
    telling = [
        scenarios(family)[name]
        for family, name in every_scenario()
        if family == process and _speaks_of(family, name, rule)
    ]
    first_day = newest.in_force.first
    told = [scenario for scenario in telling if scenario.opening.on >= first_day]
    assert told, "no scenario speaks of this rule"
    assert any(played(process, scenario, definition).unmet for scenario in told)
