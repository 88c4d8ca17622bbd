"""What an act hands in, checked against what the step asks: fields, materials, people, typed rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain.case import Case
from domain.circumstances import Circumstances, PersonFacts
from domain.conditions import holds
from domain.drafting import Signature
from domain.events import Warned
from domain.moments import numbered
from domain.permitting import (
    count_broken,
    documents_broken,
    has_other_part,
    unit_broken,
)
from domain.process import CaseRole, Process
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
from domain.spans import months_later
from domain.steps import AppointStep, FieldSpec, MaterialRef, Step
from domain.values import Level, Scalar, Text, Value

LONGEST_TEXT = 20_000
"""Characters in one answer of free text."""


class Answers(Value):
    """The fields of an act, parted into what rules may look at and free text."""

    values: Mapping[str, Scalar]
    texts: Mapping[str, str]


class Checking:
    """One act on one step while it is being checked: everything the checks look at, and what they noted."""

    def __init__(
        self,
        process: Process,
        case: Case,
        step: Step,
        *,
        known: Circumstances,
        on: date,
        signature: Signature,
    ) -> None:
        """Begin without warnings."""
        self.process = process
        self.case = case
        self.step = step
        self.known = known
        self.on = on
        self.signature = signature
        self.warnings: list[Warned] = []

    def note(self, rule: str, level: Level, basis: str, detail: Text) -> None:
        """Keep a broken rule that does not refuse the act."""
        self.warnings.append(Warned(rule=rule, level=level, basis=basis, detail=detail))


def check_fields(
    step: str, specs: tuple[FieldSpec, ...], given: Mapping[str, Scalar], outcome: str | None
) -> Answers:
    """Return the answers by sort. Raises FieldInvalid naming the field, never its content."""
    known = {spec.id: spec for spec in specs}
    for name in given:
        if name not in known:
            choice = ", ".join(known) or "-"
            raise FieldInvalid(
                f"{step}.fields",
                basis="gen",
                detail=Text(
                    zh=f"没有这样的栏目;可填:{choice}", en=f"There is no such field; there are: {choice}"
                ),
            )
    values: dict[str, Scalar] = {}
    texts: dict[str, str] = {}
    for spec in specs:
        value = given.get(spec.id)
        asked = not spec.for_outcomes or outcome in spec.for_outcomes
        if value is None or value == "":
            if spec.required and asked:
                raise _field(step, spec, Text(zh="必填", en="is required"))
            continue
        checked = _checked(step, spec, value)
        if spec.type == "text":
            texts[spec.id] = str(checked)
        else:
            values[spec.id] = checked
    return Answers(values=values, texts=texts)


def _checked(step: str, spec: FieldSpec, value: Scalar) -> Scalar:
    problem: Text | None = None
    match spec.type:
        case "text":
            if not isinstance(value, str) or len(value) > LONGEST_TEXT:
                problem = Text(
                    zh=f"应为文字,不超过{LONGEST_TEXT}字", en=f"is text of at most {LONGEST_TEXT} characters"
                )
        case "boolean":
            if not isinstance(value, bool):
                problem = Text(zh="应为是或否", en="is true or false")
        case "choice":
            if value not in spec.choices:
                choice = ", ".join(spec.choices)
                problem = Text(zh=f"应为下列之一:{choice}", en=f"is one of: {choice}")
        case "date":
            if not is_day(value):
                problem = Text(zh="应为日期,如2026-06-01", en="is a day such as 2026-06-01")
        case "integer":
            problem = _integer_problem(spec, value)
    if problem is not None:
        raise _field(step, spec, problem)
    return value


def _integer_problem(spec: FieldSpec, value: Scalar) -> Text | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return Text(zh="应为整数", en="is a whole number")
    low = spec.at_least is not None and value < spec.at_least
    high = spec.at_most is not None and value > spec.at_most
    if not (low or high):
        return None
    lower = "" if spec.at_least is None else str(spec.at_least)
    upper = "" if spec.at_most is None else str(spec.at_most)
    return Text(
        zh=f"应在{lower or '任意'}至{upper or '任意'}之间",
        en=f"lies between {lower or 'any'} and {upper or 'any'}",
    )


def is_day(value: object) -> bool:
    """Return whether `value` is an ISO day."""
    if not isinstance(value, str):
        return False
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _field(step: str, spec: FieldSpec, problem: Text) -> FieldInvalid:
    return FieldInvalid(
        f"{step}.{spec.id}",
        basis=spec.basis or "gen",
        detail=Text(zh=f"“{spec.title.zh}”{problem.zh}。", en=f"{spec.title.en} {problem.en}."),
        passes_when=Text(zh=f"填写“{spec.title.zh}”", en=f"{spec.title.en} {problem.en}"),
    )


def check_materials(
    checking: Checking,
    asked: tuple[MaterialRef, ...],
    given: Mapping[str, tuple[str, ...]],
    outcome: str | None,
) -> None:
    """Raise DocumentMissing for a material that blocks, note the others. A new round asks for everything anew."""
    process, case, step = checking.process, checking.case, checking.step
    for kind in given:
        if kind not in process.materials:
            choice = ", ".join(ref.id for ref in asked) or "-"
            raise FieldInvalid(
                f"{step.id}.materials",
                basis="gen",
                detail=Text(
                    zh=f"没有这种材料;本环节需要:{choice}",
                    en=f"No such material; this step asks for: {choice}",
                ),
            )
    state = case.steps.get(step.id)
    first_round = state is None or state.round == 1
    for ref in asked:
        applies = ref.when is None or holds(case, ref.when)
        if not applies or not ref.required or (ref.for_outcomes and outcome not in ref.for_outcomes):
            continue
        if given.get(ref.id) or (first_round and ref.id in case.held):
            continue
        title = process.materials[ref.id].title
        detail = Text(
            zh=f"缺少材料“{title.zh}”({ref.id})。", en=f"The material {title.en} ({ref.id}) is missing."
        )
        rule = f"{step.id}.{ref.id}"
        basis = step.basis or "gen"
        if ref.level == "block":
            raise DocumentMissing(
                rule,
                basis=basis,
                detail=detail,
                passes_when=Text(zh=f"交来“{title.zh}”", en=f"{title.en} is handed in"),
            )
        checking.note(rule, ref.level, basis, detail)


def check_rules(checking: Checking, answers: Answers, handed_in: tuple[str, ...]) -> None:
    """Raise for the first typed rule that blocks, note the others."""
    counted: dict[str, int] = {}
    for rule in checking.step.rules:
        number = counted.get(rule.type, 0)
        counted[rule.type] = number + 1
        if rule.when is not None and not holds(checking.case, rule.when):
            continue
        broken = _broken(checking, rule, answers, handed_in)
        if broken is None:
            continue
        name = rule.id or numbered(f"{checking.step.id}.{rule.type}", number)
        detail = rule.says or broken
        if rule.level == "block":
            raise _refusal(rule)(name, basis=rule.basis, detail=detail, passes_when=broken)
        checking.note(name, rule.level, rule.basis, detail)


def _refusal(rule: Rule) -> type[RuleViolation]:
    if isinstance(rule, AgeRule | StandingRule | RestrictionRule):
        return NotEligible
    if isinstance(rule, FieldRule):
        return FieldInvalid
    if isinstance(rule, DocumentRule):
        return DocumentMissing
    return SamePersonTwice if isinstance(rule, SeparationRule) else NotPossible


def _broken(checking: Checking, rule: Rule, answers: Answers, handed_in: tuple[str, ...]) -> Text | None:  # noqa: PLR0911 - one per rule type
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
            return unit_broken(process, case, rule)
        case SeparationRule():
            if not has_other_part(case, rule, checking.signature):
                return None
            return Text(zh="应由不同的人办理。", en="This should be done by somebody else.")


def _too_young(checking: Checking, rule: AgeRule) -> Text | None:
    subject = checking.known.person(checking.case.subject)
    if subject is None or subject.born_on is None:
        return Text(
            zh="没有登记出生日期,无法核实年龄。", en="No date of birth is on record, so the age is unknown."
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
        zh="有人正受限制:" + "、".join(title.zh for title in titles),
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


def check_people(checking: Checking, step: AppointStep, people: tuple[str, ...]) -> None:
    """Check those named for a case role: count, distinct, standing, exclusions, restrictions."""
    role = checking.process.case_roles[step.role]
    _check_count(step, role, people)
    for person in people:
        _check_excluded(checking, step, role, person)
        facts = checking.known.person(person)
        if facts is None:
            raise NotEligible(
                f"{step.id}.person",
                basis=role.basis,
                detail=Text(zh="名册上没有这个人。", en="The register knows no such person."),
            )
        if role.standing is not None and facts.standing != role.standing:
            title = checking.process.standings[role.standing]
            raise NotEligible(
                f"{step.id}.standing",
                basis=role.basis,
                detail=Text(
                    zh=f"{role.title.zh}须为{title.zh}(以当日为准)。",
                    en=f"{role.title.en}: everybody must be a {title.en} on that day.",
                ),
            )
        _check_bars(checking, step, role, facts)


def _check_count(step: AppointStep, role: CaseRole, people: tuple[str, ...]) -> None:
    if len(set(people)) != len(people):
        raise SamePersonTwice(
            f"{step.id}.distinct",
            basis=role.basis,
            detail=Text(zh="同一人不能列两次。", en="The same person cannot be named twice."),
        )
    if not role.count.min <= len(people) <= role.count.max:
        exactly = role.count.min == role.count.max
        zh = f"{role.count.min}人" if exactly else f"{role.count.min}至{role.count.max}人"
        en = f"{role.count.min}" if exactly else f"{role.count.min} to {role.count.max}"
        raise NotEligible(
            f"{step.id}.count",
            basis=role.basis,
            detail=Text(zh=f"{role.title.zh}应为{zh}。", en=f"{role.title.en}: {en} needed."),
            passes_when=Text(zh=f"列出{zh}", en=f"{en} named"),
        )


def _check_excluded(checking: Checking, step: AppointStep, role: CaseRole, person: str) -> None:
    for excluded in role.excluded:
        if excluded == "subject":
            hit = person == checking.case.subject
        elif excluded == "appointer":
            hit = person in checking.signature.people
        else:
            hit = person in checking.case.people.get(excluded, ())
        if hit:
            raise NotEligible(
                f"{step.id}.not-{excluded}",
                basis=role.basis,
                detail=Text(
                    zh=f"{role.title.zh}不能由本人、指定者本人或已任相斥职责的人担任。",
                    en=f"{role.title.en}: not the person concerned, not whoever appoints, "
                    "and nobody whose other part in the case excludes it.",
                ),
            )


def _check_bars(checking: Checking, step: AppointStep, role: CaseRole, facts: PersonFacts) -> None:
    for bar in role.bars:
        if bar.restriction not in facts.restrictions:
            continue
        title = checking.process.restrictions.get(bar.restriction) or role.title
        detail = Text(
            zh=f"有人正受“{title.zh}”,不能(不宜)担任{role.title.zh}。",
            en=f"Somebody is under '{title.en}' and should not be among: {role.title.en}.",
        )
        rule = f"{step.id}.{bar.restriction}"
        if bar.level == "block":
            raise NotEligible(rule, basis=bar.basis, detail=detail)
        checking.note(rule, bar.level, bar.basis, detail)
