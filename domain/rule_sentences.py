"""Typed rules, thresholds and conditions as sentences, without a case to judge."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from domain.actors import actor_title
from domain.narrating import outcome_title
from domain.process import Process
from domain.rules import (
    AgeRule,
    Condition,
    CountRule,
    DocumentRule,
    FieldRule,
    RestrictionRule,
    Rule,
    SeparationRule,
    StandingRule,
    Threshold,
    UnitRule,
)
from domain.steps import NoticeStep, PeriodStep, Step
from domain.values import Text

_OF = {
    "eligible": Text(zh="应到会人数", en="those entitled"),
    "present": Text(zh="到会人数", en="those present"),
    "cast": Text(zh="所投票数", en="the votes cast"),
}


def threshold_in_words(threshold: Threshold) -> Text:
    """Return the measure a count has to reach."""
    if threshold.count is not None:
        return Text(zh=f"不少于{threshold.count}人", en=f"at least {threshold.count}")
    of = _OF[threshold.of]
    if threshold.more_than is not None:
        share = _share(threshold.more_than)
        return Text(zh=f"超过{of.zh}的{share.zh}", en=f"more than {share.en} of {of.en}")
    share = _share(threshold.at_least or Fraction(0))
    return Text(zh=f"不少于{of.zh}的{share.zh}", en=f"at least {share.en} of {of.en}")


def condition_in_words(process: Process, condition: Condition) -> Text:
    """Return when something applies, to go on after `where`."""
    parts: list[Text] = []
    if condition.unit is not None:
        kind = _kind(process, condition.unit)
        parts.append(Text(zh=f"设有{kind.zh}", en=f"there is a {kind.en.lower()} above"))
    if condition.no_unit is not None:
        kind = _kind(process, condition.no_unit)
        parts.append(Text(zh=f"没有{kind.zh}", en=f"there is no {kind.en.lower()} above"))
    for step, outcomes in condition.outcomes.items():
        known = process.steps[step]
        named = _listed(outcome_title(process, step, one) for one in outcomes)
        parts.append(
            Text(zh=f"“{known.title.zh}”的结果为{named.zh}", en=f"“{known.title.en}” ended in: {named.en}")
        )
    if condition.field is not None:
        parts.append(_answered(process, condition))
    if condition.transferred is not None:
        parts.append(
            Text(zh="本阶段转移过组织关系", en="the case moved to another unit in this stage")
            if condition.transferred
            else Text(zh="本阶段没有转移组织关系", en="the case did not move in this stage")
        )
    return Text(
        zh="且".join(one.zh for one in parts) or "任何情况",
        en=" and ".join(one.en for one in parts) or "ever",
    )


def rule_in_words(process: Process, step: Step, rule: Rule) -> Text:
    """Return what a rule asks."""
    match rule:
        case StandingRule() | RestrictionRule():
            return _about_people(process, rule)
        case FieldRule():
            return _field(step, rule)
        case UnitRule():
            return _unit(process, rule)
        case SeparationRule():
            return _separation(process, rule)
        case _:
            return _counted(process, rule)


def _about_people(process: Process, rule: StandingRule | RestrictionRule) -> Text:
    who = _who(process, rule.who)
    if isinstance(rule, StandingRule):
        standing = process.standings[rule.standing]
        return Text(zh=f"{who.zh}当日须为{standing.zh}。", en=f"{who.en}: {standing.en} on that day.")
    named = _listed(process.restrictions[one] for one in rule.none_of if one in process.restrictions)
    return Text(zh=f"{who.zh}不得有：{named.zh}。", en=f"{who.en}: none of {named.en}.")


def _counted(process: Process, rule: AgeRule | CountRule | DocumentRule) -> Text:
    if isinstance(rule, AgeRule):
        return Text(zh=f"须年满{rule.at_least}周岁。", en=f"At least {rule.at_least} years old.")
    if isinstance(rule, DocumentRule):
        named = _listed(process.materials[one].title for one in rule.materials)
        return Text(zh=f"须已备齐：{named.zh}。", en=f"These are there: {named.en}.")
    entry = _entry(process, rule)
    return Text(zh=f"“{entry.zh}”不少于{rule.at_least}次。", en=f"“{entry.en}”: at least {rule.at_least}.")


def _answered(process: Process, condition: Condition) -> Text:
    name, _, field = (condition.field or "").rpartition(".")
    step = process.steps.get(name)
    specs = () if step is None else step.fields
    title = next((spec.title for spec in specs if spec.id == field), Text(zh=field, en=field))
    if condition.equals is True:
        return Text(zh=f"“{title.zh}”选“是”", en=f"“{title.en}” is answered with yes")
    if condition.equals is False:
        return Text(zh=f"“{title.zh}”选“否”", en=f"“{title.en}” is answered with no")
    return Text(zh=f"“{title.zh}”为{condition.equals}", en=f"“{title.en}” is {condition.equals}")


def _entry(process: Process, rule: CountRule) -> Text:
    step = process.steps[rule.step]
    entries = step.entries if isinstance(step, PeriodStep) else ()
    found = next((one.title for one in entries if one.id == rule.entry), None)
    if found is None and isinstance(step, NoticeStep):
        return step.title
    return found or step.title


def _field(step: Step, rule: FieldRule) -> Text:
    specs = (spec.title for spec in step.fields if spec.id == rule.field)
    title = next(specs, Text(zh=rule.field, en=rule.field))
    if rule.equals is not None:
        words = {"True": Text(zh="是", en="yes"), "False": Text(zh="否", en="no")}
        value = words.get(str(rule.equals), Text(zh=f"{rule.equals}", en=f"{rule.equals}"))
        return Text(zh=f"“{title.zh}”须为{value.zh}。", en=f"“{title.en}” has to be {value.en}.")
    if rule.after_act is not None:
        span = rule.after_act.in_words
        return Text(
            zh=f"“{title.zh}”须在办理之日起{span.zh}以后。",
            en=f"“{title.en}” lies at least {span.en} after the act.",
        )
    low = "" if rule.at_least is None else f" ≥ {rule.at_least}"
    high = "" if rule.at_most is None else f" ≤ {rule.at_most}"
    return Text(zh=f"“{title.zh}”{low}{high}。", en=f"“{title.en}”{low}{high}.")


def _unit(process: Process, rule: UnitRule) -> Text:
    kind, asked = _kind(process, rule.unit), []
    if rule.temporary is not None:
        asked.append(
            Text(zh="是临时组织", en="is temporary")
            if rule.temporary
            else Text(zh="不是临时组织", en="is not temporary")
        )
    if rule.may_approve is not None:
        asked.append(
            Text(zh="有审批权", en="may approve")
            if rule.may_approve
            else Text(zh="无审批权", en="may not approve")
        )
    if rule.full_members_at_least is not None:
        number = rule.full_members_at_least
        asked.append(Text(zh=f"有不少于{number}名正式党员", en=f"has at least {number} full members"))
    zh, en = "、".join(one.zh for one in asked), " and ".join(one.en for one in asked)
    return Text(zh=f"{kind.zh}须{zh}。", en=f"The {kind.en.lower()} {en}.")


def _separation(process: Process, rule: SeparationRule) -> Text:
    parts = [
        Text(zh=f"“{process.steps[one].title.zh}”的办理人", en=f"whoever did “{process.steps[one].title.en}”")
        for one in rule.steps
    ]
    stages = {stage.id: stage.title for stage in process.stages}
    parts += [
        Text(zh=f"“{stages[one].zh}”阶段的办理人", en=f"whoever acted in “{stages[one].en}”")
        for one in rule.stages
    ]
    parts += [
        Text(zh=f"代表{kind.zh}办理过的人", en=f"whoever acted for a {kind.en.lower()}")
        for kind in (_kind(process, one) for one in rule.unit_kinds)
    ]
    parts += [process.case_roles[one].title for one in rule.case_roles]
    if rule.anywhere:
        parts.append(Text(zh="办理过其他环节的人", en="whoever acted in any other step"))
    if rule.before_an_appeal:
        parts.append(Text(zh="申诉前作出决定的人", en="whoever decided what the appeal reopened"))
    who = (
        Text(zh="办理人", en="Whoever acts is not")
        if rule.who == "actor"
        else Text(zh="所定人选", en="Those named are not")
    )
    zh, en = "、".join(one.zh for one in parts), ", ".join(one.en for one in parts)
    return Text(zh=f"{who.zh}不能是：{zh}。", en=f"{who.en}: {en}.")


def _who(process: Process, who: str) -> Text:
    said = actor_title(process, who)
    return said if who != "subject" else Text(zh="本人", en="The person concerned")


def _kind(process: Process, kind: str) -> Text:
    return process.unit_kinds.get(kind, Text(zh=kind, en=kind))


def _listed(titles: Iterable[Text]) -> Text:
    every = tuple(titles)
    return Text(zh="、".join(one.zh for one in every) or "—", en=", ".join(one.en for one in every) or "—")


def _share(share: Fraction) -> Text:
    if share == Fraction(1, 2):
        return Text(zh="半数", en="half")
    return Text(zh=f"{share.denominator}分之{share.numerator}", en=f"{share.numerator}/{share.denominator}")
