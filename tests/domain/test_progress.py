"""How long stages and steps took, as it follows from events."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import events as facts
from domain.case import Case
from domain.events import Event
from domain.evolving import replay
from domain.progress import DoneStep, Limits, Progress, Stay, limits_of, progressed
from domain.waiting import waiting
from tests.domain.test_histories import MANY, MOVES, PROCESSES, History, finished, walked
from tests.domain.world import at


def told(history: History) -> Progress:
    """Return the progress of a history, event by event, with the limits known before each."""
    case: Case | None = None
    known = Progress()
    for event in history.events:
        limits = {} if case is None else limits_of(waiting(history.process, case, event.recorded_at).open)
        known = progressed(history.process, case, [event], known, limits)
        case = replay(history.process, [event], case)
    return known


def of(history: History, kind: type[object]) -> list[Event]:
    return [event for event in history.events if isinstance(event.body, kind)]


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_every_step_done_counts_once_and_never_waits_less_than_nothing(
    name: str, moves: list[tuple[int, int, int]]
) -> None:
    history = walked(name, moves)
    done = told(history).done
    assert [one.seq for one in done] == [event.seq for event in of(history, facts.StepCompleted)]
    assert all(one.waited >= 0 and (one.late is None) == (one.due_on is None) for one in done)


@pytest.mark.parametrize("name", PROCESSES)
@MANY
@given(moves=MOVES)
def test_a_case_is_in_one_stage_at_a_time_until_it_is_closed(
    name: str, moves: list[tuple[int, int, int]]
) -> None:
    history = finished(name, moves)
    stays = told(history).stays
    assert all(stay.left_on is not None for stay in stays) == history.case.is_closed
    assert [stay.standing for stay in stays if stay.standing] == [
        event.body.standing
        for event in history.events
        if isinstance(event.body, facts.StageLeft) and event.body.standing
    ]
    for before, after in pairwise(stays):
        assert before.left_on is not None
        assert before.left_on <= after.entered_on


def test_a_wait_is_counted_from_the_first_day_on_which_something_could_be_done() -> None:
    done = DoneStep(5, "talk", "joining", date(2026, 3, 8), date(2026, 3, 20), date(2026, 3, 23), None)
    assert (done.waited, done.late) == (15, 3)
    assert DoneStep(5, "talk", "joining", date(2026, 3, 8), None, date(2026, 3, 7), None).waited == 0


@given(st.dates(), st.dates())
def test_a_stay_lasts_as_long_as_its_days(entered: date, left: date) -> None:
    stay = Stay(1, "joining", min(entered, left), max(entered, left))
    assert stay.days == abs((left - entered).days)


def test_limits_are_those_of_steps_somebody_may_act_on() -> None:
    history = walked(PROCESSES[0], [(0, 0, 0)] * 12)
    found = waiting(history.process, history.case, at(history.day)).open
    assert limits_of(found) == {
        (step.step, step.round): Limits(step.not_before, step.due_on) for step in found if step.assignees
    }
    assert found
