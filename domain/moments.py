"""When: the days a case knows, the days a step waits for, and the days it is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.case import Case, StepState
from domain.conditions import holds
from domain.process import Process
from domain.remembering import remembered
from domain.rules import Anchor, Deadline
from domain.spans import Span
from domain.steps import EntrySpec, NoticeStep, PeriodStep, Step
from domain.working_days import Reckoned

PUBLISHED = "published"
"""The entry that opens a notice."""

_A_FEW_CASES = 2048
"""Results that are remembered for what is asked of each step of a case several times in an act, and again in
the next act on it: some six of each kind for a case."""


class Earliest(NamedTuple):
    """The first day on which a step may happen, and the interval that says so."""

    day: date
    rule: str
    basis: str
    wait: Span
    of: Anchor
    provisional: bool = False


class DeadlineDay(NamedTuple):
    """The last day on which a step is in time."""

    day: date
    rule: str
    basis: str
    provisional: bool = False
    breach_on: date | None = None
    """After this day the lateness is a finding as well."""
    escalate: tuple[str, ...] = ()


def local_day(moment: datetime, time_zone: str) -> date:
    """Return the day of `moment` (aware) in that time zone."""
    return moment.astimezone(_zone(time_zone)).date()


@lru_cache(maxsize=4096)
def start_of(day: date, time_zone: str, at: time = time.min) -> datetime:
    """Return the moment `day` begins there (or reaches `at`), in UTC."""
    return datetime.combine(day, at, tzinfo=_zone(time_zone)).astimezone(UTC)


def end_of(day: date, time_zone: str) -> datetime:
    """Return the last moment of `day` there, in UTC."""
    return start_of(day + timedelta(days=1), time_zone) - timedelta(microseconds=1)


def anchor_day(process: Process, case: Case, anchor: Anchor) -> Reckoned | None:
    """Return the day an anchor stands for, or None while the case does not know it yet."""
    name, _, part = anchor.rpartition(".")
    if anchor == "case.opened":
        return Reckoned(day=case.opened_on)
    if part == "entered" and name in case.stages:
        return Reckoned(day=case.stages[name])
    if part in {"starts", "ends"} and name in process.steps:
        return _span_edge(process, case, process.steps[name], part)
    if part == "opened" and name in case.steps:
        return Reckoned(day=case.steps[name].opened_on)
    state = case.steps.get(anchor)
    if state is None or state.status != "done" or state.done_on is None:
        return None
    return Reckoned(day=state.done_on)


@remembered(_A_FEW_CASES)
def period_days(process: Process, case: Case, step: PeriodStep) -> tuple[date, Reckoned] | None:
    """Return the first day and the end of a period, or None while its start is unknown.

    The end counts extensions as months and suspended time as days.
    """
    state = case.steps.get(step.id)
    anchor = anchor_day(process, case, step.starts)
    if anchor is None:
        return None
    start = anchor.day if state is None or state.restarted_on is None else state.restarted_on
    lasts = step.lasts
    if state is not None and state.extended_months:
        lasts = lasts.model_copy(update={"months": lasts.months + state.extended_months})
    end = _served(case, start, lasts)
    return start, end._replace(provisional=end.provisional or anchor.provisional)


def notice_end(case: Case, step: NoticeStep) -> Reckoned | None:
    """Return the last day of a notice's window, or None before it was published."""
    state = case.steps.get(step.id)
    published = None if state is None else state.entries.latest(PUBLISHED)
    if published is None:
        return None
    return _served(case, published, step.window)


@remembered(_A_FEW_CASES)
def earliest(process: Process, case: Case, step: Step) -> Earliest | None:
    """Return the latest of the step's minimum waits, or None where nothing is to be waited for.

    Waits whose anchor is not known yet are left out: the step's order takes care of them.
    """
    found: Earliest | None = None
    for number, interval in enumerate(step.not_before):
        if interval.when is not None and not holds(case, interval.when):
            continue
        anchor = anchor_day(process, case, interval.of)
        if anchor is None:
            continue
        reached = case.calendar.after(anchor.day, interval.wait)
        if found is None or reached.day > found.day:
            found = Earliest(
                day=reached.day,
                rule=interval.id or numbered(f"{step.id}.not-before", number),
                basis=interval.basis,
                wait=interval.wait,
                of=interval.of,
                provisional=reached.provisional or anchor.provisional,
            )
    return found


@remembered(_A_FEW_CASES)
def deadlines(process: Process, case: Case, step: Step) -> tuple[DeadlineDay, ...]:
    """Return the step's last days, soonest first; those whose anchor is unknown are left out."""
    state = case.steps.get(step.id)
    found = [
        day
        for number, deadline in enumerate(step.due)
        if (day := _deadline_day(process, case, step, deadline, number)) is not None
    ]
    if isinstance(step, PeriodStep) and state is not None:
        found.extend(_duty_days(process, case, step, state))
    return tuple(sorted(found, key=lambda day: day.day))


def dates(process: Process, case: Case) -> dict[str, date]:
    """Return every day the case knows by anchor, for people and programs."""
    edition = process.edition(case.version)
    known: dict[str, date] = {}
    for state in case.steps.values():
        if state.done_on is not None and state.status == "done":
            known[state.id] = state.done_on
        step = edition.steps.get(state.id)
        if isinstance(step, PeriodStep) and (days := period_days(edition, case, step)) is not None:
            known[f"{step.id}.starts"], known[f"{step.id}.ends"] = days[0], days[1].day
        if isinstance(step, NoticeStep) and (end := notice_end(case, step)) is not None:
            known[f"{step.id}.ends"] = end.day
    return known


def numbered(rule: str, number: int) -> str:
    """Return the id of the n-th rule of a sort: the first keeps the plain name."""
    return rule if number == 0 else f"{rule}-{number + 1}"


def _deadline_day(
    process: Process, case: Case, step: Step, deadline: Deadline, number: int
) -> DeadlineDay | None:
    if deadline.when is not None and not holds(case, deadline.when):
        return None
    anchor = anchor_day(process, case, deadline.of)
    if anchor is None:
        return None
    base = anchor.day
    anchored = case.steps.get(deadline.of.partition(".")[0])
    if deadline.new and anchored is not None and anchored.version not in {"", process.version}:
        base = max(base, case.version_since)
    reached = _in_time(case, base, deadline.within)
    breach = None
    if deadline.breach_after is not None:
        breach = _in_time(case, base, deadline.breach_after).day
    return DeadlineDay(
        day=reached.day,
        rule=deadline.id or numbered(f"{step.id}.due", number),
        basis=deadline.basis,
        provisional=reached.provisional or anchor.provisional,
        breach_on=breach,
        escalate=deadline.escalate,
    )


def duty_after(case: Case, duty: EntrySpec, since: date) -> date:
    """Return the last day on which a duty that comes again is in time, after the time before it."""
    assert duty.every is not None  # noqa: S101 - asked only of duties that come again
    return _in_time(case, since, duty.every).day


def next_duty(case: Case, duty: EntrySpec, since: date, last: date, made: int) -> date | None:
    """Return the same in a period with its last day; None where it asks for no further one.

    `made` says how often it was done: what the period asks for at least is due by its end.
    """
    due = duty_after(case, duty, since)
    if due <= last:
        return due
    return None if made >= duty.at_least else last


def _duty_days(process: Process, case: Case, step: PeriodStep, state: StepState) -> list[DeadlineDay]:
    days = period_days(process, case, step)
    if days is None:
        return []
    start, end = days
    found = []
    for duty in step.entries:
        if duty.every is None:
            continue
        made = state.entries.number(duty.id)
        since = max(start, state.entries.latest(duty.id) or start)
        due = next_duty(case, duty, since, end.day, made)
        if due is None:
            continue
        found.append(DeadlineDay(day=due, rule=f"{step.id}.{duty.id}-{made + 1}", basis=duty.basis))
    return found


def _served(case: Case, since: date, span: Span) -> Reckoned:
    """Return the end of a time to be served, later by every day on which the clocks stood still.

    Time that was served by the morning of a suspension stays served.
    """
    return _prolonged(case, since, span, last_day=False)


def _in_time(case: Case, since: date, span: Span) -> Reckoned:
    """Return a last day, later by every day on which the clocks stood still; it lasts until its evening."""
    return _prolonged(case, since, span, last_day=True)


def _prolonged(case: Case, since: date, span: Span, *, last_day: bool) -> Reckoned:
    end = case.calendar.after(since, span)
    day = case.suspensions.prolonged(since, end.day, last_day=last_day)
    if day == end.day or not span.working_days:
        return end._replace(day=day)
    # As many days later may be a weekend: as many working days have to pass on which the clocks ran.
    before = case.calendar.after(since, span.model_copy(update={"working_days": 0})).day
    reached, left = case.suspensions.prolonged(since, before, last_day=last_day), span.working_days
    provisional = end.provisional
    while left:
        reached += timedelta(days=1)
        provisional = provisional or not case.calendar.knows(reached)
        ends_it = left == 1 and not last_day and case.suspensions.begin_on(reached)
        if ends_it or not case.suspensions.stood_on(reached):
            left -= case.calendar.is_working(reached)
    return Reckoned(day=max(day, reached), provisional=provisional)


def _span_edge(process: Process, case: Case, step: Step, part: str) -> Reckoned | None:
    if isinstance(step, NoticeStep):
        return notice_end(case, step) if part == "ends" else None
    if not isinstance(step, PeriodStep):
        return None
    days = period_days(process, case, step)
    if days is None:
        return None
    return Reckoned(day=days[0]) if part == "starts" else days[1]


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
