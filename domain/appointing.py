"""Who may be given a case role: number, standing, exclusions, restrictions."""

from __future__ import annotations

from domain.checking import Checking
from domain.circumstances import PersonFacts
from domain.parties import CaseRole
from domain.refusals import NotEligible, SamePersonTwice
from domain.steps import AppointStep
from domain.values import Text


def check_people(checking: Checking, step: AppointStep, people: tuple[str, ...]) -> None:
    """Check those named for a case role: count, distinct, standing, exclusions, restrictions."""
    role = checking.process.case_roles[step.role]
    _check_count(step, role, people)
    for person in people:
        check_person(checking, step, person)
    _check_relatives(checking, step, role, people)


def check_person(checking: Checking, step: AppointStep, person: str) -> None:
    """Check one person who may be named: exclusions, standing, restrictions. Raises NotEligible."""
    role = checking.process.case_roles[step.role]
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
                zh=f"{role.title.zh}须为{title.zh}（以当日为准）。",
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
    """Check what the role excludes, and which roles exclude it: whoever was named first does not matter."""
    roles = checking.process.case_roles
    excluded_by = tuple(name for name, other in roles.items() if step.role in other.excluded)
    for excluded in dict.fromkeys((*role.excluded, *excluded_by)):
        if excluded == "subject":
            hit = person == checking.case.subject
        elif excluded == "appointer":
            hit = person in checking.signature.people
        else:
            hit = person in checking.case.people.get(excluded, ()) and excluded != step.role
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


def _check_relatives(checking: Checking, step: AppointStep, role: CaseRole, people: tuple[str, ...]) -> None:
    bar = role.relatives
    if bar is None or not {one.person for one in checking.known.relatives}.intersection(people):
        return
    detail = Text(
        zh=f"有人是本人的配偶、父母、子女、兄弟姐妹或其他亲属，不能（不宜）担任{role.title.zh}。",
        en=f"Somebody is a relative of the person concerned and should not be among: {role.title.en}.",
    )
    if bar.level == "block":
        raise NotEligible(f"{step.id}.relative", basis=bar.basis, detail=detail)
    checking.note(f"{step.id}.relative", bar.level, bar.basis, detail)


def _check_bars(checking: Checking, step: AppointStep, role: CaseRole, facts: PersonFacts) -> None:
    for bar in role.bars:
        if bar.restriction not in facts.restrictions:
            continue
        title = checking.process.restrictions.get(bar.restriction) or role.title
        detail = Text(
            zh=f"有人正受“{title.zh}”，不能（不宜）担任{role.title.zh}。",
            en=f"Somebody is under '{title.en}' and should not be among: {role.title.en}.",
        )
        rule = f"{step.id}.{bar.restriction}"
        if bar.level == "block":
            raise NotEligible(rule, basis=bar.basis, detail=detail)
        checking.note(rule, bar.level, bar.basis, detail)
