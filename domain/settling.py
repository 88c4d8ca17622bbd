"""What follows by itself from what happened: steps open, stages end, the case ends."""

from __future__ import annotations

from datetime import date

from domain import events as facts
from domain.blocking import duties_met, period_end
from domain.conditions import holds
from domain.drafting import Draft
from domain.process import Stage
from domain.steps import PeriodStep, Step


def settle(draft: Draft, floor: date, *, fresh_floor: date | None = None) -> None:
    """Open what may be opened and leave what is finished, until nothing changes.

    `floor` is the day of what happened: a step that starts again opens no earlier. `fresh_floor` is the same
    for steps that open for the first time (after a change of rules).
    """
    while not draft.case.is_closed:
        stage = draft.process.stage(draft.case.stage)
        moved = [_advance(draft, stage, step, floor, fresh_floor) for step in stage.steps]
        if any(moved):
            continue
        if not all(step.optional or draft.case.is_done(step.id) for step in stage.steps):
            return
        for step in stage.steps:
            if not draft.case.is_done(step.id):
                draft.add(facts.StepPassed(because="condition"), on=floor, step=step.id)
        _leave(draft, stage)


def _advance(draft: Draft, stage: Stage, step: Step, floor: date, fresh_floor: date | None) -> bool:
    """Open or pass one step where its turn has come. Return whether something changed."""
    case = draft.case
    state = case.steps.get(step.id)
    if state is not None and state.status in {"open", "done"}:
        return False
    predecessors = draft.process.predecessors[step.id]
    if not all(case.is_done(before) for before in predecessors):
        return False
    applies = step.when is None or holds(case, step.when)
    if state is not None and state.status == "passed":
        if step.when is None or state.unknown or not applies or _overtaken(draft, step):
            return False
    elif not applies:
        draft.add(facts.StepPassed(because="condition"), on=floor, step=step.id)
        return True
    days = [case.stages.get(stage.id, floor)]
    earlier = (case.steps[before] for before in predecessors)
    # One that was passed over was never done: it counts from the day it was passed over.
    days.extend(before.done_on or before.opened_on for before in earlier)
    if state is not None:
        days.append(floor)
    elif fresh_floor is not None:
        days.append(fresh_floor)
    draft.add(facts.StepOpened(), on=max(days), step=step.id)
    if isinstance(step, PeriodStep):
        finish_period(draft, step)
    return True


def _overtaken(draft: Draft, step: Step) -> bool:
    """Whether something after a passed step was done already, so that it stays passed."""
    followers = draft.process.followers(step.id)
    return any(
        (state := draft.case.steps.get(follower)) is not None and state.status == "done"
        for follower in followers
    )


def finish_period(draft: Draft, step: PeriodStep) -> bool:
    """Complete a period whose time is served and whose duties are met by today. Return whether it was."""
    case = draft.case
    end = period_end(draft.process, case, step)
    state = case.steps.get(step.id)
    if end is None or state is None or state.status != "open" or end > draft.today:
        return False
    if not duties_met(case, step):
        return False
    met = [
        sorted(entry.on for entry in state.entries.of_kind(duty.id))[duty.at_least - 1]
        for duty in step.entries
        if duty.at_least
    ]
    on = max([end, state.opened_on, *met])
    outcome = next(iter(step.outcomes))
    body = facts.StepCompleted(outcome=outcome, version=draft.process.version)
    draft.add(body, on=on, step=step.id)
    return True


def _leave(draft: Draft, stage: Stage) -> None:
    case = draft.case
    days = [
        state.done_on
        for step in stage.steps
        if (state := case.steps.get(step.id)) is not None and state.done_on is not None
    ]
    on = max([case.stages[stage.id], *days])
    draft.add(facts.StageLeft(stage=stage.id, standing=stage.standing), on=on)
    following = draft.process.stage_after(stage.id)
    if stage.outcome is not None:
        draft.add(facts.CaseClosed(outcome=stage.outcome), on=on)
    elif following is not None:
        draft.add(facts.StageEntered(stage=following.id), on=on)
