"""A running case crosses 11 May 2026: what was done keeps the rules of its day, the rest goes by the new."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import events as facts
from domain.scenarios import Ending, Scenario, ScenarioAct
from tests.processes.shipped import MEMBERSHIP, library, played, scenarios

NEW_RULES = date(2026, 5, 11)
ORDINARY = scenarios(MEMBERSHIP)["ordinary-2026"]
FILING = next(act for act in scenarios(MEMBERSHIP)["ordinary-2014"].told if act.step == "object-filing")
ONLY_NEW = {"object-consent", "object-notice"}


def _crossing(days_before: int) -> Scenario:
    """Return the ordinary way begun so many days before the new rules, by the rules of each day."""
    by = NEW_RULES - timedelta(days=days_before) - ORDINARY.opening.on
    acts: list[ScenarioAct] = []
    filed = False
    for act in (told.moved(by) for told in ORDINARY.told):
        if act.step == "object-consent" and act.on < NEW_RULES:
            acts.append(FILING.model_copy(update={"on": act.on, "step": "object-filing"}))
            filed = True
        elif not (filed and act.step in ONLY_NEW):
            acts.append(act)
    return ORDINARY.model_copy(
        update={
            "start": ORDINARY.opening.moved(by),
            "acts": tuple(acts),
            "ends": Ending(outcome="full-member", standing="full-member", version="2026.1"),
        }
    )


def _every_stage() -> list[int]:
    """Days before, so that the new rules come right before, on and after the day of each act."""
    after = [(act.on - ORDINARY.opening.on).days for act in ORDINARY.told]
    last = after[-1]
    return sorted({day + shift for day in after for shift in (0, 1) if 0 < day + shift <= last} | {1})


@pytest.mark.parametrize("days_before", _every_stage())
def test_a_case_crosses_at_every_stage(days_before):
    timeline = played(MEMBERSHIP, _crossing(days_before))
    assert timeline.unmet == ()
    changes = [
        (event.occurred_on, event.body.version)
        for event in timeline.events
        if isinstance(event.body, facts.RulesChanged)
    ]
    assert changes == [(NEW_RULES, "2026.1")]


@pytest.mark.parametrize("days_before", _every_stage()[::5])
def test_every_act_is_judged_by_the_rules_of_its_day(days_before):
    timeline = played(MEMBERSHIP, _crossing(days_before))
    judged = {
        (event.body.version, event.occurred_on >= NEW_RULES)
        for event in timeline.events
        if isinstance(event.body, facts.StepCompleted) and event.actor is not None
    }
    assert judged <= {("2014.1", False), ("2026.1", True)}
    assert ("2026.1", True) in judged


def test_a_case_that_ended_before_keeps_the_old_rules_for_good():
    last = (ORDINARY.told[-1].on - ORDINARY.opening.on).days
    scenario = _crossing(last + 1)
    ends = scenario.ends.model_copy(update={"version": "2014.1"})
    timeline = played(MEMBERSHIP, scenario.model_copy(update={"ends": ends}))
    assert timeline.unmet == ()
    assert not any(isinstance(event.body, facts.RulesChanged) for event in timeline.events)


def test_a_case_starts_under_the_version_of_its_first_day():
    assert library().for_start(MEMBERSHIP, NEW_RULES - timedelta(days=1)).version == "2014.1"
    assert library().for_start(MEMBERSHIP, NEW_RULES).version == "2026.1"
