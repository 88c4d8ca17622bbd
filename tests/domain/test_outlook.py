"""What the day of an act decides is what the act itself meets on that day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import StepAct
from domain.case import Case
from domain.deciding import decide
from domain.events import EntryAdded, StepCompleted, Warned
from domain.outlook import outlook
from domain.refusals import RuleViolation
from tests.builders import HOST, SECRETARY, SUBJECT, a_case, a_process, an_act, an_entry, known_to, noon

STARTED = date(2025, 3, 3)
LATE = STARTED + timedelta(days=60)


def ahead(on: date, now: date = LATE, step: str = "talk", by: str = SECRETARY, entry: str | None = None):
    case, _ = a_case()
    return outlook(a_process(), case, step, known_to(by), on, noon(now), entry)


def test_a_day_in_time_that_is_entered_later_is_no_missed_deadline_but_a_late_entry() -> None:
    assert [one.rule for one in ahead(date(2025, 3, 20)).warned] == ["late-entry"]
    assert [one.rule for one in ahead(LATE).warned] == ["talk.due"]


def test_a_day_before_what_comes_first_would_be_refused_and_says_from_when_it_passes() -> None:
    found = ahead(STARTED - timedelta(days=1)).refused
    assert found is not None
    assert (found.rule, found.passes_on) == ("talk.order", STARTED)


def test_a_day_to_come_somebody_without_a_part_and_a_step_that_is_not_open_would_be_refused() -> None:
    rules = [
        ahead(LATE + timedelta(days=1)).refused,
        ahead(LATE, by=SUBJECT).refused,
        ahead(LATE, step="admit", by=HOST).refused,
        ahead(LATE, step="nowhere").refused,
    ]
    assert all(isinstance(one, RuleViolation) for one in rules)


@pytest.mark.parametrize("entered", [5, 30])
def test_an_entry_is_told_of_being_late_and_never_of_the_step(entered: int) -> None:
    case, _ = a_case(acts=[an_act("talk", date(2025, 3, 10), outcome="done")])
    on = date(2025, 9, 10)
    found = outlook(
        a_process(), case, "trial", known_to(SECRETARY), on, noon(on + timedelta(days=entered)), "assessment"
    )
    assert found.refused is None
    assert [one.rule for one in found.warned] == (["late-entry"] if entered > 7 else [])


@given(st.integers(-3, 70), st.integers(0, 70), st.sampled_from([SECRETARY, SUBJECT, HOST]))
def test_whatever_the_day_the_act_is_noted_and_refused_as_was_foretold(on: int, now: int, by: str) -> None:
    day, recorded = STARTED + timedelta(days=on), noon(STARTED + timedelta(days=now))
    case, _ = a_case()
    foretold = outlook(a_process(), case, "talk", known_to(by), day, recorded)
    act = an_act("talk", day, by, outcome="done", reason="why")
    assert (foretold.refused and foretold.refused.rule, foretold.warned) == met(case, act, recorded)


def test_an_entry_meets_what_was_foretold_of_it() -> None:
    case, _ = a_case(acts=[an_act("talk", date(2025, 3, 10), outcome="done")])
    act = an_entry("trial", LATE, "assessment").model_copy(update={"reason": "why"})
    over = date(2026, 3, 1)
    days = ((date(2025, 3, 1), LATE), (date(2025, 4, 1), LATE), (LATE, LATE), (over, over), (LATE, over))
    for day, recorded in days:
        foretold = outlook(a_process(), case, "trial", known_to(SECRETARY), day, noon(recorded), "assessment")
        on_that_day = act.model_copy(update={"occurred_on": day})
        assert (foretold.refused and foretold.refused.rule, foretold.warned) == met(
            case, on_that_day, noon(recorded)
        )


def met(case: Case, act: StepAct, recorded: datetime) -> tuple[str | None, tuple[Warned, ...]]:
    """The rule that refuses an act, or what is noted of it."""
    try:
        events = decide(a_process(), case, act, recorded)
    except RuleViolation as refused:
        return refused.rule, ()
    (done,) = [one.body for one in events if isinstance(one.body, StepCompleted | EntryAdded)]
    return None, done.warnings
