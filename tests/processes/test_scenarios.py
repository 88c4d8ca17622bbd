"""Every scenario goes as written, and together they come everywhere."""

from __future__ import annotations

import pytest

from domain import events as facts
from domain.evolving import replay
from tests.processes.shipped import MEMBERSHIP, as_written, every_scenario, library, scenarios


@pytest.mark.parametrize("process,name", every_scenario())
def test_a_scenario_goes_as_written(process, name):
    assert as_written(process, name).unmet == ()


@pytest.mark.parametrize("process,name", every_scenario())
def test_a_scenario_s_events_without_personal_data_lead_to_the_same_case(process, name):
    timeline = as_written(process, name)
    if timeline.case is None:
        assert timeline.events == ()
        return
    definition = library().for_start(process, timeline.case.opened_on)
    assert replay(definition, [event.bare() for event in timeline.events]) == timeline.case


def test_there_are_forty_scenarios_of_membership_and_some_of_the_others():
    of = {process: len(scenarios(process)) for process in {family for family, _ in every_scenario()}}
    assert set(of) == {edition.process for edition in library()}
    assert of[MEMBERSHIP] >= 40
    assert min(of.values()) >= 5


def _outcomes_reached():
    return {
        (process, event.body.version, event.step, event.body.outcome)
        for process, name in every_scenario()
        for event in as_written(process, name).events
        if isinstance(event.body, facts.StepCompleted)
    }


def test_every_step_is_reached():
    reached = {(process, version, step) for process, version, step, _ in _outcomes_reached()}
    wanted = {(edition.process, edition.version, step) for edition in library() for step in edition.steps}
    assert wanted - reached == set()


def test_every_outcome_of_the_rules_in_force_is_reached():
    wanted = {
        (edition.process, edition.version, step.id, outcome)
        for edition in library()
        if edition.successor is None
        for step in edition.steps.values()
        for outcome in step.outcomes
    }
    assert wanted - _outcomes_reached() == set()


def test_every_end_is_reached():
    reached = {
        (process, timeline.report.outcome)
        for process, name in every_scenario()
        if (timeline := as_written(process, name)).report.outcome
    }
    wanted = {(edition.process, outcome) for edition in library() for outcome in edition.outcomes}
    assert wanted - reached == set()


def test_both_rule_sets_end_as_full_member():
    for name, version in (("ordinary-2014", "2014.1"), ("ordinary-2026", "2026.1")):
        report = as_written(MEMBERSHIP, name).report
        assert (report.outcome, report.standing, report.version) == ("full-member", "full-member", version)
        assert report.refusals == 0


def test_membership_counts_from_the_end_of_probation_however_late_the_vote():
    late = as_written(MEMBERSHIP, "late-conversion").report
    assert str(late.dates["probation.ends"]) == "2028-09-20"
    assert str(late.dates["conversion-vote"]) == "2028-11-15"
