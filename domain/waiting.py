"""Waiting: what a case waits for, who may act and when, and what happens by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, partial

from domain.blocking import blocked_by, closing_notice, is_published, period_end
from domain.case import Case, StepState
from domain.moments import DeadlineDay, deadlines, earliest, local_day, notice_end
from domain.passing import moments
from domain.permitting import actors_of, check_open
from domain.process import Process
from domain.recusing import is_deliberated
from domain.refusals import RuleViolation
from domain.remembering import remembered
from domain.steps import Actor, NoticeStep, PeriodStep, Step
from domain.values import Level, Text, Value


class Assignee(Value):
    """Somebody who may act: the holders of a post in a unit, or people by name of their part in the case."""

    actor: str
    unit: str | None = None
    role: str | None = None
    people: tuple[str, ...] = ()


class Blocked(Value):
    """Why nobody can complete a step today."""

    rule: str
    level: Level = "block"
    basis: str
    detail: Text
    passes_on: date | None = None
    passes_when: Text | None = None


class OpenStep(Value):
    """One step the case waits for."""

    step: str
    kind: str
    round: int
    opened_on: date
    assignees: tuple[Assignee, ...]
    """Empty where only time can end the step."""
    not_before: date | None = None
    due_on: date | None = None
    due_rule: str | None = None
    due_basis: str | None = None
    overdue: bool = False
    provisional: bool = False
    blocked: Blocked | None = None
    answers: int = 0
    """Answers given so far in a decision of several."""
    optional: bool = False
    """The stage does not wait for it."""
    recused: tuple[str, ...] = ()
    """Those who declared a conflict of interest, where they keep out of this step."""


class Waiting(Value):
    """Everything a case waits for."""

    open: tuple[OpenStep, ...] = ()
    next_moment: datetime | None = None
    """When something happens by itself; may lie in the past where nobody has recorded it yet."""


def waiting(process: Process, case: Case, now: datetime) -> Waiting:
    """Return what the case waits for at `now` (aware)."""
    if case.is_closed:
        return Waiting()
    coming = moments(process, case, now)
    return Waiting(open=open_steps(process, case, now), next_moment=coming[0].at if coming else None)


def open_steps(process: Process, case: Case, now: datetime) -> tuple[OpenStep, ...]:
    """Return the steps the case waits for at `now` (aware), as of that day."""
    return () if case.is_closed else _open_on(local_day(now, case.time_zone))(process, case)


@lru_cache(maxsize=8)
def _open_on(today: date) -> Callable[[Process, Case], tuple[OpenStep, ...]]:
    """Return what tells the open steps as of a day, and remembers them: rows and answer show the same."""
    return remembered(512)(partial(_open_steps, today))


def _open_steps(today: date, process: Process, case: Case) -> tuple[OpenStep, ...]:
    edition = process.edition(case.version)
    here = {step.id for step in edition.stage(case.stage).steps}
    return tuple(
        _open_step(edition, case, edition.steps[state.id], state, today)
        for state in case.steps.values()
        if state.status == "open" and state.id in here
    )


def assignees(
    case: Case, actors: tuple[Actor, ...], *, without: tuple[str, ...] = ()
) -> tuple[Assignee, ...]:
    """Return who stands behind the actors of a definition in this case; who cannot exist is left out.

    People asked by name are left out where they are among `without`.
    """
    found = []
    for actor in actors:
        kind, _, role = actor.rpartition(".")
        if actor == "subject":
            found.append(Assignee.trusted(actor=actor, people=(case.subject,)))
        elif not kind:
            people = tuple(one for one in case.people.get(actor, ()) if one not in without)
            found.append(Assignee.trusted(actor=actor, people=people))
        elif (unit := case.unit_of_kind(kind)) is not None:
            found.append(Assignee.trusted(actor=actor, unit=unit.id, role=role))
    return tuple(found)


def _open_step(process: Process, case: Case, step: Step, state: StepState, today: date) -> OpenStep:
    first = earliest(process, case, step)
    known = deadlines(process, case, step)
    passed = [day for day in known if day.day < today]
    nearest: DeadlineDay | None = next(iter(passed or known), None)
    not_before = first.day if first is not None else None
    provisional = any(day.provisional for day in (first, nearest) if day is not None)
    if isinstance(step, NoticeStep) and (window := notice_end(case, step)) is not None:
        not_before, provisional = window.day, provisional or window.provisional
    if isinstance(step, PeriodStep):
        not_before = period_end(process, case, step)
    refused = _refused(process, case, step, today)
    recused = case.recused if is_deliberated(process, step) else ()
    return OpenStep(
        step=step.id,
        kind=step.kind,
        round=state.round,
        opened_on=state.opened_on,
        assignees=assignees(case, actors_of(step), without=recused),
        not_before=not_before,
        due_on=None if nearest is None else nearest.day,
        due_rule=None if nearest is None else nearest.rule,
        due_basis=None if nearest is None else nearest.basis,
        overdue=bool(passed),
        provisional=provisional,
        blocked=None if refused is None else as_blocked(refused),
        answers=len(state.answers),
        optional=step.optional,
        recused=recused,
    )


def _refused(process: Process, case: Case, step: Step, today: date) -> RuleViolation | None:
    try:
        check_open(process, case, step)
    except RuleViolation as refused:
        return refused.untraced()
    in_the_way = blocked_by(process, case, step, today)
    if in_the_way is None and isinstance(step, NoticeStep) and is_published(case, step):
        return closing_notice(case, step, today)
    return in_the_way


def as_blocked(refused: RuleViolation) -> Blocked:
    """Return a refusal as a value."""
    return Blocked(
        rule=refused.rule,
        level=refused.level,
        basis=refused.basis,
        detail=refused.detail,
        passes_on=refused.passes_on,
        passes_when=refused.passes_when,
    )
