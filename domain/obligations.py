"""Who must be told of what: the duties to inform that events leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from domain import events as facts
from domain.case import Case
from domain.circumstances import Relative
from domain.events import Event
from domain.moments import deadlines
from domain.permitting import actors_of
from domain.process import Process
from domain.recusing import is_deliberated, recused
from domain.steps import Actor
from domain.values import Value
from domain.waiting import Assignee, assignees

Kind = Literal[
    "task-opened",
    "ready",
    "reminder",
    "overdue",
    "returned",
    "closed",
    "suspended",
    "resumed",
    "reopened",
    "transfer-proposed",
    "transferred",
    "correction-proposed",
    "rules-changed",
    "understaffed",
    "comment",
]
"""What somebody is told."""


NOT_WITHOUT: Final = frozenset({"correction-proposed", "comment"})
"""Kinds of what nobody is told who keeps out of what is decided in a case, whatever step it is about."""


class Obligation(Value):
    """One duty to inform. `(kind, seq, assignee.actor)` is unique in a case."""

    kind: Kind
    seq: int
    step: str | None = None
    round: int | None = None
    due_on: date | None = None
    outcome: str | None = None
    assignee: Assignee


def obligations(process: Process, events: Iterable[Event], after: Case) -> tuple[Obligation, ...]:
    """Return who must be told of `events`, which led to `after`."""
    every, found = tuple(events), list[Obligation]()
    past = max((event.seq for event in every if isinstance(event.body, facts.CaseImported)), default=0)
    for event in every:
        if event.seq > past or _is_still_open(after, event):
            found.extend(_of_event(process.edition(after.version), after, event))
    return tuple(found)


def kept_from(
    process: Process, case: Case, owed: Obligation, relatives: Iterable[Relative]
) -> frozenset[str]:
    """Return the people who are not told of a duty: they keep out of what it is about.

    Neither is their substitute, who would act for them. `relatives` are those of the subject.
    """
    edition = process.edition(case.version)
    step = edition.steps.get(owed.step or "")
    about = owed.kind in NOT_WITHOUT or (step is not None and is_deliberated(edition, step))
    return frozenset(recused(edition, case, relatives)) if about else frozenset()


def _is_still_open(after: Case, event: Event) -> bool:
    """Whether something of a past that was brought in concerns somebody now: a step that is to be done."""
    state = after.steps.get(event.step or "")
    opened = isinstance(event.body, facts.StepOpened) and not after.is_closed
    return opened and state is not None and (state.status, state.round) == ("open", event.round)


def _of_event(  # noqa: PLR0911 - one branch per fact
    process: Process, case: Case, event: Event
) -> list[Obligation]:
    body = event.body
    step = process.steps.get(event.step or "")
    doers: tuple[Actor, ...] = actors_of(step) if step is not None else ()
    match body:
        case facts.StepOpened() if step is not None and (step.optional or _is_start(process, event)):
            return []
        case facts.StepOpened():
            due = deadlines(process, case, step) if step is not None else ()
            return _to(case, doers, "task-opened", event, due_on=due[0].day if due else None)
        case facts.BecameReady() | facts.WindowEnded():
            return _to(case, doers, "ready", event)
        case facts.Reminded(due_on=due_on):
            return _to(case, doers, "reminder", event, due_on=due_on)
        case facts.BecameOverdue(due_on=due_on, rule=rule):
            known = [day for day in deadlines(process, case, step) if day.rule == rule] if step else []
            higher = tuple(actor for day in known for actor in day.escalate if actor not in doers)
            return _to(case, (*doers, *higher), "overdue", event, due_on=due_on)
        case facts.StepReturned():
            return _to(case, doers, "returned", event)
        case facts.CaseClosed(outcome=outcome):
            told = process.outcomes[outcome].told
            return _to(case, told, "closed", event, outcome=outcome)
        case _:
            return _whole_case(process, case, event)


def _is_start(process: Process, event: Event) -> bool:
    return event.step == process.first_step.id and event.round == 1


def _whole_case(  # noqa: PLR0911 - one branch per fact
    process: Process, case: Case, event: Event
) -> list[Obligation]:
    everybody = process.whole_case.get("suspend", ()) or ("subject",)
    match event.body:
        case facts.CaseSuspended():
            return _to(case, ("subject",), "suspended", event)
        case facts.CaseResumed():
            return _to(case, ("subject",), "resumed", event)
        case facts.CaseReopened():
            return _to(case, ("subject",), "reopened", event)
        case facts.TransferProposed(to_path=path):
            there = case.model_copy(update={"path": path})
            return _to(there, process.whole_case.get("transfer", ()), "transfer-proposed", event)
        case facts.CaseTransferred():
            return _to(case, ("subject",), "transferred", event)
        case facts.CorrectionProposed():
            return _to(case, process.whole_case.get("correct", ()), "correction-proposed", event)
        case facts.RulesChanged():
            return _to(case, everybody, "rules-changed", event)
        case facts.CommentAdded(to=to):
            return _to(case, to, "comment", event)
        case _:
            return []


def _to(
    case: Case,
    actors: tuple[Actor, ...],
    kind: Kind,
    event: Event,
    *,
    due_on: date | None = None,
    outcome: str | None = None,
) -> list[Obligation]:
    unique = tuple(dict.fromkeys(actors))
    return [
        Obligation.trusted(
            kind=kind,
            seq=event.seq,
            step=event.step,
            round=event.round,
            due_on=due_on,
            outcome=outcome,
            assignee=assignee,
        )
        for assignee in assignees(case, unique)
    ]
