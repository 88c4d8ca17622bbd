"""A scenario that does not go as written says where, and one that cannot be read says why."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from domain.expectations import Report, unmet_ending, unmet_refusal, unmet_warnings
from domain.refusals import RuleViolation
from domain.scenarios import Ending, Scenario, ScenarioAct, read_scenario, read_scenarios, unfold
from domain.scenery import read_organisation
from domain.values import Text
from tests.processes.shipped import library, played, scenarios

APACHE = "apache-committer"
ORGANISATION = """
units: {pmc: {kind: pmc}}
people:
  subject: {unit: pmc}
  roy: {posts: [pmc.chair]}
  ben: {posts: [{role: member, unit: pmc, from: 2026-03-05, to: 2026-03-10}]}
  ken: {posts: [pmc.member]}
"""
START = "title: t\nstart: {on: 2026-03-02}\n"


def told(text: str) -> Scenario:
    return read_scenarios({"organisation": ORGANISATION, "one": text})["one"]


def told_with(text: str) -> Scenario:
    """Return a scenario as written, with its passages."""
    return read_scenario(text, read_organisation(ORGANISATION))


def unmet(text: str) -> tuple[str, ...]:
    return played(APACHE, told(text)).unmet


def test_a_scenario_without_surprises_has_nothing_unmet():
    assert unmet(START + "ends: {waits_for: [discuss], refusals: 0}") == ()


@pytest.mark.parametrize(
    "ends,said",
    [
        ("{outcome: committer}", "outcome: expected committer, came out as None"),
        ("{standing: committer}", "standing: expected committer, came out as contributor"),
        ('{version: "2"}', "version: expected 2, came out as 1"),
        ("{waits_for: [vote]}", "waits for: expected ['vote'], came out as ['discuss']"),
        ("{overdue: [one-week]}", "overdue: expected ['one-week'], came out as []"),
        ("{warnings: [one-week]}", "warnings: expected ['one-week'], came out as []"),
        ("{refusals: 1}", "refusals: expected 1, came out as 0"),
        ("{dates: {vote: 2026-03-13}}", "vote: expected 2026-03-13, came out as None"),
    ],
)
def test_every_expectation_of_the_end_is_looked_at(ends, said):
    assert unmet(f"{START}ends: {ends}") == (said,)


def test_a_refusal_nobody_expected_is_told_with_its_reason():
    [first, second] = unmet(START + "acts: [{on: 2026-03-03, step: vote}]")
    assert first.startswith("2026-03-03 vote: refused by vote.order: First comes:")
    assert second == "refusals: expected 0, came out as 1"


def test_an_act_that_was_to_be_refused_and_passed_is_told():
    lines = unmet(START + "acts: [{on: 2026-03-03, step: discuss, entry: published, refused: discuss.by}]")
    assert lines[0] == "2026-03-03 discuss: was to be refused by discuss.by, but passed"


def test_the_rule_and_the_day_of_a_refusal_are_both_looked_at():
    day = date(2026, 3, 5)
    refusal = RuleViolation("r", basis="1", detail=Text(zh="一", en="one"), passes_on=day)

    def said(refused: Any) -> str | None:
        act = ScenarioAct.model_validate({"on": day, "do": "withdraw", "refused": refused})
        return unmet_refusal(act, refusal)

    assert said("r") is None
    assert said({"rule": "r", "passes_on": "2026-03-05"}) is None
    assert "was to be refused by" in (said({"rule": "r", "passes_on": "2026-03-06"}) or "")
    assert "2026-03-05 withdraw" in (said("another") or "")


def test_warnings_of_an_act_are_compared_in_any_order_where_it_names_them():
    act = ScenarioAct.model_validate({"on": date(2026, 3, 5), "step": "vote", "warned": ["a", "b"]})
    assert unmet_warnings(act, ("b", "a")) is None
    assert "expected the warnings ('a', 'b'), got ('a',)" in (unmet_warnings(act, ("a",)) or "")
    assert unmet_warnings(act.model_copy(update={"warned": None}), ("a",)) is None


def test_an_end_without_a_case_meets_no_outcome():
    assert unmet_ending(Ending(outcome="committer"), Report(refusals=1), 1) == (
        "outcome: expected committer, came out as None",
    )


def test_after_a_refused_start_nothing_more_happens():
    timeline = played(
        APACHE, told("title: t\nstart: {on: 2026-03-02, by: subject}\nacts: [{on: 2026-03-03, step: vote}]")
    )
    assert timeline.case is None
    assert [line.what for line in timeline.lines] == ["refused"]
    assert timeline.unmet[0].startswith("2026-03-02 start: refused by nominate.by")


@pytest.mark.parametrize(
    "day,who",
    [("2026-03-04", "ken"), ("2026-03-05", "ben"), ("2026-03-10", "ben"), ("2026-03-11", "ken")],
)
def test_whoever_holds_the_post_that_day_acts_both_edges_included(day, who):
    timeline = played(APACHE, told(f"{START}acts: [{{on: {day}, step: discuss, entry: published}}]"))
    assert timeline.lines[-1].who == who or timeline.lines[-2].who == who


def test_nobody_to_play_a_part_is_an_error_and_no_refusal():
    with pytest.raises(LookupError, match=r"can play pmc\.treasurer"):
        unmet(START + "acts: [{on: 2026-03-03, step: discuss, by: pmc.treasurer}]")


def test_an_act_says_a_step_or_what_it_does():
    with pytest.raises(ValueError, match="says neither step nor do"):
        unmet(START + "acts: [{on: 2026-03-03, by: roy}]")


@pytest.mark.parametrize(
    "text,said",
    [
        ("title: t\nstart: {on: 2026-03-02, colour: red}", "one.yaml:2: start.colour: unknown key 'colour'"),
        ("title: t\nstart: {on: yesterday}", "one.yaml:2: start.on: must be a day such as"),
        ("title: t\nacts: [{like: one, upto: vote}]", "one.yaml:2: acts.1.upto: unknown key 'upto'"),
        ("start: {on: 2026-03-02}", "one.yaml:1: title: 'title' is missing"),
    ],
)
def test_what_a_scenario_does_not_know_is_refused_with_its_file_and_line(text, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        told(text)


def test_a_passage_moves_all_acts_by_the_same_days():
    other = scenarios(APACHE)["ordinary"]
    text = "title: t\nstart: {on: 2026-04-02}\nacts: [{like: o, from: call-vote, until: invite}]"
    moved = unfold(told_with(text), {"o": other})
    assert [(str(act.on), act.step) for act in moved.told] == [
        ("2026-04-06", "call-vote"),
        ("2026-04-13", "vote"),
    ]


def test_a_passage_leaves_out_what_was_refused():
    other = scenarios(APACHE)["vote-of-a-week"]
    moved = unfold(told_with("title: t\nacts: [{like: o}]"), {"o": other})
    assert moved.opening == other.opening
    assert all(act.refused is None for act in moved.told)
    assert len(moved.told) == len(other.told) - 2


def test_a_passage_names_a_step_its_scenario_comes_to():
    other = scenarios(APACHE)["not-now"]
    with pytest.raises(ValueError, match="'o' does not come to the step 'vote'"):
        unfold(told_with("title: t\nacts: [{like: o, until: vote}]"), {"o": other})
    with pytest.raises(KeyError):
        unfold(told_with("title: t\nacts: [{like: nowhere}]"), {"o": other})


@pytest.mark.parametrize(
    "texts,said",
    [
        ({}, "there is no organisation.yaml, which says which units and people there are"),
        ({"organisation": "units: {a: {}}"}, "organisation.yaml:1: units.a.kind: 'kind' is missing"),
        ({"one": "title: t\nacts: []"}, "one.yaml: 'start' is missing: the act that starts the case"),
        ({"one": "title: t\nacts: [{like: nowhere}]"}, "one.yaml: there is no scenario 'nowhere'"),
    ],
)
def test_what_is_missing_beside_a_scenario_or_in_it_is_named(texts, said):
    shared = {"organisation": ORGANISATION} if texts else {}
    with pytest.raises(ValueError, match=re.escape(said)):
        read_scenarios(shared | texts)


def test_a_scenario_with_passages_is_not_run_before_it_was_unfolded():
    folded = told_with("title: t\nacts: [{like: o}]")
    with pytest.raises(ValueError, match="without a start"):
        _ = folded.opening
    with pytest.raises(ValueError, match="with passages"):
        _ = folded.told


def test_time_goes_on_to_the_day_a_scenario_ends():
    lines = played(APACHE, told(START + "acts: [{on: 2026-03-03, step: discuss, entry: published}]")).lines
    later = played(
        APACHE,
        told(START + "acts: [{on: 2026-03-03, step: discuss, entry: published}]\nends: {on: 2026-03-06}"),
    ).lines
    assert [line.what for line in later[len(lines) :]] == ["window-ended"]


def test_the_library_knows_the_version_of_every_first_day():
    for edition in library():
        for scenario in scenarios(edition.process).values():
            found = library().for_start(edition.process, scenario.opening.on)
            assert found.in_force.first <= scenario.opening.on
