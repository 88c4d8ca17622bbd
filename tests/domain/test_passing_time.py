"""What happens by itself: reminders, deadlines that pass, waits and windows that end; each once, in order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain import events as facts
from domain.acts import Due, Resume, Suspend
from domain.deciding import decide
from domain.events import Event
from domain.passing import moments
from domain.waiting import waiting
from tests.domain.walking import Walk, at_step, guild, record, step, text
from tests.domain.world import at

DAY = date(2026, 6, 1)


def due(within: str = "P3M", **more: Any) -> Walk:
    return Walk(
        guild(record("ask", due={"within": within, "of": "apply", "basis": "7", **more}), record("last")), DAY
    )


def told(events: list[Event] | tuple[Event, ...]) -> list[int]:
    return [event.body.days_left for event in events if isinstance(event.body, facts.Reminded)]


def test_reminders_come_60_30_14_7_1_and_0_days_before_a_deadline_and_then_it_is_overdue_once() -> None:
    walk = due()
    for number in range(130):
        walk.wait(DAY + timedelta(days=number))
    assert told(walk.events) == [60, 30, 14, 7, 1, 0]
    days = [e.occurred_on for e in walk.events if isinstance(e.body, facts.Reminded)]
    assert days == [date(2026, 9, 1) - timedelta(days=left) for left in (60, 30, 14, 7, 1, 0)]
    overdue = [e for e in walk.events if isinstance(e.body, facts.BecameOverdue)]
    assert [(e.occurred_on, e.body.rule, e.body.due_on, e.body.basis) for e in overdue] == [  # type: ignore[union-attr]
        (date(2026, 9, 2), "ask.due", date(2026, 9, 1), "7")
    ]


def test_no_reminder_comes_on_or_before_the_day_the_step_opened() -> None:
    walk = due("P30D")
    for number in range(40):
        walk.wait(DAY + timedelta(days=number))
    assert told(walk.events) == [14, 7, 1, 0]


def test_after_a_time_nobody_was_there_one_reminder_stands_for_all_that_were_missed() -> None:
    walk = due()
    new = walk.wait(date(2026, 8, 26))
    assert told(new) == [7]
    assert new[0].occurred_on == date(2026, 8, 25)
    assert told(walk.wait(date(2026, 9, 1))) == [0]


def test_a_deadline_that_passed_unnoticed_is_overdue_and_nobody_is_reminded_any_more() -> None:
    walk = due()
    new = walk.wait(date(2026, 12, 1))
    assert [e.type for e in new] == ["became-overdue"]
    assert walk.wait(date(2026, 12, 2)) == ()


def test_reminders_come_at_eight_in_the_morning_where_the_organisation_is_spread_over_an_hour() -> None:
    walk = due()
    first = min(m.at for m in moments(walk.process, walk.case, at(DAY)) if m.kind == "reminder")
    local = first + timedelta(hours=8)
    assert (local.date(), local.hour) == (date(2026, 7, 3), 8)
    minutes = {
        min(
            m.at for m in moments(walk.process, walk.case.model_copy(update={"id": f"case-{n}"}), at(DAY))
        ).minute
        for n in range(40)
    }
    assert len(minutes) > 10


def test_a_deadline_lasts_until_midnight_where_the_organisation_is() -> None:
    walk = due()
    last_minute = datetime(2026, 9, 1, 15, 59, tzinfo=UTC)
    assert "became-overdue" not in [e.type for e in decide(walk.process, walk.case, Due(), last_minute)]
    midnight = datetime(2026, 9, 1, 16, 0, tzinfo=UTC)
    assert [e.type for e in decide(walk.process, walk.case, Due(), midnight)] == ["became-overdue"]


def test_the_second_deadline_is_reminded_of_when_the_first_has_passed() -> None:
    deadlines = [
        {"within": "P30D", "of": "apply", "basis": "7"},
        {"within": "P60D", "of": "apply", "basis": "8"},
    ]
    walk = Walk(guild(record("ask", due=deadlines), record("last")), DAY)
    for number in range(70):
        walk.wait(DAY + timedelta(days=number))
    marks = [
        (e.body.due_on.month, e.body.days_left) for e in walk.events if isinstance(e.body, facts.Reminded)
    ]
    assert marks == [(7, 14), (7, 7), (7, 1), (7, 0), (7, 30), (7, 14), (7, 7), (7, 1), (7, 0)]
    rules = [e.body.rule for e in walk.events if isinstance(e.body, facts.BecameOverdue)]
    assert rules == ["ask.due", "ask.due-2"]


def test_each_duty_of_a_period_has_reminders_of_its_own() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5", "every": "P6M"}
    period = step("period", "trial", starts="apply", lasts="P13M", basis="5", entries=[duty])
    walk = Walk(guild(period, record("last")), DAY)
    walk.wait(date(2026, 12, 1))
    walk.entry("trial", "report", date(2026, 12, 1))
    before = len(told(walk.events))
    for number in range(1, 190):
        walk.wait(date(2026, 12, 1) + timedelta(days=number))
    assert told(walk.events)[before:] == [60, 30, 14, 7, 1, 0]


def test_the_end_of_a_wait_is_noted_once() -> None:
    walk = Walk(guild(record("ask", not_before={"wait": "P10D", "of": "apply", "basis": "7"})), DAY)
    assert walk.wait(date(2026, 6, 10)) == ()
    ready = walk.wait(date(2026, 6, 11))
    assert [(e.type, e.step, e.occurred_on, e.actor) for e in ready] == [
        ("became-ready", "ask", date(2026, 6, 11), None)
    ]
    assert walk.wait(date(2026, 7, 11)) == ()


def test_a_wait_that_was_over_when_the_step_opened_is_not_noted() -> None:
    ask = record("ask", not_before={"wait": "P1D", "of": "apply", "basis": "7"})
    walk = Walk(guild(record("look"), ask), DAY)
    walk.do("look", date(2026, 6, 2))
    assert walk.wait(date(2026, 7, 1)) == ()


def test_after_a_long_absence_everything_happens_in_the_order_of_its_days() -> None:
    steps = (
        step("period", "trial", starts="apply", lasts="P1M", basis="5"),
        record("ask", due={"within": "P10D", "of": "trial.ends", "basis": "7"}),
        record("beside", after="apply", due={"within": "P2M", "of": "apply", "basis": "8"}),
        record("last", after=["ask", "beside"]),
    )
    new = Walk(guild(*steps), DAY).wait(date(2027, 1, 1))
    assert [(e.type, e.step) for e in new] == [
        ("step-completed", "trial"),
        ("step-opened", "ask"),
        ("became-overdue", "ask"),
        ("became-overdue", "beside"),
    ]
    assert [e.occurred_on for e in new] == sorted(e.occurred_on for e in new)


def test_the_next_moment_is_when_something_happens_by_itself() -> None:
    walk = Walk(guild(record("ask", not_before={"wait": "P10D", "of": "apply", "basis": "7"})), DAY)
    assert walk.waiting().next_moment == datetime(2026, 6, 10, 16, 0, tzinfo=UTC)
    assert waiting(walk.process, walk.case, at(date(2027, 1, 1))).next_moment == datetime(
        2026, 6, 10, 16, tzinfo=UTC
    )
    walk.wait(date(2026, 6, 11))
    assert walk.waiting().next_moment is None


def test_nothing_happens_by_itself_while_the_case_is_suspended_and_deadlines_move() -> None:
    walk = due("P1M")
    walk.take(
        Suspend(known=walk.known("lodge.warden"), occurred_on=date(2026, 6, 10), reason="ill"),
        date(2026, 6, 10),
    )
    assert walk.wait(date(2026, 9, 1)) == ()
    assert walk.waiting().next_moment is None
    walk.take(Resume(known=walk.known("lodge.warden"), occurred_on=date(2026, 9, 10)), date(2026, 9, 10))
    assert walk.open("ask").due_on == date(2026, 10, 1)
    assert [e.type for e in walk.wait(date(2026, 10, 2))] == ["became-overdue"]


def test_a_deadline_of_a_step_that_opens_later_moves_by_the_time_the_case_stood_still() -> None:
    ask = record("ask", due={"within": "P1M", "of": "apply", "basis": "7"})
    walk = Walk(guild(record("look"), ask), DAY)
    walk.take(Suspend(known=walk.known("lodge.warden"), occurred_on=DAY, reason="ill"))
    walk.take(Resume(known=walk.known("lodge.warden"), occurred_on=date(2026, 6, 11)), date(2026, 6, 11))
    walk.do("look", date(2026, 6, 11))
    assert walk.open("ask").due_on == date(2026, 7, 11)


@pytest.mark.parametrize(
    "first,last_day", [(date(2026, 7, 1), date(2026, 7, 11)), (date(2026, 7, 2), date(2026, 7, 1))]
)
def test_a_suspension_on_the_last_day_moves_a_deadline_and_one_after_it_does_not(
    first: date, last_day: date
) -> None:
    walk = due("P1M")
    walk.take(Suspend(known=walk.known("lodge.warden"), occurred_on=first, reason="ill"), first)
    until = first + timedelta(days=10)
    walk.take(Resume(known=walk.known("lodge.warden"), occurred_on=until), until)
    assert walk.open("ask").due_on == last_day


def test_a_late_act_passes_with_a_reason_and_is_marked() -> None:
    walk = due("P1M", id="in-a-month", breach_after="P2M")
    walk.day = date(2026, 8, 2)
    late = walk.refused("ask", reason=None)
    assert (late.rule, late.level, late.basis) == ("in-a-month", "late", "7")
    done = walk.do("ask", reason="the hall burned down")[0].body
    assert [(w.rule, w.level) for w in done.warnings] == [  # type: ignore[union-attr]
        ("in-a-month", "late"),
        ("in-a-month.breach", "finding"),
    ]


@pytest.mark.parametrize(
    "day,rules", [(date(2026, 7, 1), []), (date(2026, 7, 2), ["ask.due"]), (date(2026, 8, 1), ["ask.due"])]
)
def test_the_last_day_is_in_time(day: date, rules: list[str]) -> None:
    walk = due("P1M", breach_after="P2M")
    done = next(e.body for e in walk.do("ask", day) if isinstance(e.body, facts.StepCompleted))
    assert [w.rule for w in done.warnings] == rules


def test_what_happened_long_ago_is_recorded_with_a_reason_only() -> None:
    walk = Walk(guild(record("ask")), DAY)
    walk.day = date(2026, 6, 9)
    refused = walk.refused("ask", DAY, reason=None)
    assert (refused.rule, refused.level) == ("late-entry", "late")
    walk.day = date(2026, 6, 8)
    assert walk.do("ask", DAY, reason=None)[0].occurred_on == DAY


def test_a_membership_case_reminds_of_the_branch_meeting_after_the_pre_review() -> None:
    walk = at_step("branch-vote")
    new = walk.wait(walk.day + timedelta(days=40))
    overdue = [e.body.rule for e in new if isinstance(e.body, facts.BecameOverdue)]
    assert overdue == ["vote-in-a-month"]
