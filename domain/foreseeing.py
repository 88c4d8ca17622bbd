"""Foreseeing: on which days the open and future steps of a case come at the soonest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.case import Case, StepState
from domain.conditions import holds
from domain.moments import deadlines, earliest, notice_end, period_days
from domain.process import Process, Stage
from domain.steps import NoticeStep, PeriodStep, Step

PATIENCE: Final = 30
"""Days a step without a deadline is taken to have from the first on which it can be done."""


class Foreseen(NamedTuple):
    """One step that is not done yet, and the days on which it will need its people."""

    step: Step
    first: date
    last: date
    reached: Case
    """The case as it stands then, if all before was done on the first day possible."""


class Ahead(NamedTuple):
    """The rest of a case's way."""

    steps: tuple[Foreseen, ...]
    """In the order of the definition; those that stages do not wait for are left out."""
    finish: date
    """The first day on which the last stage can be finished."""


def look_ahead(process: Process, case: Case, today: date) -> Ahead:
    """Return what is still to come in an open case; `process` is the edition it follows.

    Every step is taken to be done on the first day its rules allow, today at the soonest. A step that
    depends on an answer nobody has given yet is taken not to apply.
    """
    running, day, found = case, today, []
    stage: Stage | None = process.stage(case.stage)
    while stage is not None:
        entered = {stage.id: day} | dict(running.stages)
        running = running.model_copy(update={"stage": stage.id, "stages": entered})
        for step in stage.steps:
            before, running = running, _done_as_soon_as_possible(process, running, step, today)
            if running is not before and running.steps[step.id].status == "done":
                found.append(_foreseen(process, running, step, today))
        ends = [running.steps[step.id].done_on for step in stage.steps if running.is_done(step.id)]
        day = max((end for end in ends if end is not None), default=day)
        stage = process.stage_after(stage.id)
    return Ahead(tuple(found), max(day, today))


def _foreseen(process: Process, done: Case, step: Step, today: date) -> Foreseen:
    """Return the days of a step: until it is due, a while where it never is, those of a period."""
    state = done.steps[step.id]
    reached = done.with_step(state.model_copy(update={"status": "open", "done_on": None}))
    day = state.done_on or today
    if isinstance(step, PeriodStep):
        return Foreseen(step, max(state.opened_on, today), day, reached)
    due = deadlines(process, reached, step)
    last = due[0].day if due else day + timedelta(days=PATIENCE)
    return Foreseen(step, day, max(day, last), reached)


def _done_as_soon_as_possible(process: Process, case: Case, step: Step, today: date) -> Case:
    state = case.steps.get(step.id)
    if case.is_done(step.id) or step.optional:
        return case
    if step.when is not None and not holds(case, step.when):
        return case.with_step(StepState(id=step.id, status="passed", opened_on=today))
    before = [case.steps[one].done_on for one in process.predecessors[step.id] if one in case.steps]
    day = max([today, case.stages[case.stage], *(one for one in before if one is not None)])
    opened = state or StepState(id=step.id, opened_on=day)
    reached = case.with_step(opened)
    first = earliest(process, reached, step)
    if first is not None:
        day = max(day, first.day)
    if isinstance(step, PeriodStep) and (days := period_days(process, reached, step)) is not None:
        day = max(day, days[1].day)
    if isinstance(step, NoticeStep):
        hung = notice_end(reached, step)
        day = max(day, hung.day if hung is not None else case.calendar.after(day, step.window).day)
    return reached.with_step(opened.model_copy(update={"status": "done", "done_on": day}))
