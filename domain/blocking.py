"""What stands in the way of a step on a day, whoever acts: waits, windows, counts, documents, units."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.case import Case
from domain.circumstances import Circumstances, UnitRef
from domain.conditions import holds
from domain.moments import PUBLISHED, Earliest, earliest, notice_end, numbered, period_days
from domain.process import Process
from domain.refusals import NotPossible, RuleViolation, TooEarly
from domain.rules import CountRule, DocumentRule, UnitRule
from domain.spans import Span
from domain.steps import MeetingStep, NoticeStep, PeriodStep, Step
from domain.values import Text
from domain.voting import voting_body

_PARTS: Final = {
    "ends": Text(zh="期满", en="end"),
    "starts": Text(zh="开始", en="start"),
    "opened": Text(zh="开启", en="opening"),
    "entered": Text(zh="开始", en="start"),
}
"""What an anchor may be of a step or a stage."""


def blocked_by(
    process: Process, case: Case, step: Step, day: date, path: tuple[UnitRef, ...] = ()
) -> RuleViolation | None:
    """Return what stands in the way of everybody on `day`: waits, windows, counts, documents, units.

    `path` is what the registers say of the case's units that day; without it the case's older word counts.
    """
    first = earliest(process, case, step)
    if first is not None and day < first.day:
        return too_early(process, first)
    if isinstance(step, NoticeStep):
        return None
    if isinstance(step, PeriodStep):
        return None if period_days(process, case, step) is not None else _not_begun(step)
    if isinstance(step, MeetingStep):
        try:
            voting_body(process, step, Circumstances(actor="", path=path or case.path))
        except RuleViolation as refused:
            return refused.untraced()
    return rule_on_case(process, case, step, path)


def closing_notice(case: Case, step: NoticeStep, day: date) -> RuleViolation | None:
    """Return why the result of a notice cannot be recorded on `day`, or None."""
    end = notice_end(case, step)
    basis = step.window_basis
    if end is None:
        return NotPossible(
            f"{step.id}.published",
            basis=basis,
            detail=Text(zh="尚未登记公示的起始日期。", en="The notice has not been recorded as published."),
        )
    if day < end.day:
        return TooEarly(
            f"{step.id}.window",
            basis=basis,
            detail=Text(
                zh=f"公示期为{step.window.in_words.zh}，至{end.day}止。",
                en=f"The notice runs for {step.window.in_words.en}, until {end.day}.",
            ),
            passes_on=end.day,
        )
    left = case.steps[step.id].entries.unanswered()
    if left:
        return NotPossible(
            answers_rule(step),
            basis=basis,
            detail=Text(
                zh=f"还有{len(left)}条意见没有核实答复。",
                en=f"{len(left)} objection(s) have no answer yet.",
            ),
            passes_when=Text(zh="每条意见都有答复", en="every objection has an answer"),
        )
    return None


def answers_rule(step: NoticeStep) -> str:
    """Return the id of the rule that every objection is answered before a notice ends."""
    return f"{step.id}.answers"


def is_published(case: Case, step: NoticeStep) -> bool:
    """Return whether the notice hangs."""
    state = case.steps.get(step.id)
    return state is not None and state.entries.number(PUBLISHED) > 0


def period_end(process: Process, case: Case, step: PeriodStep) -> date | None:
    """Return the last day of a period, or None while it has not begun."""
    days = period_days(process, case, step)
    return None if days is None else days[1].day


def duties_met(case: Case, step: PeriodStep) -> bool:
    """Return whether every duty of the period was done as often as the rules ask."""
    state = case.steps[step.id]
    return all(state.entries.number(duty.id) >= duty.at_least for duty in step.entries)


def too_early(process: Process, first: Earliest) -> TooEarly:
    """Return the refusal for an act before its minimum wait."""
    since = anchor_title(process, first.of)
    provisional_zh = "（按未公布的节假日安排推算）" if first.provisional else ""
    provisional_en = " (counted with a year not announced yet)" if first.provisional else ""
    if first.wait == Span():
        zh, en = f"不得早于“{since.zh}”", f"Not before: {since.en}"
    else:
        zh = f"须在“{since.zh}”满{first.wait.in_words.zh}之后"
        en = f"Not before {first.wait.in_words.en} have passed since: {since.en}"
    return TooEarly(
        first.rule,
        basis=first.basis,
        detail=Text(
            zh=f"{zh}，最早为{first.day}{provisional_zh}。",
            en=f"{en}. Earliest day: {first.day}{provisional_en}.",
        ),
        passes_on=first.day,
    )


def anchor_title(process: Process, anchor: str) -> Text:
    """Return an anchor as people would say it."""
    name, _, part = anchor.rpartition(".")
    if anchor in process.steps:
        return process.steps[anchor].title
    if part in _PARTS and name in process.steps:
        title = process.steps[name].title
        return Text(zh=f"{title.zh}{_PARTS[part].zh}", en=f"{title.en} ({_PARTS[part].en})")
    stages = {stage.id: stage.title for stage in process.stages}
    if part in _PARTS and name in stages:
        return Text(zh=f"{stages[name].zh}{_PARTS[part].zh}", en=f"{stages[name].en} ({_PARTS[part].en})")
    return Text(zh="个案开始", en="start of the case")


def rule_on_case(process: Process, case: Case, step: Step, path: tuple[UnitRef, ...]) -> RuleViolation | None:
    """Return the first blocking rule about the case itself that does not hold: counts, documents, units."""
    for number, rule in enumerate(step.rules):
        if rule.level != "block" or (rule.when is not None and not holds(case, rule.when)):
            continue
        name = rule.id or numbered(f"{step.id}.{rule.type}", _same_type_before(step, number))
        broken: Text | None = None
        if isinstance(rule, CountRule):
            broken = count_broken(process, case, rule)
        elif isinstance(rule, DocumentRule):
            handing_in = {material.id for material in step.materials}
            missing = tuple(kind for kind in rule.materials if kind not in handing_in)
            broken = documents_broken(process, case.held, missing)
        elif isinstance(rule, UnitRule):
            broken = unit_broken(process, unit_today(case, rule.unit, path), rule)
        if broken is not None:
            return NotPossible(name, basis=rule.basis, detail=rule.says or broken)
    return None


def count_broken(process: Process, case: Case, rule: CountRule) -> Text | None:
    """Return what is missing of a duty, or None."""
    state = case.steps.get(rule.step)
    made = state.entries.number(rule.entry) if state else 0
    if made >= rule.at_least:
        return None
    title = process.steps[rule.step].title
    return Text(
        zh=f"“{title.zh}”须有{rule.at_least}次记录，现有{made}次。",
        en=f"{title.en} needs {rule.at_least} entries, there are {made}.",
    )


def documents_broken(process: Process, held: tuple[str, ...], asked: tuple[str, ...]) -> Text | None:
    """Return which materials are missing, or None."""
    missing = [kind for kind in asked if kind not in held]
    if not missing:
        return None
    titles = [process.materials[kind].title for kind in missing if kind in process.materials]
    return Text(
        zh="缺少材料：" + "、".join(title.zh for title in titles),
        en="Missing: " + ", ".join(title.en for title in titles),
    )


def unit_today(case: Case, kind: str, path: tuple[UnitRef, ...]) -> UnitRef | None:
    """Return the case's unit of a kind as the registers know it today, otherwise as the case knows it."""
    unit = case.unit_of_kind(kind)
    return next((known for known in path if unit is not None and known.id == unit.id), unit)


def unit_broken(process: Process, unit: UnitRef | None, rule: UnitRule) -> Text | None:
    """Return which quality the unit lacks, or None."""
    kind = process.unit_kinds.get(rule.unit) or Text(zh=rule.unit, en=rule.unit)
    if unit is None:
        return Text(zh=f"没有{kind.zh}。", en=f"There is no {kind.en}.")
    if rule.temporary is not None and unit.temporary != rule.temporary:
        return Text(zh=f"临时的{kind.zh}不能办理。", en=f"A temporary {kind.en} cannot do this.")
    if rule.may_approve is not None and unit.may_approve != rule.may_approve:
        return Text(zh=f"该{kind.zh}没有审批权限。", en=f"This {kind.en} has no power to approve.")
    if rule.full_members_at_least is not None and unit.full_members < rule.full_members_at_least:
        return Text(
            zh=f"{kind.zh}正式党员不足{rule.full_members_at_least}人。",
            en=f"The {kind.en} has fewer than {rule.full_members_at_least} full members.",
        )
    return None


def _not_begun(step: PeriodStep) -> TooEarly:
    return TooEarly(
        f"{step.id}.starts",
        basis=step.basis,
        detail=Text(zh="期限尚未开始。", en="The period has not begun."),
    )


def _same_type_before(step: Step, number: int) -> int:
    return sum(other.type == step.rules[number].type for other in step.rules[:number])
