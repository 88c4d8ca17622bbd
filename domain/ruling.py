"""The typed rules a step carries: each holds, refuses the act, or is noted."""

from __future__ import annotations

from datetime import date

from domain.blocking import count_broken, documents_broken, unit_broken, unit_today
from domain.checking import Answers, Checking
from domain.circumstances import PersonFacts
from domain.conditions import holds
from domain.evidence import is_day
from domain.moments import numbered
from domain.refusals import (
    DocumentMissing,
    FieldInvalid,
    NotEligible,
    NotPossible,
    RuleViolation,
    SamePersonTwice,
)
from domain.rules import (
    AgeRule,
    CountRule,
    DocumentRule,
    FieldRule,
    RestrictionRule,
    Rule,
    SeparationRule,
    StandingRule,
    UnitRule,
)
from domain.separating import has_other_part
from domain.spans import months_later
from domain.values import Text


def check_rules(
    checking: Checking, answers: Answers, handed_in: tuple[str, ...], named: tuple[str, ...] = ()
) -> None:
    """Raise for the first typed rule that blocks, note the others. `named` are those an act appoints."""
    counted: dict[str, int] = {}
    for rule in checking.step.rules:
        number = counted.get(rule.type, 0)
        counted[rule.type] = number + 1
        if rule.when is not None and not holds(checking.case, rule.when):
            continue
        broken = _broken(checking, rule, answers, handed_in, named)
        if broken is None:
            continue
        name = rule.id or numbered(f"{checking.step.id}.{rule.type}", number)
        detail = rule.says or broken
        if rule.level == "block":
            # Only these two say what has to be, and not what is amiss.
            wanted = broken if isinstance(rule, AgeRule | FieldRule) else None
            refused = _refusal(rule)(name, basis=rule.basis, detail=detail, passes_when=wanted)
            checking.refuse(refused, missing=_lacks_only(checking, rule))
        else:
            checking.note(name, rule.level, rule.basis, detail)


def check_named(checking: Checking, named: tuple[str, ...]) -> None:
    """Raise for the first separation of those who are named that blocks, note the others."""
    about = tuple(r for r in checking.step.rules if isinstance(r, SeparationRule) and r.who == "named")
    step = checking.step.model_copy(update={"rules": about})
    asked = checking.about(step)
    check_rules(asked, Answers(values={}, texts={}), (), named)


def _refusal(rule: Rule) -> type[RuleViolation]:
    if isinstance(rule, AgeRule | StandingRule | RestrictionRule):
        return NotEligible
    if isinstance(rule, FieldRule):
        return FieldInvalid
    if isinstance(rule, DocumentRule):
        return DocumentMissing
    return SamePersonTwice if isinstance(rule, SeparationRule) else NotPossible


def _lacks_only(checking: Checking, rule: Rule) -> bool:
    """Whether something is not on record that may well have been there."""
    if isinstance(rule, AgeRule):
        subject = checking.known.person(checking.case.subject)
        return subject is None or subject.born_on is None
    return isinstance(rule, CountRule | DocumentRule)


def _broken(  # noqa: PLR0911 - one per rule type
    checking: Checking, rule: Rule, answers: Answers, handed_in: tuple[str, ...], named: tuple[str, ...]
) -> Text | None:
    process, case = checking.process, checking.case
    match rule:
        case AgeRule():
            return _too_young(checking, rule)
        case StandingRule():
            return _standing_broken(checking, rule)
        case RestrictionRule():
            return _restriction_broken(checking, rule)
        case CountRule():
            return count_broken(process, case, rule)
        case DocumentRule():
            return documents_broken(process, (*case.held, *handed_in), rule.materials)
        case FieldRule():
            return _field_broken(checking, rule, answers)
        case UnitRule():
            return unit_broken(process, unit_today(case, rule.unit, checking.known.path), rule)
        case SeparationRule():
            people = checking.signature.people if rule.who == "actor" else named
            if not has_other_part(process, case, checking.step, rule, people):
                return None
            return Text(zh="应由不同的人办理。", en="This should be done by somebody else.")


def _too_young(checking: Checking, rule: AgeRule) -> Text | None:
    subject = checking.known.person(checking.case.subject)
    if subject is None or subject.born_on is None:
        return Text(
            zh="没有登记出生日期，无法核实年龄。", en="No date of birth is on record, so the age is unknown."
        )
    if months_later(subject.born_on, rule.at_least * 12) <= checking.on:
        return None
    return Text(
        zh=f"须年满{rule.at_least}周岁。", en=f"The person must be at least {rule.at_least} years old."
    )


def _those(checking: Checking, who: str) -> list[PersonFacts]:
    case = checking.case
    ids = (case.subject,) if who == "subject" else case.people.get(who, ())
    return [checking.known.person(person) or PersonFacts(id=person, standing="unknown") for person in ids]


def _standing_broken(checking: Checking, rule: StandingRule) -> Text | None:
    if all(person.standing == rule.standing for person in _those(checking, rule.who)):
        return None
    title = checking.process.standings[rule.standing]
    return Text(zh=f"有人当日不是{title.zh}。", en=f"Somebody is not a {title.en} on that day.")


def _restriction_broken(checking: Checking, rule: RestrictionRule) -> Text | None:
    bad = {
        kind for person in _those(checking, rule.who) for kind in person.restrictions if kind in rule.none_of
    }
    if not bad:
        return None
    titles = [
        checking.process.restrictions[kind] for kind in sorted(bad) if kind in checking.process.restrictions
    ]
    return Text(
        zh="有人正受限制：" + "、".join(title.zh for title in titles),
        en="Somebody is under a restriction: " + ", ".join(title.en for title in titles),
    )


def _field_broken(checking: Checking, rule: FieldRule, answers: Answers) -> Text | None:
    value = answers.values.get(rule.field, answers.texts.get(rule.field))
    if rule.equals is not None and value != rule.equals:
        return Text(zh=f"“{rule.field}”应为{rule.equals}。", en=f"{rule.field} must be {rule.equals}.")
    if value is None:
        return None
    if rule.after_act is not None and is_day(value):
        first = checking.case.calendar.after(checking.on, rule.after_act).day
        if date.fromisoformat(str(value)) < first:
            span = rule.after_act.in_words
            return Text(
                zh=f"应在办理之日起{span.zh}以后。", en=f"It must lie at least {span.en} after the act."
            )
    if isinstance(value, int) and not isinstance(value, bool):
        if rule.at_least is not None and value < rule.at_least:
            return Text(zh=f"不得少于{rule.at_least}。", en=f"It must be at least {rule.at_least}.")
        if rule.at_most is not None and value > rule.at_most:
            return Text(zh=f"不得多于{rule.at_most}。", en=f"It must be at most {rule.at_most}.")
    return None
