"""Entries inside a step: what a periodic duty leaves, and how a public notice goes."""

from __future__ import annotations

from domain import events as facts
from domain.acts import EntryRecord, StepAct
from domain.blocking import is_published
from domain.checking import Answers, Checking, check_waits, handed_in, left_behind, require_reason
from domain.conditions import holds
from domain.drafting import Draft
from domain.evidence import check_fields, check_materials
from domain.moments import PUBLISHED, deadlines, period_days
from domain.refusals import FieldInvalid, NotPossible, RuleViolation, TooEarly
from domain.settling import finish_period
from domain.steps import EntrySpec, FieldSpec, NoticeStep, PeriodStep
from domain.values import Text

SUMMARY = FieldSpec(id="summary", title=Text(zh="摘要", en="Summary"))
"""Free text beside an entry of a notice."""

PLACES = FieldSpec(
    id="places", title=Text(zh="公示地点数", en="Places"), type="integer", at_least=1, at_most=20
)
"""In how many places a notice hangs at the same time."""


def add_entry(draft: Draft, checking: Checking, act: StepAct, entry: EntryRecord) -> None:
    """Add one entry to a period or a notice. Raises RuleViolation."""
    step = checking.step
    check_entry_day(draft, checking, entry)
    if isinstance(step, PeriodStep):
        duty = _duty(step, entry)
        check_materials(checking, duty.materials, handed_in(act), None)
        answers = check_fields(f"{step.id}.{duty.id}", duty.fields, entry.fields, None, checking)
    elif isinstance(step, NoticeStep) and entry.kind == PUBLISHED:
        answers = _check_places(checking, entry, step)
    else:
        answers = check_fields(f"{step.id}.{entry.kind}", (SUMMARY,), entry.fields, None)
    require_reason(checking, act)
    body = facts.EntryAdded(entry=entry.kind, ref=entry.ref, **left_behind(answers, act, checking))
    draft.add(body, on=act.occurred_on, step=step.id, by=checking.signature)
    if isinstance(step, PeriodStep):
        finish_period(draft, step)


def check_entry_day(draft: Draft, checking: Checking, entry: EntryRecord) -> None:
    """Check what the day of an entry decides, and note what it misses. Raises RuleViolation."""
    step = checking.step
    if isinstance(step, PeriodStep):
        _check_duty_day(draft, checking, _duty(step, entry), step)
    elif isinstance(step, NoticeStep):
        _check_notice_day(draft, checking, entry, step)
    else:
        raise NotPossible(
            f"{step.id}.entry",
            basis="gen",
            detail=Text(zh="本环节没有分项登记。", en="This step takes no entries."),
        )


def entries_only(step: PeriodStep) -> RuleViolation:
    """Return the refusal for completing a period by hand."""
    titles = [duty.title for duty in step.entries] or [Text(zh="-", en="-")]
    return NotPossible(
        f"{step.id}.by-itself",
        basis=step.basis,
        detail=Text(
            zh="期限届满后自动结束；其间可登记：" + "、".join(one.zh for one in titles),
            en="A period ends by itself; what can be recorded in it: " + ", ".join(one.en for one in titles),
        ),
    )


def _duty(step: PeriodStep, entry: EntryRecord) -> EntrySpec:
    duty = next((duty for duty in step.entries if duty.id == entry.kind), None)
    if duty is None:
        raise entries_only(step)
    return duty


def _check_duty_day(draft: Draft, checking: Checking, duty: EntrySpec, step: PeriodStep) -> None:
    ended = draft.case.steps[step.id].done_on
    if ended is not None and checking.on > ended:
        raise NotPossible(
            f"{step.id}.{duty.id}",
            basis=duty.basis,
            detail=Text(zh=f"期限已于{ended}届满。", en=f"The period ended on {ended}."),
            passes_when=Text(zh=f"日期不晚于{ended}", en=f"it happened by {ended}"),
        )
    days = period_days(checking.process, draft.case, step)
    if days is None or checking.on < days[0]:
        raise TooEarly(
            f"{step.id}.{duty.id}",
            basis=duty.basis,
            detail=Text(zh="不能早于期限的开始。", en="This cannot come before the period starts."),
            passes_on=days[0] if days else None,
        )
    _note_gap(checking, duty, step)


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


def _check_notice_day(draft: Draft, checking: Checking, entry: EntryRecord, step: NoticeStep) -> None:
    published = is_published(draft.case, step)
    if entry.kind == PUBLISHED:
        _check_publishing_day(checking, step, published=published)
        return
    if entry.kind not in {"objection", "answer"}:
        raise FieldInvalid(
            f"{step.id}.entry",
            basis=step.window_basis,
            detail=Text(
                zh="可登记：公示、收到的意见、核实答复。",
                en="Entries here: published, objection, answer",
            ),
        )
    if not published:
        raise NotPossible(
            f"{step.id}.published",
            basis=step.window_basis,
            detail=Text(zh="尚未登记公示的起始日期。", en="The notice has not been recorded as published."),
        )
    known = draft.case.steps[step.id].entries
    comes_after = known.of_kind(PUBLISHED)
    if entry.kind == "answer":
        comes_after = tuple(one for one in known.of_kind("objection") if str(one.seq) == entry.ref)
        if not comes_after:
            raise FieldInvalid(
                f"{step.id}.answer-ref",
                basis=step.window_basis,
                detail=Text(
                    zh="请指明答复的是哪一条意见（其记录序号）。",
                    en="Say which objection is answered: ref is the seq of its record.",
                ),
            )
    if checking.on < comes_after[-1].on:
        raise TooEarly(
            f"{step.id}.{entry.kind}",
            basis=step.window_basis,
            detail=Text(
                zh="意见不能早于公示，答复不能早于意见。",
                en="No objection comes before the notice hangs, and no answer before its objection.",
            ),
            passes_on=comes_after[-1].on,
        )


def _check_publishing_day(checking: Checking, step: NoticeStep, *, published: bool) -> None:
    if published:
        raise NotPossible(
            f"{step.id}.published",
            basis=step.window_basis,
            detail=Text(zh="公示已经登记。", en="The notice is recorded as published already."),
        )
    check_waits(checking)


def _check_places(checking: Checking, entry: EntryRecord, step: NoticeStep) -> Answers:
    answers = check_fields(f"{step.id}.published", (PLACES, SUMMARY), entry.fields, None)
    both = step.both_places_when is not None and holds(checking.case, step.both_places_when)
    needed = max(step.places, 2) if both else step.places
    given = answers.values.get("places", 1)
    if isinstance(given, int) and given < needed:
        refused = FieldInvalid(
            f"{step.id}.places",
            basis=step.window_basis,
            detail=Text(
                zh=f"应同时在{needed}处公示。", en=f"It must hang in {needed} places at the same time."
            ),
            passes_when=Text(zh=f"{needed}处", en=f"{needed} places"),
        )
        checking.refuse(refused, missing="places" not in answers.values)
    return answers
