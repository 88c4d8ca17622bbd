"""Decide: what an act leaves behind, or why it is refused. The only place a rule is applied."""

from __future__ import annotations

from datetime import datetime

from domain.acts import Act, BringIn, Comment, Due, Reassign, Recuse, Start, StepAct
from domain.case import Case
from domain.commenting import comment
from domain.drafting import Draft, Signature
from domain.events import Event, Gap
from domain.importing import bring_in
from domain.judging import as_judged_on, judge
from domain.passing import pass_time
from domain.permitting import check_open, not_open, sign
from domain.process import Process
from domain.reassigning import reassign
from domain.refusals import NotEntitled, RuleViolation
from domain.settling import settle
from domain.starting import begin, case_to_be, check_version_and_unit
from domain.stepping_aside import recuse
from domain.steps import PeriodStep, Step
from domain.values import Text
from domain.whole_case import act_on_case
from domain.whole_day import WholeCaseAct, check_day


def decide(process: Process, case: Case | None, act: Act, now: datetime) -> tuple[Event, ...]:
    """Return the events `act` leaves behind on `case`, after whatever was due by `now`.

    `process` is the edition the case began with, or any later one up to the case's own; `case` is None for a
    start only; `now` is aware. Raises RuleViolation naming rule, level, basis and what would make it pass.
    """
    draft = Draft(process, case, now)
    if isinstance(act, Start):
        if case is not None:
            message = "a case starts once"
            raise ValueError(message)
        _start(draft, act)
        return tuple(draft.events)
    if isinstance(act, BringIn):
        if case is not None:
            message = "a case is brought in once"
            raise ValueError(message)
        bring_in(draft, act)
        return tuple(draft.events)
    if case is None:
        message = "only a start needs no case"
        raise ValueError(message)
    if isinstance(act, Due):
        pass_time(draft, adopt=act.adopt)
        return tuple(draft.events)
    pass_time(draft, judged_on=act.occurred_on)
    _act(draft, act)
    return tuple(draft.events)


def all_against(process: Process, act: Start, now: datetime) -> tuple[Gap, ...]:
    """Return everything that stands against a start, not only the first of it; empty where it would pass."""
    found: list[Gap] = []
    try:
        _start(Draft(process, None, now), act, found)
    except RuleViolation as refused:
        step = process.first_step.id
        found.append(
            Gap(kind="broken", step=step, rule=refused.rule, basis=refused.basis, detail=refused.detail)
        )
    return tuple(found)


def _act(draft: Draft, act: StepAct | Reassign | Recuse | Comment | WholeCaseAct) -> None:
    match act:
        case StepAct():
            _act_on_step(draft, act)
        case Reassign():
            reassign(draft, act)
        case Recuse():
            recuse(draft, act)
        case Comment():
            comment(draft, act)
        case _:
            act_on_case(draft, act)


def _start(draft: Draft, act: Start, against: list[Gap] | None = None) -> None:
    process = draft.root
    step = process.first_step
    check_day(draft, act)
    check_version_and_unit(process, act)
    subject_acts = act.known.actor == act.subject and "subject" in step.by
    if not subject_acts and act.known.actor == act.subject:
        raise NotEntitled(
            f"{step.id}.by",
            basis=step.basis or "gen",
            detail=Text(zh="不能为本人启动该流程。", en="Nobody starts this process about himself."),
        )
    signature = sign(process, case_to_be(draft, act), step, step.by, act.known)
    begin(draft, act, signature)
    first = StepAct(
        known=act.known,
        occurred_on=act.occurred_on,
        reason=act.reason,
        step=step.id,
        fields=act.fields,
        materials=act.materials,
    )
    judge(draft, step, first, signature, gaps=against)
    settle(draft, act.occurred_on)


def check_step_act(draft: Draft, act: StepAct) -> tuple[Step, Process, Signature]:
    """Return the step by the rules of the act's day, the edition they stand in, and how the actor signs.

    Raises RuleViolation where the step is not open, the day has not come, or the actor has no part in it.
    """
    present = draft.process.steps.get(act.step)
    if present is None:
        raise not_open(act.step)
    check_day(draft, act)
    if not _completes_a_served_period(draft.case, present, act):
        check_open(draft.process, draft.case, present)
    step, judged_by = as_judged_on(draft, act.step, act.occurred_on)
    return step, judged_by, _signature(draft, act, judged_by)


def _act_on_step(draft: Draft, act: StepAct) -> None:
    step, judged_by, signature = check_step_act(draft, act)
    judge(draft, step, act, signature, judged_by)
    settle(draft, act.occurred_on)


def _completes_a_served_period(case: Case, step: Step, act: StepAct) -> bool:
    """Whether the act writes down late what was done while a period ran that has ended by itself since."""
    state = case.steps.get(step.id)
    return (
        case.is_open
        and isinstance(step, PeriodStep)
        and act.entry is not None
        and state is not None
        and state.status == "done"
    )


def _signature(draft: Draft, act: StepAct, judged_by: Process) -> Signature:
    step = judged_by.steps.get(act.step, draft.process.steps[act.step])
    by = step.by
    if step.kind == "period" and act.entry is not None:
        by = next((duty.by for duty in step.entries if duty.id == act.entry.kind), by)
    return sign(judged_by, draft.case, step, by, act.known)
