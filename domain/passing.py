"""The passing of time: what happens to a case by itself, and when."""

from __future__ import annotations

import zlib
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from domain import events as facts
from domain.blocking import duties_met, period_end
from domain.case import Case, StepState
from domain.drafting import Draft
from domain.moments import DeadlineDay, deadlines, earliest, notice_end, start_of
from domain.process import Predecessor, Process
from domain.remembering import remembered
from domain.settling import finish_period, settle
from domain.spans import days_later
from domain.steps import NoticeStep, PeriodStep, Step

REMIND_DAYS = (60, 30, 14, 7, 1, 0)
"""Days before a deadline on which people are reminded."""

_REMINDING_HOUR = 8


class Moment(NamedTuple):
    """One thing that will happen by itself."""

    at: datetime
    kind: Literal["period-ends", "ready", "window-ended", "overdue", "reminder"]
    step: str
    on: date
    days_left: int = 0
    deadline: DeadlineDay | None = None
    until: datetime | None = None
    """From when on it is left out, if ever."""


def moments(process: Process, case: Case, now: datetime) -> tuple[Moment, ...]:
    """Return what will happen by itself to the case as it stands, soonest first; past moments included.

    A reminder whose deadline has passed by `now` is left out: being overdue says more.
    """
    return tuple(one for one in _ever(process, case) if one.until is None or now < one.until)


@remembered(512)
def _ever(process: Process, case: Case) -> tuple[Moment, ...]:
    """Return every moment of a case, soonest first: asked after an act, and again before the next."""
    edition = process.edition(case.version)
    if case.status != "open":
        return ()
    found: list[Moment] = []
    for state in case.steps.values():
        step = edition.steps.get(state.id)
        if step is not None and state.status == "open" and edition.stage_of[step.id].id == case.stage:
            found.extend(_of_step(edition, case, step, state))
    return tuple(sorted(found, key=lambda moment: (moment.at, moment.kind, moment.step)))


def pass_time(
    draft: Draft, *, judged_on: date | None = None, adopt: bool = False, periods_only: bool = False
) -> None:
    """Let happen, in order, whatever is due by now; of a past that is told only that periods ended.

    A later version of the process is taken over where `adopt` asks for it, or where an act that happened on
    `judged_on` falls under it.
    """
    if draft.case.status != "open":
        return
    crossing_by = draft.today if adopt else judged_on
    while True:
        due = [
            moment
            for moment in moments(draft.root, draft.case, draft.now)
            if moment.at <= draft.now and (moment.kind == "period-ends" or not periods_only)
        ]
        taking = _taking_over(draft, crossing_by)
        if taking is not None and (not due or start_of(taking.on, draft.case.time_zone) <= due[0].at):
            _take_over(draft, taking)
        elif due:
            _happen(draft, due[0], due)
        else:
            return


def crosses_unasked(taking: Predecessor, process: Process, *, told: tuple[date, date], today: date) -> bool:
    """Whether a case that nobody touches follows the later version of its process by `today`.

    `told` is the first and the latest day on which something was recorded of it. A case that began before the
    change follows at once. One that began afterwards is the past of a paper file, still told by the rules of
    its days: it is left alone until nothing was recorded for as long as an act may be recorded late.
    """
    began, latest = told
    if taking.on > today:
        return False
    return began < taking.on or days_later(latest, process.late_entry_after_days) < today


def _taking_over(draft: Draft, day: date | None) -> Predecessor | None:
    """Return how the next version takes over, where one is in force on `day` and the case still runs."""
    later = draft.process.successor
    if day is None or later is None or later.replaces is None or draft.case.status != "open":
        return None
    return later.replaces if later.replaces.on <= min(day, draft.today) else None


def _take_over(draft: Draft, taking: Predecessor) -> None:
    """Put the case under the next version; what was done keeps the rules of its day."""
    before = draft.process
    later = before.successor or before
    body = facts.RulesChanged(
        version_from=before.version, version=later.version, digest=later.digest, basis=taking.basis
    )
    counted = [new for old, news in taking.counts_as.items() if draft.case.is_done(old) for new in news]
    draft.add(body, on=taking.on)
    for step in later.stage(draft.case.stage).steps:
        state = draft.case.steps.get(step.id)
        if state is None and (step.id in counted or _left_behind(draft.case, later, before, step.id)):
            draft.add(facts.StepPassed(because="older-version"), on=taking.on, step=step.id)
    settle(draft, taking.on, fresh_floor=taking.on)


def _left_behind(case: Case, later: Process, before: Process, step: str) -> bool:
    """Whether a step that the later version adds stands before something already done."""
    if step in before.steps:
        return False
    return any(
        (state := case.steps.get(follower)) is not None and state.status == "done"
        for follower in later.followers(step)
    )


def _of_step(process: Process, case: Case, step: Step, state: StepState) -> list[Moment]:
    found: list[Moment] = []
    zone = case.time_zone
    if isinstance(step, PeriodStep):
        end = period_end(process, case, step)
        if end is not None and not state.ready:
            kind: Literal["period-ends", "ready"] = "period-ends" if duties_met(case, step) else "ready"
            found.append(Moment(at=start_of(end, zone), kind=kind, step=step.id, on=end))
    elif isinstance(step, NoticeStep):
        window = notice_end(case, step)
        if window is not None and not state.ready:
            on = window.day
            found.append(Moment(at=start_of(on, zone), kind="window-ended", step=step.id, on=on))
    else:
        first = earliest(process, case, step)
        if first is not None and first.day > state.opened_on and not state.ready:
            found.append(Moment(at=start_of(first.day, zone), kind="ready", step=step.id, on=first.day))
    open_deadlines = [day for day in deadlines(process, case, step) if day.rule not in state.overdue]
    for number, deadline in enumerate(open_deadlines):
        passed = start_of(days_later(deadline.day, 1), zone)
        found.append(Moment(at=passed, kind="overdue", step=step.id, on=deadline.day, deadline=deadline))
        if number == 0:
            found.extend(one._replace(until=passed) for one in _reminders(case, step, state, deadline))
    return found


def _reminders(case: Case, step: Step, state: StepState, deadline: DeadlineDay) -> list[Moment]:
    found = []
    minute = zlib.crc32(case.id.encode()) % 60
    for left in REMIND_DAYS:
        day = deadline.day - timedelta(days=left)
        told = state.reminded_due == deadline.day and state.reminded_at is not None
        if day <= state.opened_on or (told and left >= (state.reminded_at or 0)):
            continue
        at = start_of(day, case.time_zone, time(_REMINDING_HOUR, minute))
        found.append(Moment(at=at, kind="reminder", step=step.id, on=day, days_left=left, deadline=deadline))
    return found


def _happen(draft: Draft, moment: Moment, due: list[Moment]) -> None:
    step = draft.process.steps[moment.step]
    if moment.kind == "period-ends" and isinstance(step, PeriodStep):
        if finish_period(draft, step):
            settle(draft, moment.on)
        else:
            draft.add(facts.BecameReady(), on=moment.on, step=step.id)
    elif moment.kind == "ready":
        draft.add(facts.BecameReady(), on=moment.on, step=step.id)
    elif moment.kind == "window-ended":
        draft.add(facts.WindowEnded(), on=moment.on, step=step.id)
    elif moment.kind == "overdue" and moment.deadline is not None:
        deadline = moment.deadline
        body = facts.BecameOverdue(rule=deadline.rule, basis=deadline.basis, due_on=deadline.day)
        draft.add(body, on=days_later(deadline.day, 1), step=step.id)
    elif moment.deadline is not None:
        latest = [other for other in due if other.kind == "reminder" and other.step == moment.step][-1]
        reminded = facts.Reminded(due_on=moment.deadline.day, days_left=latest.days_left)
        draft.add(reminded, on=latest.on, step=step.id)
