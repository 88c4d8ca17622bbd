"""Gathers from the registers everything outside a case that deciding an act may depend on.

This is on the way of every act, so it takes four statements, whatever the process asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BindParameter, CompoundSelect, Connection, Select

from domain.case import Case
from domain.circumstances import Circumstances, HeldPost, PersonFacts, Roster, UnitRef
from domain.process import Body, Process
from records.columns import Day
from records.problems import NotFound
from records.scope import held_on
from records.tables import delegations, people, posts, restrictions, standings, unit_closure, units

FULL_MEMBER = "full-member"
"""The standing that `UnitRef.full_members` counts."""

_UNKNOWN = "none"
"""The standing of a person the register knows no standing of."""


@dataclass(frozen=True, slots=True)
class ActedOn:
    """The two days an act has: the day it is said to have happened, and the day it is recorded."""

    on: date
    today: date


class _Formed(NamedTuple):
    """How a body is formed: by posts or by standing, without people under some restrictions."""

    name: str
    roles: tuple[str, ...]
    standing: str | None
    without: tuple[str, ...]


def circumstances(
    connection: Connection,
    process: Process,
    place: Case | str,
    actor: str,
    days: ActedOn,
    *,
    subject: str | None = None,
    named: Iterable[str] = (),
    target_unit: str | None = None,
) -> Circumstances:
    """Return the circumstances of an act.

    `place` is the case, or the unit a case is to start in, then with its `subject`. `named` are the people
    the act names; `target_unit` is where a transfer leads. Posts count when they are held on both days, own
    or lent; everything else is as it was on the day of the act. Raises NotFound where a unit does not exist.
    """
    case = place if isinstance(place, Case) else None
    unit = place if isinstance(place, str) else place.unit
    about = case.subject if case is not None else subject
    in_roles = [person for people_ in case.people.values() for person in people_] if case is not None else []
    paths = _paths(connection, unit, target_unit, days.on)
    path = paths.get(unit, ())
    if not path or (target_unit is not None and target_unit not in paths):
        raise NotFound("no such unit")
    asked = [person for person in (about, *named, *in_roles) if person is not None]
    return Circumstances(
        actor=actor,
        posts=_posts(connection, actor, days),
        path=path,
        people=_people(connection, process, asked, about, days.on),
        rosters=_rosters(connection, _bodies(process, case, days.on), path, days.on),
        target_path=paths.get(target_unit, ()) if target_unit is not None else (),
    )


def _posts(connection: Connection, actor: str, days: ActedOn) -> tuple[HeldPost, ...]:
    held = connection.execute(_POSTS, {"actor": actor, "on": days.on, "today": days.today})
    rows = sorted({tuple(row): row for row in held}.values(), key=lambda row: (row.owner or "", row.id))
    return tuple(
        HeldPost(id=row.id, role=row.role, unit=row.unit_id, unit_kind=row.kind, on_behalf_of=row.owner)
        for row in rows
    )


def _paths(connection: Connection, unit: str, target: str | None, on: date) -> dict[str, tuple[UnitRef, ...]]:
    starts = [unit] if target is None else [unit, target]
    found: dict[str, tuple[UnitRef, ...]] = {}
    for row in connection.execute(_PATHS, {"starts": starts, "on": on}):
        place = UnitRef(
            id=row.id,
            kind=row.kind,
            temporary=row.temporary,
            may_approve=row.may_approve,
            full_members=row.full_members,
        )
        found[row.start] = (*found.get(row.start, ()), place)
    return found


def _people(
    connection: Connection, process: Process, asked: Sequence[str], subject: str | None, on: date
) -> tuple[PersonFacts, ...]:
    wanted = list(dict.fromkeys(asked))
    if not wanted:
        return ()
    names = sorted({name for edition in _editions(process) for name in edition.standings})
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(_PEOPLE, {"wanted": wanted, "names": names, "on": on}):
        rows.setdefault(row.id, []).append(row)
    return tuple(
        PersonFacts(
            id=person,
            standing=rows[person][-1].standing or _UNKNOWN,
            born_on=rows[person][-1].born_on if person == subject else None,
            restrictions=tuple(sorted({row.restriction for row in rows[person] if row.restriction})),
        )
        for person in wanted
        if person in rows
    )


def _bodies(process: Process, case: Case | None, on: date) -> dict[str, Body]:
    """Return the bodies of the edition that judges the day, and those only the present one has."""
    if case is None:
        return process.bodies
    return {**process.edition(case.version).bodies, **process.in_force_on(on, case.version).bodies}


def _rosters(
    connection: Connection, known: Mapping[str, Body], path: Sequence[UnitRef], on: date
) -> tuple[Roster, ...]:
    nearest = {place.kind: place.id for place in reversed(path)}
    bodies = [(name, body) for name, body in known.items() if body.unit in nearest]
    if not bodies:
        return ()
    query = _rosters_query(
        tuple(_Formed(name, body.roles, body.standing, body.without) for name, body in bodies)
    )
    given = {f"unit_{number}": nearest[body.unit] for number, (_, body) in enumerate(bodies)}
    members: dict[str, list[str]] = {name: [] for name, _ in bodies}
    for name, person in connection.execute(query, given | {"on": on}):
        members[name].append(person)
    return tuple(Roster(body=name, people=tuple(sorted(set(found)))) for name, found in members.items())


def _editions(process: Process) -> Iterable[Process]:
    found: Process | None = process
    while found is not None:
        yield found
        found = found.successor


# Statements are built once: building one takes longer than running it.

_ON = sa.bindparam("on", type_=Day())


def _posts_query() -> CompoundSelect[Any]:
    actor = sa.bindparam("actor", type_=sa.String())
    today = sa.bindparam("today", type_=Day())
    both = sa.and_(held_on(posts, _ON), held_on(posts, today))
    columns = (posts.c.id, posts.c.role, posts.c.unit_id, units.c.kind)
    own = (
        sa.select(*columns, sa.null().label("owner"))
        .join(units, units.c.id == posts.c.unit_id)
        .where(posts.c.person_id == actor, both)
    )
    lent = (
        sa.select(*columns, posts.c.person_id.label("owner"))
        .join(units, units.c.id == posts.c.unit_id)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(
            delegations.c.substitute_id == actor,
            held_on(delegations, _ON),
            held_on(delegations, today),
            both,
        )
    )
    return sa.union_all(own, lent)


def _paths_query() -> Select[Any]:
    members = (
        sa.select(sa.func.count(sa.distinct(standings.c.person_id)))
        .where(
            standings.c.unit_id == units.c.id, standings.c.standing == FULL_MEMBER, held_on(standings, _ON)
        )
        .scalar_subquery()
    )
    return (
        sa.select(unit_closure.c.unit_id.label("start"), units, members.label("full_members"))
        .join(unit_closure, unit_closure.c.ancestor_id == units.c.id)
        .where(unit_closure.c.unit_id.in_(sa.bindparam("starts", expanding=True)))
        .order_by(unit_closure.c.unit_id, unit_closure.c.depth)
    )


def _people_query() -> Select[Any]:
    named = standings.c.standing.in_(sa.bindparam("names", expanding=True))
    stands = sa.and_(standings.c.person_id == people.c.id, named, held_on(standings, _ON))
    barred = sa.and_(restrictions.c.person_id == people.c.id, held_on(restrictions, _ON))
    return (
        sa.select(people.c.id, people.c.born_on, standings.c.standing, restrictions.c.restriction)
        .outerjoin(standings, stands)
        .outerjoin(restrictions, barred)
        .where(people.c.id.in_(sa.bindparam("wanted", expanding=True)))
        .order_by(standings.c.from_on)
    )


_POSTS = _posts_query()
_PATHS = _paths_query()
_PEOPLE = _people_query()


@lru_cache(maxsize=256)
def _rosters_query(bodies: tuple[_Formed, ...]) -> CompoundSelect[Any]:
    """Return the query for bodies; the unit of each is a parameter."""
    return sa.union_all(
        *(_members(formed, sa.bindparam(f"unit_{number}")) for number, formed in enumerate(bodies))
    )


def _members(formed: _Formed, unit: BindParameter[str]) -> Select[Any]:
    label = sa.literal(formed.name).label("body")
    without = sa.select(restrictions.c.person_id).where(
        restrictions.c.restriction.in_(formed.without), held_on(restrictions, _ON)
    )
    if formed.standing is None:
        return sa.select(label, posts.c.person_id).where(
            posts.c.unit_id == unit,
            posts.c.role.in_(formed.roles),
            held_on(posts, _ON),
            posts.c.person_id.not_in(without),
        )
    return sa.select(label, standings.c.person_id).where(
        standings.c.unit_id == unit,
        standings.c.standing == formed.standing,
        held_on(standings, _ON),
        standings.c.person_id.not_in(without),
    )
