"""Pools: who could be given a case role that has to be filled yet, and whether these are enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.at_hand import Count, Lasting, Out, Picture, not_there
from domain.case import Case
from domain.parties import CaseRole
from domain.process import Process
from domain.steps import AppointStep


def pool_of(process: Process, case: Case, picture: Picture, step: AppointStep) -> list[Lasting]:
    """Return those of the standing a case role asks for who belong to the unit of a case, or to one above.

    Somebody from elsewhere may be appointed as well; nobody counts on that.
    """
    standing = process.case_roles[step.role].standing
    if standing is None:
        return []
    return [one for unit in case.path for one in picture.standings.get((unit.id, standing), ())]


def candidates_on(  # noqa: PLR0917 - a step of a case, and all it is held against
    process: Process,
    case: Case,
    picture: Picture,
    step: AppointStep,
    day: date,
    appointing: frozenset[tuple[str, str]],
) -> Count:
    """Count those who could be given a case role on a day, and how many it takes at least.

    `appointing` are the ways to appoint them, each with who acts and whose part it is.
    """
    role = process.case_roles[step.role]
    taken = _taken(process, case, step, role)
    ways = [frozenset(way) for way in appointing] if "appointer" in role.excluded else []
    # Whoever has to appoint, because nobody else can, is not appointed.
    alone = ways[0].intersection(*ways[1:]) if ways else frozenset()
    may: set[tuple[str, str]] = set()
    out: list[Out] = []
    for one in pool_of(process, case, picture, step):
        why = _why_out(case, picture, role, one, day)
        if why is None and one.person in taken | alone:
            why = Out(person=one.person, why="separation")
        if why is None:
            may.add((one.person, one.person))
        else:
            out.append(why)
    apart = _kept_for_others(process, case, step)
    left_out = (why for why in out if (why.person, why.person) not in may)
    return Count(role.count.min + apart, frozenset(may), tuple(left_out))


def _why_out(case: Case, picture: Picture, role: CaseRole, one: Lasting, day: date) -> Out | None:
    if one.person == case.subject and "subject" in role.excluded:
        return Out(person=one.person, why="subject")
    related = {each.person for each in picture.relatives.get(case.subject, ())}
    blocked = role.relatives is not None and role.relatives.level == "block" and one.person in related
    if blocked or one.person in case.recused:
        return Out(person=one.person, why="recused")
    bars = (bar.restriction for bar in role.bars if bar.level == "block")
    barred = picture.bar(one.person, bars, day)
    if barred is not None:
        return Out(person=one.person, why="restricted", until=barred.to_on)
    return not_there(picture, one, day)


def _taken(process: Process, case: Case, step: AppointStep, role: CaseRole) -> frozenset[str]:
    """Return those whose case role excludes this one."""
    others = (name for name in _exclude_each_other(process, step.role, role) if name != step.role)
    return frozenset(person for name in others for person in case.people.get(name, ()))


def _kept_for_others(process: Process, case: Case, step: AppointStep) -> int:
    """Return how many of the same pool a role that excludes this one, and is filled later, will take."""
    role = process.case_roles[step.role]
    names = [one.role for one in process.steps.values() if isinstance(one, AppointStep)]
    later = set(names[names.index(step.role) + 1 :])
    return sum(
        process.case_roles[name].count.min
        for name in set(_exclude_each_other(process, step.role, role)) & later
        if not case.people.get(name) and process.case_roles[name].standing == role.standing
    )


def _exclude_each_other(process: Process, name: str, role: CaseRole) -> Iterator[str]:
    yield from (one for one in role.excluded if one in process.case_roles)
    yield from (other for other, its in process.case_roles.items() if name in its.excluded)
