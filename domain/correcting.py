"""Correcting: the case by a corrected value, and whether its days still agree with each other."""

from __future__ import annotations

from datetime import date

from domain.blocking import too_early
from domain.case import Case, Proposal, StepState
from domain.entered import Entries, Entry
from domain.moments import deadlines, earliest, notice_end, period_days
from domain.process import Process
from domain.refusals import TooEarly
from domain.steps import NoticeStep, PeriodStep, Step
from domain.values import Scalar, Text

DAY = "occurred_on"
"""The path of the day on which something is claimed to have happened."""


def corrected(process: Process, case: Case, proposal: Proposal, today: date) -> Case:
    """Return the case by the new value, as of `today`. Values no rule looks at change nothing in it."""
    if proposal.in_text or proposal.change is None:
        return _with_document(case, proposal)
    for state in case.steps.values():
        if state.done_seq == proposal.target:
            after = case.with_step(_step_by(state, proposal.change, proposal.value))
            if proposal.change != DAY or state.done_on is None:
                return after
            return _counted_anew(process, _followed(process, after, state.id, state.done_on), today)
        if any(entry.seq == proposal.target for entry in state.entries):
            entries = Entries.of(_entry_by(entry, proposal) for entry in state.entries)
            after = case.with_step(state.model_copy(update={"entries": entries}))
            return _counted_anew(process, after, today) if proposal.change == DAY else after
    return case


def check_dates(root: Process, case: Case) -> None:
    """Raise TooEarly where something done stands before its minimum wait or before what comes first.

    Each step is judged by the edition it was done under; `root` is the earliest one known.
    """
    process = root.edition(case.version)
    for state in case.steps.values():
        step = process.steps.get(state.id)
        if step is None or state.status != "done" or state.done_on is None:
            continue
        _check_wait(_edition(root, process, state), case, state, state.done_on)
        if isinstance(step, PeriodStep):
            _check_entries(process, case, step, state)
        else:
            _check_order(process, case, step, state.done_on)


def _with_document(case: Case, proposal: Proposal) -> Case:
    """Return the case with the kind of document that was written anew, where it held none before."""
    part, _, kind = (proposal.change or "").partition(".")
    if part != "materials" or kind in case.held:
        return case
    return case.model_copy(update={"held": (*case.held, kind)})


def _followed(process: Process, case: Case, step: str, was: date) -> Case:
    """Return the case with the days that followed from a step's old day put right: stages, steps now open."""
    stages = dict(case.stages)
    stage = process.stage_of.get(step)
    while stage is not None and (following := process.stage_after(stage.id)) is not None:
        entered = stages.get(following.id)
        if entered is None:
            break
        done = [day for one in stage.steps if (day := _done_on(case, one.id)) is not None]
        reckoned = max([stages.get(stage.id, case.opened_on), *done])
        stages[following.id] = reckoned if entered == was else max(entered, reckoned)
        stage = following
    moved = case.model_copy(update={"stages": stages})
    for state in case.steps.values():
        if state.status != "open" or state.id not in process.steps:
            continue
        before = [_done_on(case, one) for one in process.predecessors[state.id]]
        entered = stages.get(process.stage_of[state.id].id, case.opened_on)
        floor = max([entered, *(day for day in before if day is not None)])
        opened = floor if state.opened_on == was else max(state.opened_on, floor)
        moved = moved.with_step(state.model_copy(update={"opened_on": opened}))
    return _ended(process, moved, step, was)


def _ended(process: Process, case: Case, step: str, was: date) -> Case:
    """Return the case with the day it ended, where the corrected step ended it."""
    definition, stage = process.steps.get(step), process.stage_of.get(step)
    done = _done_on(case, step)
    if case.closed_on != was or definition is None or stage is None or done is None:
        return case
    effect = definition.outcomes.get(case.steps[step].outcome or "")
    if effect is not None and effect.end == case.outcome:
        return case.model_copy(update={"closed_on": done})
    if stage.outcome != case.outcome:
        return case
    days = [day for one in stage.steps if (day := _done_on(case, one.id)) is not None]
    return case.model_copy(update={"closed_on": max([case.stages.get(stage.id, done), *days])})


def _counted_anew(process: Process, case: Case, today: date) -> Case:
    """Return the case without marks of moments that, by the new day, are still to come."""
    for state in case.steps.values():
        step = process.steps.get(state.id)
        if step is None:
            continue
        days = period_days(process, case, step) if isinstance(step, PeriodStep) else None
        if state.status == "done" and days is not None and days[1].day > today:
            again = {"status": "open", "done_on": None, "outcome": None, "ready": False}
            case = case.with_step(state.model_copy(update=again))
        elif state.status == "open":
            case = case.with_step(_marks_kept(process, case, step, state, today))
    return case


def _marks_kept(process: Process, case: Case, step: Step, state: StepState, today: date) -> StepState:
    if isinstance(step, PeriodStep):
        days = period_days(process, case, step)
        over = None if days is None else days[1].day
    elif isinstance(step, NoticeStep):
        window = notice_end(case, step)
        over = None if window is None else window.day
    else:
        first = earliest(process, case, step)
        over = None if first is None else first.day
    passed = {day.rule for day in deadlines(process, case, step) if day.day < today}
    return state.model_copy(
        update={
            "ready": state.ready and over is not None and over <= today,
            "overdue": tuple(rule for rule in state.overdue if rule in passed),
        }
    )


def _check_wait(process: Process, case: Case, state: StepState, done_on: date) -> None:
    step = process.steps.get(state.id)
    if step is None:
        return
    first = earliest(process, case, step)
    if first is not None and done_on < first.day:
        raise too_early(process, first)
    window = notice_end(case, step) if isinstance(step, NoticeStep) else None
    if window is not None and done_on < window.day:
        raise _too_soon(step, f"{step.id}.window", window.day)


def _check_order(process: Process, case: Case, step: Step, done_on: date) -> None:
    """Check one step against what comes first: its stage, the steps before it, periods to be served."""
    days = [case.stages.get(process.stage_of[step.id].id, case.opened_on)]
    for before in process.predecessors[step.id]:
        definition = process.steps[before]
        if isinstance(definition, PeriodStep):
            served = period_days(process, case, definition)
            days.extend([] if served is None or _extended(case, before) else [served[1].day])
        elif (day := _done_on(case, before)) is not None:
            days.append(day)
    if done_on < max(days) and step.id != process.first_step.id:
        raise _too_soon(step, f"{step.id}.order", max(days))


def _check_entries(process: Process, case: Case, step: PeriodStep, state: StepState) -> None:
    days = period_days(process, case, step)
    for entry in state.entries:
        if days is not None and entry.on < days[0]:
            raise _too_soon(step, f"{step.id}.{entry.kind}", days[0])


def _too_soon(step: Step, rule: str, first: date) -> TooEarly:
    return TooEarly(
        rule,
        basis="gen",
        detail=Text(
            zh=f"更正后“{step.title.zh}”会早于其之前的环节（{first}）。",
            en=f"Corrected, {step.title.en} would come before what precedes it ({first}).",
        ),
        passes_on=first,
    )


def _edition(root: Process, process: Process, state: StepState) -> Process:
    """Return the edition a step was done under, or the present one where it cannot be reached."""
    try:
        return root.edition(state.version)
    except KeyError:
        return process


def _extended(case: Case, period: str) -> bool:
    return period in case.steps and case.steps[period].extensions > 0


def _done_on(case: Case, step: str) -> date | None:
    state = case.steps.get(step)
    return state.done_on if state is not None and state.status == "done" else None


def _step_by(state: StepState, path: str, value: Scalar | tuple[str, ...]) -> StepState:
    if path == DAY:
        return state.model_copy(update={"done_on": date.fromisoformat(str(value))})
    return state.model_copy(update={"values": {**state.values, path.removeprefix("fields."): value}})


def _entry_by(entry: Entry, proposal: Proposal) -> Entry:
    if entry.seq != proposal.target:
        return entry
    if proposal.change == DAY:
        return entry.model_copy(update={"on": date.fromisoformat(str(proposal.value))})
    name = (proposal.change or "").removeprefix("fields.")
    return entry.model_copy(update={"values": {**entry.values, name: proposal.value}})
