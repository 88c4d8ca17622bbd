"""The way of a case: what is behind it, what is open, and from when the rest is possible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from domain.case import Case
from domain.foreseeing import look_ahead
from domain.moments import local_day
from domain.process import Process, Stage
from domain.steps import Step
from domain.values import Text, Value
from domain.waiting import OpenStep, open_steps

StepPlace = Literal["done", "passed", "open", "waits", "late", "ahead", "never"]
"""`waits` is open, and no rule lets it be done today; `never` will not happen, for the case has ended."""


class StepOnTheWay(Value):
    """One step: where it stands, and the day that matters."""

    step: str
    title: Text
    kind: str
    number: str | None
    place: StepPlace
    on: date | None = None
    """The day it was done; of what is open the day it is due; of what is ahead the first day possible."""
    optional: bool = False


class StageOnTheWay(Value):
    """One stage and its steps, in the order of the definition."""

    stage: str
    title: Text
    place: Literal["done", "open", "ahead", "never"]
    entered_on: date | None
    standing: Text | None
    """What the person is once the stage is finished; None where nothing changes."""
    steps: tuple[StepOnTheWay, ...]


def way(process: Process, case: Case, now: datetime) -> tuple[StageOnTheWay, ...]:
    """Return the way of a case as it stands at `now` (aware).

    Days ahead are those on which each step can happen if everybody acts on the first day possible.
    """
    edition = process.edition(case.version)
    today = local_day(now, case.time_zone)
    foreseen = look_ahead(edition, case, today).steps if case.is_open else ()
    ahead = {one.step.id: one.first for one in foreseen}
    waiting = {step.step: step for step in open_steps(process, case, now)}
    return tuple(_stage(edition, case, ahead, waiting, stage) for stage in edition.stages)


def _stage(
    edition: Process, case: Case, ahead: Mapping[str, date], waiting: dict[str, OpenStep], stage: Stage
) -> StageOnTheWay:
    ids = [each.id for each in edition.stages]
    behind = ids.index(stage.id) < ids.index(case.stage)
    if behind or (case.is_closed and _reached(edition, case) and stage.id == case.stage):
        place: Literal["done", "open", "ahead", "never"] = "done"
    elif case.is_closed:
        place = "never"
    else:
        place = "open" if stage.id == case.stage else "ahead"
    return StageOnTheWay(
        stage=stage.id,
        title=stage.title,
        place=place,
        entered_on=case.stages.get(stage.id),
        standing=None if stage.standing is None else edition.standings[stage.standing],
        steps=tuple(_step(case, ahead, waiting.get(step.id), step, behind=behind) for step in stage.steps),
    )


def _reached(edition: Process, case: Case) -> bool:
    outcome = edition.outcomes.get(case.outcome or "")
    return outcome is not None and outcome.kind == "reached"


def _step(
    case: Case, ahead: Mapping[str, date], open_step: OpenStep | None, step: Step, *, behind: bool
) -> StepOnTheWay:
    place, on = _place(case, ahead, open_step, step, behind=behind)
    return StepOnTheWay(
        step=step.id,
        title=step.title,
        kind=step.kind,
        number=step.number,
        place=place,
        on=on,
        optional=step.optional,
    )


def _place(  # noqa: PLR0911 - one for each place
    case: Case, ahead: Mapping[str, date], open_step: OpenStep | None, step: Step, *, behind: bool
) -> tuple[StepPlace, date | None]:
    state = case.steps.get(step.id)
    if state is not None and state.status == "done":
        return "done", state.done_on
    if open_step is not None:
        if open_step.overdue:
            return "late", open_step.due_on
        if open_step.blocked is not None:
            return "waits", open_step.not_before
        return "open", open_step.due_on
    if behind or (state is not None and state.status == "passed"):
        return "passed", None
    if not case.is_open:
        return "never", None
    return "ahead", ahead.get(step.id)
