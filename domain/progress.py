"""Progress: how long a case stayed in each stage, and how long each step waited until it was done.

What reports count. It follows from events alone: kept as rows beside the case, made again by rebuilding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from domain.case import Case
from domain.events import (
    CaseClosed,
    CaseReopened,
    CorrectionConfirmed,
    Event,
    StageEntered,
    StageLeft,
    StepCompleted,
)
from domain.evolving import evolve
from domain.process import Process
from domain.waiting import OpenStep

_OF_STAGES = (StageEntered, StageLeft, CaseClosed, CaseReopened, CorrectionConfirmed)


class Limits(NamedTuple):
    """Between which days an open step could be done as it should."""

    not_before: date | None
    due_on: date | None


Place = tuple[str, int]
"""A step, and which round of it."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The time a case spent in one stage."""

    seq: int
    """Of the event with which it began."""
    stage: str
    entered_on: date
    left_on: date | None = None
    standing: str | None = None
    """What the person became by finishing the stage."""
    outcome: str | None = None
    """How the case ended in it, where it did before the stage was finished."""

    @property
    def days(self) -> int | None:
        """How many days it lasted; None while it does."""
        return None if self.left_on is None else max((self.left_on - self.entered_on).days, 0)


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A step that was done."""

    seq: int
    """Of the event that says so."""
    step: str
    stage: str
    ready_on: date
    """The first day on which it could be done."""
    due_on: date | None
    done_on: date
    done_as: str | None
    """The actor of the definition as whom it was done; None where time did it."""

    @property
    def waited(self) -> int:
        """Days between the first on which it could be done and the one on which it was."""
        return max((self.done_on - self.ready_on).days, 0)

    @property
    def late(self) -> int | None:
        """Days after its deadline, 0 where it was in time; None where it had none."""
        return None if self.due_on is None else max((self.done_on - self.due_on).days, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """Both, of one case, in the order of events."""

    stays: tuple[Stay, ...] = ()
    done: tuple[DoneStep, ...] = ()


def changes_stays(new: Sequence[Event]) -> bool:
    """Whether events say anything about stages."""
    return any(isinstance(event.body, _OF_STAGES) for event in new)


def corrects(new: Sequence[Event]) -> bool:
    """Whether what was known before may have to be put right."""
    return any(isinstance(event.body, CorrectionConfirmed) for event in new)


def does_steps(new: Sequence[Event]) -> bool:
    """Whether events say that a step was done."""
    return any(isinstance(event.body, StepCompleted) for event in new)


def limits_of(expected: Sequence[OpenStep]) -> dict[Place, Limits]:
    """Return the limits of the open steps somebody may act on."""
    return {
        (step.step, step.round): Limits(step.not_before, step.due_on) for step in expected if step.assignees
    }


def progressed(
    process: Process,
    before: Case | None,
    new: Sequence[Event],
    known: Progress,
    limits: Mapping[Place, Limits],
) -> Progress:
    """Return the progress after the events of one act.

    `limits` are those of the steps that were open before it.
    """
    case = before
    for event in new:
        known = _after(process, case, event, known, limits)
        case = evolve(process, case, event)
        if isinstance(event.body, CorrectionConfirmed):
            known = Progress(_stays_put_right(case, known.stays), tuple(_done_put_right(case, known.done)))
    return known


def _after(
    process: Process, case: Case | None, event: Event, known: Progress, limits: Mapping[Place, Limits]
) -> Progress:
    match event.body:
        case StageEntered(stage=stage):
            return replace(known, stays=(*known.stays, Stay(event.seq, stage, event.occurred_on)))
        case StageLeft(standing=standing):
            return _ended(known, event.occurred_on, standing=standing)
        case CaseClosed(outcome=outcome):
            return _ended(known, event.occurred_on, outcome=outcome)
        case CaseReopened() if case is not None:
            return replace(known, stays=(*known.stays, Stay(event.seq, case.stage, event.occurred_on)))
        case StepCompleted() as body if case is not None:
            done = _done(process, case, event, body, limits)
            return replace(known, done=(*known.done, done))
        case _:
            return known


def _ended(known: Progress, on: date, *, standing: str | None = None, outcome: str | None = None) -> Progress:
    """Return progress with the stay that lasts ended; nothing where none does."""
    if not known.stays or known.stays[-1].left_on is not None:
        return known
    last = replace(known.stays[-1], left_on=on, standing=standing, outcome=outcome)
    return replace(known, stays=(*known.stays[:-1], last))


def _done(
    process: Process, case: Case, event: Event, body: StepCompleted, limits: Mapping[Place, Limits]
) -> DoneStep:
    step = event.step or ""
    state = case.steps.get(step)
    limit = limits.get((step, event.round or 1), Limits(None, None))
    opened = event.occurred_on if state is None else state.opened_on
    inside = process.edition(case.version).stage_of.get(step)
    return DoneStep(
        seq=event.seq,
        step=step,
        stage=case.stage if inside is None else inside.id,
        ready_on=max(opened, limit.not_before or opened),
        due_on=limit.due_on,
        done_on=event.occurred_on,
        done_as=body.acted_as,
    )


def _stays_put_right(case: Case, stays: tuple[Stay, ...]) -> tuple[Stay, ...]:
    """Return stays by the days on which, as corrected, stages began and the case ended."""
    latest = {stay.stage: stay.seq for stay in stays}
    days = [
        case.stages.get(stay.stage, stay.entered_on) if latest[stay.stage] == stay.seq else stay.entered_on
        for stay in stays
    ]
    put_right = []
    for number, stay in enumerate(stays):
        following = stays[number + 1] if number + 1 < len(stays) else None
        left_on = stay.left_on
        if following is not None and left_on == following.entered_on:
            left_on = days[number + 1]
        elif following is None and left_on is not None:
            left_on = case.closed_on or left_on
        put_right.append(replace(stay, entered_on=days[number], left_on=left_on))
    return tuple(put_right)


def _done_put_right(case: Case, done: tuple[DoneStep, ...]) -> Iterator[DoneStep]:
    """Yield what was done by the days as corrected; what, by them, is still to be done is left out."""
    days = {state.done_seq: state.done_on for state in case.steps.values() if state.done_seq is not None}
    for one in done:
        on = days.get(one.seq, one.done_on)
        if on is not None:
            yield replace(one, done_on=on)
