"""How a period is served: its calendar of duties with the gaps in it, and what time of it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from domain.case import Case
from domain.moments import duty_after, next_duty, period_days
from domain.process import Process
from domain.steps import EntrySpec, PeriodStep
from domain.values import Text, Value

_AHEAD = 40
"""Duties that are named in advance, for a period that goes on because something is missing."""


class Duty(Value):
    """One time a periodic duty is to be done, or was."""

    kind: str
    title: Text
    due_on: date | None
    """None: an entry that nothing asked for on a day."""
    done_on: date | None = None
    state: Literal["done", "late", "missing", "to-come"]
    """`late`: done after its day; `missing`: its day is over and nothing was recorded."""


class Standstill(Value):
    """A time in which the clocks of the case stood still; without an end it goes on."""

    first: date
    to: date | None


class Serving(Value):
    """A period on a day: how long it lasts, what of it is served, and its duties in order of time."""

    starts: date
    ends: date
    provisional: bool
    served: int
    """Days served so far, without those that do not count."""
    whole: int
    """Days that are to be served."""
    suspended: tuple[Standstill, ...]
    suspended_days: int
    extended_months: int
    moved_on: date | None
    """The latest move to another unit within it."""
    restarted: bool
    """Time served before the move does not count."""
    duties: tuple[Duty, ...]

    @property
    def gaps(self) -> int:
        """How many duties were done late or are missing."""
        return sum(one.state in {"late", "missing"} for one in self.duties)


def serving(process: Process, case: Case, step: PeriodStep, today: date) -> Serving | None:
    """Return how far a period is served by `today`; None while its start is not known."""
    days = period_days(process, case, step)
    state = case.steps.get(step.id)
    if days is None or state is None:
        return None
    starts, end = days
    last = state.done_on or end.day
    suspended = tuple(one for one in _standstills(case) if one.first < last and (one.to or last) > starts)
    stood = sum(_overlap(one, starts, last, today) for one in suspended)
    so_far = min(today, last)
    moved = case.transferred_on[-1] if case.transferred_on and case.transferred_on[-1] >= starts else None
    return Serving(
        starts=starts,
        ends=end.day,
        provisional=end.provisional,
        served=max(
            0, (so_far - starts).days - sum(_overlap(one, starts, so_far, today) for one in suspended)
        ),
        whole=max(0, (end.day - starts).days - stood),
        suspended=suspended,
        suspended_days=stood,
        extended_months=state.extended_months,
        moved_on=state.restarted_on or moved,
        restarted=state.restarted_on is not None,
        duties=tuple(sorted(_duties(case, step, starts, last, today), key=_when)),
    )


def _standstills(case: Case) -> Iterator[Standstill]:
    for first, to in case.suspensions.times:
        yield Standstill(first=first, to=to)
    if case.suspended_on is not None:
        yield Standstill(first=case.suspended_on, to=None)


def _overlap(one: Standstill, first: date, last: date, today: date) -> int:
    return max(0, (min(one.to or max(today, one.first), last) - max(one.first, first)).days)


def _duties(case: Case, step: PeriodStep, starts: date, last: date, today: date) -> Iterator[Duty]:
    entries = case.steps[step.id].entries
    for duty in step.entries:
        made = sorted(entry.on for entry in entries.of_kind(duty.id))
        if duty.every is None:
            yield from (_done(duty, None, day) for day in made)
            missing = duty.at_least - len(made)
            over = last < today
            yield from (_open(duty, last, over=over) for _ in range(max(0, missing)))
        else:
            yield from _repeated(case, step, duty, (starts, last, today), made)


def _repeated(
    case: Case, step: PeriodStep, duty: EntrySpec, days: tuple[date, date, date], made: list[date]
) -> Iterator[Duty]:
    """Yield what a duty that comes again asked for: each time counts from the time before."""
    starts, last, today = days
    since = starts
    for day in made:
        yield _done(duty, duty_after(case, duty, since), day)
        since = max(since, day)
    if case.steps[step.id].status == "done" or case.is_closed:
        return
    for number in range(len(made), len(made) + _AHEAD):
        due = next_duty(case, duty, since, last, number)
        if due is None:
            return
        yield _open(duty, due, over=due < today)
        since = due


def _done(duty: EntrySpec, due: date | None, on: date) -> Duty:
    late = due is not None and on > due
    return Duty(kind=duty.id, title=duty.title, due_on=due, done_on=on, state="late" if late else "done")


def _open(duty: EntrySpec, due: date, *, over: bool) -> Duty:
    return Duty(kind=duty.id, title=duty.title, due_on=due, state="missing" if over else "to-come")


def _when(duty: Duty) -> tuple[date, str]:
    return duty.done_on or duty.due_on or date.max, duty.kind
