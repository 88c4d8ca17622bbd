"""How far a period is served: its duties in their order, the gaps between them, days that do not count."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Suspend
from domain.moments import deadlines
from domain.serving import Serving, serving
from tests.domain.test_periods import DAY, duty, moved, stopped, trial
from tests.domain.walking import Walk


def served(walk: Walk, today: date) -> Serving:
    step: Any = walk.process.steps["trial"]
    found = serving(walk.process, walk.case, step, today)
    assert found is not None
    return found


def told(found: Serving) -> list[tuple[str, date | None, date | None]]:
    return [(one.state, one.due_on, one.done_on) for one in found.duties]


def test_each_duty_counts_from_the_one_before_and_what_came_late_is_a_gap() -> None:
    walk = trial("P12M", duty(every="P3M"))
    walk.entry("trial", "report", date(2026, 8, 20))
    walk.entry("trial", "report", date(2026, 12, 1), reason="late")
    found = served(walk, date(2026, 12, 10))
    assert told(found) == [
        ("done", date(2026, 9, 1), date(2026, 8, 20)),
        ("late", date(2026, 11, 20), date(2026, 12, 1)),
        ("to-come", date(2027, 3, 1), None),
        ("to-come", date(2027, 6, 1), None),
    ]
    assert found.gaps == 1
    assert (found.served, found.whole) == (192, 365)


def test_what_nobody_recorded_by_its_day_is_missing() -> None:
    found = served(trial("P12M", duty(every="P6M", at_least=2)), date(2026, 12, 2))
    assert told(found) == [("missing", date(2026, 12, 1), None), ("to-come", date(2027, 6, 1), None)]


def test_what_has_to_be_there_once_is_missing_after_the_end() -> None:
    walk = trial("P1M", duty(at_least=1))
    assert told(served(walk, DAY)) == [("to-come", date(2026, 7, 1), None)]
    assert told(served(walk, date(2026, 7, 2))) == [("missing", date(2026, 7, 1), None)]


@given(st.lists(st.integers(1, 200), max_size=5), st.integers(1, 6))
def test_the_first_duty_to_come_is_the_deadline_that_the_rules_give(gaps: list[int], months: int) -> None:
    walk = trial("P24M", duty(every=f"P{months}M", at_least=1))
    day = DAY
    for gap in gaps:
        day = date.fromordinal(day.toordinal() + gap)
        if walk.state("trial").status == "open" and day <= walk.dates()["trial.ends"]:
            walk.entry("trial", "report", day, reason="late")
    step: Any = walk.process.steps["trial"]
    first = next((one.due_on for one in served(walk, day).duties if one.done_on is None), None)
    assert first == next((one.day for one in deadlines(walk.process, walk.case, step)), None)


def test_days_on_which_the_clocks_stood_still_are_not_served_and_told() -> None:
    walk = trial("P12M")
    stopped(walk, date(2026, 7, 1), date(2026, 7, 31))
    found = served(walk, date(2026, 8, 10))
    assert [(one.first, one.to) for one in found.suspended] == [(date(2026, 7, 1), date(2026, 7, 31))]
    assert (found.suspended_days, found.served, found.whole) == (30, 40, 365)
    assert found.ends == date(2027, 7, 1)


def test_while_a_suspension_goes_on_no_day_is_served() -> None:
    walk = trial("P12M")
    walk.take(
        Suspend(known=walk.known("lodge.warden"), occurred_on=date(2026, 6, 11), reason="leave"),
        date(2026, 6, 11),
    )
    assert served(walk, date(2026, 6, 11)).served == served(walk, date(2026, 9, 1)).served == 10
    assert served(walk, date(2026, 9, 1)).suspended[0].to is None


def test_time_before_a_move_counts_where_the_papers_went_along() -> None:
    day = date(2026, 9, 1)
    kept = served(moved(trial("P12M"), day, handed_over=True), date(2026, 9, 11))
    assert (kept.starts, kept.moved_on, kept.restarted, kept.served) == (DAY, day, False, 102)
    lost = served(moved(trial("P12M"), day, handed_over=False), date(2026, 9, 11))
    assert (lost.starts, lost.moved_on, lost.restarted, lost.served) == (day, day, True, 10)
