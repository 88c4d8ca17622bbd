"""Decide: what an act leaves behind, or why it is refused. The only place a rule is applied."""

from __future__ import annotations

from datetime import datetime

from domain import events as facts
from domain.acts import Act, Due, Reassign, Recuse, Start, StepAct
from domain.case import Case
from domain.drafting import Draft, Signature
from domain.events import Event
from domain.judging import judge
from domain.passing import pass_time
from domain.permitting import check_open, not_open, sign
from domain.process import Process
from domain.reassigning import reassign
from domain.refusals import FieldInvalid, NotEntitled, NotPossible
from domain.settling import settle
from domain.stepping_aside import recuse
from domain.steps import PeriodStep, Step
from domain.values import Text
from domain.whole_case import act_on_case, check_day


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
    if case is None:
        message = "only a start needs no case"
        raise ValueError(message)
    if isinstance(act, Due):
        pass_time(draft, adopt=act.adopt)
        return tuple(draft.events)
    pass_time(draft, judged_on=act.occurred_on)
    if isinstance(act, StepAct):
        _act_on_step(draft, act)
    elif isinstance(act, Reassign):
        reassign(draft, act)
    elif isinstance(act, Recuse):
        recuse(draft, act)
    else:
        act_on_case(draft, act)
    return tuple(draft.events)


def _start(draft: Draft, act: Start) -> None:
    process = draft.root
    step = process.first_step
    check_day(draft, act)
    _check_version_and_unit(process, act)
    subject_acts = act.known.actor == act.subject and "subject" in step.by
    if not subject_acts and act.known.actor == act.subject:
        raise NotEntitled(
            f"{step.id}.by",
            basis=step.basis or "gen",
            detail=Text(zh="不能为本人启动该流程。", en="Nobody starts this process about himself."),
        )
    body = facts.CaseStarted(
        case=act.case,
        process=process.process,
        version=process.version,
        digest=process.digest,
        subject=act.subject,
        path=act.known.path,
        stage=process.stages[0].id,
        standing=process.first_standing,
        time_zone=process.time_zone,
        calendar=act.calendar,
    )
    signature = sign(process, _case_to_be(draft, act, body), step, step.by, act.known)
    draft.add(body, on=act.occurred_on, by=signature)
    draft.add(facts.StageEntered(stage=process.stages[0].id), on=act.occurred_on)
    draft.add(facts.StepOpened(), on=act.occurred_on, step=step.id)
    first = StepAct(
        known=act.known,
        occurred_on=act.occurred_on,
        reason=act.reason,
        step=step.id,
        fields=act.fields,
        materials=act.materials,
    )
    judge(draft, step, first, signature)
    settle(draft, act.occurred_on)


def _case_to_be(draft: Draft, act: Start, body: facts.CaseStarted) -> Case:
    event = Event(seq=1, occurred_on=act.occurred_on, recorded_at=draft.now, body=body)
    preview = Draft(draft.root, None, draft.now)
    preview.add(event.body, on=act.occurred_on)
    return preview.case


def _check_version_and_unit(process: Process, act: Start) -> None:
    force = process.in_force
    ended = force.until is not None and act.occurred_on > force.until
    if act.occurred_on < force.first or ended:
        raise NotPossible(
            "version.in-force",
            basis="gen",
            detail=Text(
                zh=f"{process.version}版自{force.first}起施行{f'至{force.until}' if force.until else ''}。",
                en=f"Version {process.version} is in force from {force.first}"
                f"{f' to {force.until}' if force.until else ''}.",
            ),
            passes_on=force.first if act.occurred_on < force.first else None,
        )
    if not act.known.path or act.known.path[0].kind != process.starts_in:
        kind = process.unit_kinds[process.starts_in]
        raise FieldInvalid(
            "start.unit",
            basis="gen",
            detail=Text(zh=f"个案应由{kind.zh}启动。", en=f"A case belongs to a {kind.en}."),
        )


def _act_on_step(draft: Draft, act: StepAct) -> None:
    present = draft.process.steps.get(act.step)
    if present is None:
        raise not_open(act.step)
    check_day(draft, act)
    if not _completes_a_served_period(draft.case, present, act):
        check_open(draft.process, draft.case, present)
    judged_by = draft.root.in_force_on(act.occurred_on, draft.case.version)
    step = judged_by.steps.get(act.step, present)
    if step.kind != present.kind:
        step = present
    signature = _signature(draft, act, judged_by)
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
