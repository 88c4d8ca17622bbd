"""Judging one act on one step: the day, the evidence, the vote, and what the outcome does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from domain import events as facts
from domain.acts import EntryRecord, StepAct
from domain.conditions import holds
from domain.drafting import Draft, Signature
from domain.evidence import Answers, Checking, check_fields, check_materials, check_people, check_rules
from domain.moments import PUBLISHED, deadlines, earliest, period_days
from domain.permitting import (
    blocked_by,
    check_same_answer,
    check_separation,
    closing_notice,
    is_published,
    too_early,
)
from domain.process import Process
from domain.refusals import FieldInvalid, NotPossible, ReasonRequired, RuleViolation, TooEarly
from domain.settling import finish_period
from domain.steps import (
    AppointStep,
    DecisionStep,
    EntrySpec,
    FieldSpec,
    MeetingStep,
    NoticeStep,
    PeriodStep,
    Step,
)
from domain.values import Scalar, Text
from domain.voting import outcome_of_vote

SUMMARY = FieldSpec(id="summary", title=Text(zh="摘要", en="Summary"))
"""Free text beside an entry of a notice."""

PLACES = FieldSpec(
    id="places", title=Text(zh="公示地点数", en="Places"), type="integer", at_least=1, at_most=20
)
"""In how many places a notice hangs at the same time."""


def judge(
    draft: Draft, step: Step, act: StepAct, signature: Signature, judged_by: Process | None = None
) -> None:
    """Add what the act leaves behind on an open step. Raises RuleViolation."""
    process = judged_by or draft.process
    checking = Checking(process, draft.case, step, known=act.known, on=act.occurred_on, signature=signature)
    _check_order(checking)
    _note_late_entry(checking, draft.today)
    if act.entry is not None:
        _add_entry(draft, checking, act, act.entry)
        return
    if isinstance(step, PeriodStep):
        raise _entries_only(step)
    if isinstance(step, AppointStep) and draft.case.steps[step.id].status == "done":
        _replace(draft, checking, step, act)
        return
    check_separation(draft.case, step, signature)
    check_same_answer(draft.case, step, signature)
    _check_waits(checking)
    _note_deadlines(checking)
    _complete(draft, checking, act)


def effect_follows(draft: Draft, step: Step, outcome: str, act: StepAct, signature: Signature) -> None:
    """Add what the outcome of a completed step does: extend, return, end."""
    effect = draft.process.steps[step.id].outcomes.get(outcome) or step.outcomes[outcome]
    on = act.occurred_on
    if effect.extend is not None and effect.months is not None:
        months = _months(draft, step, effect.months, draft.case.steps[step.id].values)
        _extend(draft, effect.extend, months, on, signature)
    if effect.end is not None:
        draft.add(facts.CaseClosed(outcome=effect.end, reason=act.reason), on=on, by=signature)
        return
    target = step.id if effect.again else effect.return_to
    if target is not None:
        followers = draft.process.followers(target)
        touched = (target, *(other for other in followers if other in draft.case.steps))
        again = tuple(other for other in touched if not isinstance(draft.process.steps[other], PeriodStep))
        draft.add(facts.StepReturned(again=again, reason=act.reason), on=on, step=target, by=signature)


def _months(draft: Draft, step: Step, field: str, answers: Mapping[str, Scalar]) -> Scalar:
    """Return the answer to a field of this step, or to `<step>.<field>` of one done before."""
    elsewhere, _, name = field.rpartition(".")
    if not elsewhere or elsewhere == step.id:
        return answers.get(name)
    state = draft.case.steps.get(elsewhere)
    return None if state is None else state.values.get(name)


def _check_order(checking: Checking) -> None:
    """Nothing happens before what comes first, or before it was sent back."""
    case, step = checking.case, checking.step
    state = case.steps[step.id]
    floor = state.opened_on
    if checking.on < floor:
        raise TooEarly(
            f"{step.id}.order",
            basis="gen",
            detail=Text(
                zh=f"“{step.title.zh}”不能早于前一环节({floor})。",
                en=f"{step.title.en} cannot come before what precedes it ({floor}).",
            ),
            passes_on=floor,
        )


def _note_late_entry(checking: Checking, today: date) -> None:
    allowed = checking.process.late_entry_after_days
    if (today - checking.on).days > allowed:
        checking.note(
            "late-entry",
            "late",
            "gen",
            Text(
                zh=f"事后超过{allowed}天才登记。",
                en=f"It is recorded more than {allowed} days after it happened.",
            ),
        )


def _check_waits(checking: Checking) -> None:
    first = earliest(checking.process, checking.case, checking.step)
    if first is not None and checking.on < first.day:
        raise too_early(checking.process, first)
    refused = blocked_by(checking.process, checking.case, checking.step, checking.on)
    if refused is not None:
        raise refused


def _note_deadlines(checking: Checking) -> None:
    for deadline in deadlines(checking.process, checking.case, checking.step):
        if checking.on <= deadline.day:
            continue
        checking.note(
            deadline.rule,
            "late",
            deadline.basis,
            Text(zh=f"应于{deadline.day}前办理,已逾期。", en=f"It was due by {deadline.day} and is late."),
        )
        if deadline.breach_on is not None and checking.on > deadline.breach_on:
            checking.note(
                f"{deadline.rule}.breach",
                "finding",
                deadline.basis,
                Text(
                    zh=f"已超过最长期限{deadline.breach_on}。",
                    en=f"It is past even the longest time allowed, {deadline.breach_on}.",
                ),
            )


def _require_reason(checking: Checking, act: StepAct) -> None:
    late = next((warned for warned in checking.warnings if warned.level == "late"), None)
    if late is None or (act.reason or "").strip():
        return
    raise ReasonRequired(
        late.rule,
        level="late",
        basis=late.basis,
        detail=Text(
            zh=f"{late.detail.zh}仍可办理,但须说明理由。",
            en=f"{late.detail.en} It can still be done, with a reason.",
        ),
        passes_when=Text(zh="写明理由", en="a reason is given"),
    )


def _complete(draft: Draft, checking: Checking, act: StepAct) -> None:
    step = checking.step
    outcome, body = _outcome(draft, checking, act)
    effect = step.outcomes[outcome]
    answers = check_fields(step.id, step.fields, act.fields, outcome)
    check_materials(checking, step.materials, act.materials, outcome)
    check_rules(checking, answers, tuple(act.materials))
    if isinstance(step, AppointStep):
        check_people(checking, step, act.people)
    if isinstance(step, NoticeStep):
        refused = closing_notice(draft.case, step, act.occurred_on)
        if refused is not None:
            raise refused
    if effect.needs_reason and not (act.reason or "").strip():
        raise ReasonRequired(
            f"{step.id}.reason",
            level="late",
            basis=step.basis or "gen",
            detail=Text(zh="请写明理由。", en="This outcome needs a reason."),
        )
    _require_reason(checking, act)
    _check_extension(draft, checking, outcome, answers)
    shared = _shared(answers, act, checking)
    decided = not isinstance(step, DecisionStep) or _is_decided(draft, step, outcome)
    if isinstance(step, DecisionStep) and step.need > 1:
        answer = facts.AnswerGiven(outcome=outcome, **shared)
        draft.add(answer, on=act.occurred_on, step=step.id, by=checking.signature)
        if not decided:
            return
    completed = facts.StepCompleted(
        outcome=outcome,
        version=checking.process.version,
        people=act.people if isinstance(step, AppointStep) else (),
        meeting=act.meeting if isinstance(step, MeetingStep) else None,
        body=body,
        **shared,
    )
    draft.add(completed, on=act.occurred_on, step=step.id, by=checking.signature)
    effect_follows(draft, step, outcome, act, checking.signature)


class _Shared(TypedDict):
    values: Mapping[str, Scalar]
    texts: Mapping[str, str]
    materials: Mapping[str, tuple[str, ...]]
    reason: str | None
    warnings: tuple[facts.Warned, ...]


def _shared(answers: Answers, act: StepAct, checking: Checking) -> _Shared:
    return _Shared(
        values=answers.values,
        texts=answers.texts,
        materials=act.materials,
        reason=act.reason,
        warnings=tuple(checking.warnings),
    )


def _outcome(draft: Draft, checking: Checking, act: StepAct) -> tuple[str, str | None]:
    step = checking.step
    if isinstance(step, MeetingStep):
        return outcome_of_vote(checking.process, step, act.outcome, act.meeting, act.known)
    outcome = act.outcome
    if outcome is None and len(step.outcomes) == 1:
        outcome = next(iter(step.outcomes))
    if outcome is None or outcome not in step.outcomes:
        choice = ", ".join(step.outcomes)
        raise FieldInvalid(
            f"{step.id}.outcome",
            basis=step.basis or "gen",
            detail=Text(zh=f"请从下列结果中选择:{choice}", en=f"Choose one of these outcomes: {choice}"),
        )
    return outcome, None


def _is_decided(draft: Draft, step: DecisionStep, outcome: str) -> bool:
    """Whether this answer, with those before it, settles the decision."""
    if not step.outcomes[outcome].completes:
        return True
    answers = draft.case.steps[step.id].answers
    return sum(answer.outcome == outcome for answer in answers) + 1 >= step.need


def _check_extension(draft: Draft, checking: Checking, outcome: str, answers: Answers) -> None:
    """An extension happens as often, and as long, as the period allows; also where it is only proposed."""
    effect = checking.step.outcomes[outcome]
    name = effect.extend or effect.proposes_extension
    if name is None:
        return
    period = checking.process.steps[name]
    if not isinstance(period, PeriodStep) or period.extension is None:
        raise NotPossible(
            f"{name}.extension", basis="gen", detail=Text(zh="不能延长。", en="It cannot be extended.")
        )
    rule = period.extension
    state = draft.case.steps.get(name)
    if state is not None and state.extensions >= rule.times:
        raise NotPossible(
            f"{name}.extension-times",
            basis=rule.basis,
            detail=Text(zh=f"只能延长{rule.times}次。", en=f"It can be extended {rule.times} time(s) only."),
        )
    months = None if effect.months is None else _months(draft, checking.step, effect.months, answers.values)
    if not isinstance(months, int) or not rule.at_least <= months <= rule.at_most:
        raise FieldInvalid(
            f"{name}.extension-months",
            basis=rule.basis,
            detail=Text(
                zh=f"延长时间为{rule.at_least}至{rule.at_most}个月。",
                en=f"An extension lasts {rule.at_least} to {rule.at_most} months.",
            ),
            passes_when=Text(
                zh=f"{rule.at_least}至{rule.at_most}个月", en=f"{rule.at_least} to {rule.at_most} months"
            ),
        )


def _extend(draft: Draft, period: str, months: Scalar, on: date, signature: Signature) -> None:
    if isinstance(months, int):
        draft.add(facts.PeriodExtended(months=months), on=on, step=period, by=signature)


def _replace(draft: Draft, checking: Checking, step: AppointStep, act: StepAct) -> None:
    if act.outcome != "replace":
        raise NotPossible(
            f"{step.id}.replace",
            basis=step.basis or "gen",
            detail=Text(
                zh="人员已经确定;如需更换,结果请选replace并说明理由。",
                en="The people are appointed; to replace them use the outcome replace, with a reason.",
            ),
        )
    check_separation(draft.case, step, checking.signature)
    check_people(checking, step, act.people)
    checking.note(
        f"{step.id}.replaced", "late", step.basis or "gen", Text(zh="更换人员。", en="People are replaced.")
    )
    _require_reason(checking, act)
    body = facts.PeopleReplaced(
        people=act.people,
        before=draft.case.people.get(step.role, ()),
        **_shared(Answers(values={}, texts={}), act, checking),
    )
    draft.add(body, on=act.occurred_on, step=step.id, by=checking.signature)


def _entries_only(step: PeriodStep) -> RuleViolation:
    kinds = ", ".join(duty.id for duty in step.entries) or "-"
    return NotPossible(
        f"{step.id}.by-itself",
        basis=step.basis,
        detail=Text(
            zh=f"期限届满后自动结束;其间可登记:{kinds}",
            en=f"A period ends by itself; what can be recorded in it: {kinds}",
        ),
    )


def _add_entry(draft: Draft, checking: Checking, act: StepAct, entry: EntryRecord) -> None:
    step = checking.step
    if isinstance(step, PeriodStep):
        answers = _check_duty(draft, checking, act, entry, step)
    elif isinstance(step, NoticeStep):
        answers = _check_notice_entry(draft, checking, entry, step)
    else:
        raise NotPossible(
            f"{step.id}.entry",
            basis="gen",
            detail=Text(zh="本环节没有分项登记。", en="This step takes no entries."),
        )
    _require_reason(checking, act)
    body = facts.EntryAdded(entry=entry.kind, ref=entry.ref, **_shared(answers, act, checking))
    draft.add(body, on=act.occurred_on, step=step.id, by=checking.signature)
    if isinstance(step, PeriodStep):
        finish_period(draft, step)


def _check_duty(
    draft: Draft, checking: Checking, act: StepAct, entry: EntryRecord, step: PeriodStep
) -> Answers:
    duty = next((duty for duty in step.entries if duty.id == entry.kind), None)
    if duty is None:
        raise _entries_only(step)
    days = period_days(checking.process, draft.case, step)
    if days is None or act.occurred_on < days[0]:
        raise TooEarly(
            f"{step.id}.{duty.id}",
            basis=duty.basis,
            detail=Text(zh="不能早于期限的开始。", en="This cannot come before the period starts."),
            passes_on=days[0] if days else None,
        )
    _note_gap(checking, duty, step)
    check_materials(checking, duty.materials, act.materials, None)
    return check_fields(f"{step.id}.{duty.id}", duty.fields, entry.fields, None)


def _note_gap(checking: Checking, duty: EntrySpec, step: PeriodStep) -> None:
    prefix = f"{step.id}.{duty.id}-"
    for deadline in deadlines(checking.process, checking.case, step):
        if deadline.rule.startswith(prefix) and checking.on > deadline.day:
            checking.note(
                deadline.rule,
                duty.level,
                deadline.basis,
                Text(zh=f"应于{deadline.day}前办理。", en=f"It was due by {deadline.day}."),
            )


def _check_notice_entry(draft: Draft, checking: Checking, entry: EntryRecord, step: NoticeStep) -> Answers:
    published = is_published(draft.case, step)
    if entry.kind == PUBLISHED:
        return _check_publishing(checking, entry, step, published=published)
    if entry.kind not in {"objection", "answer"}:
        raise FieldInvalid(
            f"{step.id}.entry",
            basis=step.window_basis,
            detail=Text(
                zh="可登记:published、objection、answer", en="Entries here: published, objection, answer"
            ),
        )
    if not published:
        raise NotPossible(
            f"{step.id}.published",
            basis=step.window_basis,
            detail=Text(zh="尚未登记公示的起始日期。", en="The notice has not been recorded as published."),
        )
    if entry.kind == "answer":
        objections = {str(e.seq) for e in draft.case.steps[step.id].entries if e.kind == "objection"}
        if entry.ref not in objections:
            raise FieldInvalid(
                f"{step.id}.answer-ref",
                basis=step.window_basis,
                detail=Text(
                    zh="请指明答复的是哪一条意见(其记录序号)。",
                    en="Say which objection is answered: ref is the seq of its record.",
                ),
            )
    return check_fields(f"{step.id}.{entry.kind}", (SUMMARY,), entry.fields, None)


def _check_publishing(
    checking: Checking, entry: EntryRecord, step: NoticeStep, *, published: bool
) -> Answers:
    if published:
        raise NotPossible(
            f"{step.id}.published",
            basis=step.window_basis,
            detail=Text(zh="公示已经登记。", en="The notice is recorded as published already."),
        )
    _check_waits(checking)
    answers = check_fields(f"{step.id}.published", (PLACES, SUMMARY), entry.fields, None)
    both = step.both_places_when is not None and holds(checking.case, step.both_places_when)
    needed = max(step.places, 2) if both else step.places
    given = answers.values.get("places", 1)
    if isinstance(given, int) and given < needed:
        raise FieldInvalid(
            f"{step.id}.places",
            basis=step.window_basis,
            detail=Text(
                zh=f"应同时在{needed}处公示。", en=f"It must hang in {needed} places at the same time."
            ),
            passes_when=Text(zh=f"{needed}处", en=f"{needed} places"),
        )
    return answers
