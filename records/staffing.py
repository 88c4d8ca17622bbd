"""Gathers what staffing asks: open cases by the page, and the people around those of one page.

A page takes seven statements, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Select

from domain.at_hand import FULL_MEMBER, Lasting, Picture
from domain.case import Case
from domain.library import Library, UnknownProcess
from domain.process import Process
from records.absences import absences_since
from records.lending import LIMITS, lent_for
from records.relations import relatives_of
from records.scope import Scope
from records.snapshots import read_snapshot
from records.tables import cases, delegations, people, posts, restrictions, standings, units

K = TypeVar("K")

LOOKS_BACK: Final = timedelta(days=90)
"""How long a post that is over is named as a reason why nobody holds it."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case as it stands, with the edition that deciding takes."""

    case: Case
    process: Process
    subject_name: str
    unit_name: str


def open_cases(
    connection: Connection,
    library: Library,
    *,
    after: str = "",
    limit: int = 200,
    scope: Scope | None = None,
    unit: str | None = None,
    process: str | None = None,
) -> tuple[tuple[OpenCase, ...], str | None]:
    """Return cases that are open and not suspended, by id: all, or those of a unit seen by a post.

    And after which to go on, None where there is no more. Those whose definition is not published here are
    passed over: whom they ask for cannot be read.
    """
    # Which they are is read from an index; only theirs are the rows with a snapshot.
    first = sa.select(cases.c.id).where(cases.c.status == "open", cases.c.id > after)
    if scope is not None and unit is not None:
        first = first.where(scope.by_posts_within(connection, unit))
    if process is not None:
        first = first.where(cases.c.process == process)
    page = first.order_by(cases.c.id).limit(limit).subquery()
    names = (people.c.name.label("subject_name"), units.c.name.label("unit_name"))
    query: Select[Any] = (
        sa.select(cases.c.id, cases.c.snapshot, *names)
        .join(page, page.c.id == cases.c.id)
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
    )
    rows = connection.execute(query.order_by(cases.c.id)).all()
    found = []
    for row in rows:
        with suppress(UnknownProcess):
            found.append(_open_case(connection, library, row))
    return tuple(found), rows[-1].id if len(rows) == limit else None


def picture_of(connection: Connection, found: Sequence[OpenCase], today: date) -> Picture:
    """Return the people around some cases: in posts and bodies of their units and of those above."""
    places = sorted({unit.id for one in found for unit in one.case.path})
    editions = [one.process.edition(one.case.version) for one in found]
    bodies = [body for edition in editions for body in edition.bodies.values()]
    roles = [role for edition in editions for role in edition.case_roles.values()]
    held = _posts(connection, places, today)
    named = {one.standing for some in (bodies, roles) for one in some if one.standing}
    stood = _standings(connection, places, {FULL_MEMBER, *named}, today)
    everybody = {one.person for some in (*held.values(), *stood.values()) for one in some}
    everybody |= {person for one in found for people_ in one.case.people.values() for person in people_}
    everybody |= {one.case.subject for one in found}
    away = _grouped(
        (one.person, Lasting(one.person, one.from_on, one.to_on))
        for one in absences_since(connection, everybody, today)
    )
    without = {name for body in bodies for name in body.without}
    without |= {bar.restriction for role in roles for bar in role.bars if bar.level == "block"}
    barred = _restricted(connection, places, without, today)
    related = relatives_of(connection, [one.case.subject for one in found], today)
    return Picture(held, away, stood, barred, related)


def _open_case(connection: Connection, library: Library, row: Row[Any]) -> OpenCase:
    case = read_snapshot(connection, library, row.id, row.snapshot)
    return OpenCase(case, library.for_case(case), row.subject_name, row.unit_name)


class _Post(NamedTuple):
    unit: str
    role: str
    lasting: Lasting


def _posts(
    connection: Connection, places: Sequence[str], today: date
) -> dict[tuple[str, str], tuple[Lasting, ...]]:
    since = today - LOOKS_BACK
    columns = (posts.c.unit_id, posts.c.role, posts.c.person_id, posts.c.from_on, posts.c.to_on)
    here = sa.and_(posts.c.unit_id.in_(places), sa.or_(posts.c.to_on.is_(None), posts.c.to_on >= since))
    own: Select[Any] = sa.select(*columns, posts.c.revoked_at).where(here).order_by(posts.c.id)
    lent: Select[Any] = (
        sa.select(
            *columns,
            posts.c.revoked_at,
            delegations.c.substitute_id,
            delegations.c.from_on.label("lent_from"),
            delegations.c.to_on.label("lent_to"),
            *LIMITS,
        )
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(
            here,
            delegations.c.revoked_at.is_(None),
            sa.or_(delegations.c.to_on.is_(None), delegations.c.to_on >= today),
        )
        .order_by(delegations.c.id)
    )
    found = [
        _Post(row.unit_id, row.role, Lasting(row.person_id, row.from_on, _end(row, today)))
        for row in connection.execute(own)
    ]
    for row in connection.execute(lent):
        ends = [day for day in (_end(row, today), row.lent_to) if day is not None]
        lasting = Lasting(
            row.substitute_id,
            max(row.from_on, row.lent_from),
            min(ends, default=None),
            row.person_id,
            lent_for(row.processes, row.stages, row.units),
        )
        found.append(_Post(row.unit_id, row.role, lasting))
    return _grouped(((one.unit, one.role), one.lasting) for one in found)


def _end(row: Row[Any], today: date) -> date | None:
    """Return the last day of a post; one that was taken today was held until yesterday, for what comes."""
    end: date | None = row.to_on
    if row.revoked_at is not None and end == today:
        return today - timedelta(days=1)
    return end


def _standings(
    connection: Connection, places: Sequence[str], names: Iterable[str], today: date
) -> dict[tuple[str, str], tuple[Lasting, ...]]:
    query = sa.select(standings).where(
        standings.c.unit_id.in_(places),
        standings.c.standing.in_(sorted(names)),
        sa.or_(standings.c.to_on.is_(None), standings.c.to_on >= today),
    )
    return _grouped(
        ((row.unit_id, row.standing), Lasting(row.person_id, row.from_on, row.to_on))
        for row in connection.execute(query.order_by(standings.c.person_id, standings.c.from_on))
    )


def _restricted(
    connection: Connection, places: Sequence[str], names: Iterable[str], today: date
) -> dict[tuple[str, str], tuple[Lasting, ...]]:
    """Return what bars those who belong to some units, by person and restriction."""
    wanted = sorted(names)
    if not wanted:
        return {}
    there = sa.select(standings.c.person_id).where(standings.c.unit_id.in_(places))
    held = sa.select(posts.c.person_id).where(posts.c.unit_id.in_(places))
    query = sa.select(restrictions).where(
        restrictions.c.restriction.in_(wanted),
        sa.or_(restrictions.c.to_on.is_(None), restrictions.c.to_on >= today),
        restrictions.c.person_id.in_(sa.union(there, held)),
    )
    return _grouped(
        ((row.person_id, row.restriction), Lasting(row.person_id, row.from_on, row.to_on))
        for row in connection.execute(query.order_by(restrictions.c.id))
    )


def _grouped(pairs: Iterable[tuple[K, Lasting]]) -> dict[K, tuple[Lasting, ...]]:
    found: dict[K, list[Lasting]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return {key: tuple(some) for key, some in found.items()}


def roles_held(connection: Connection, today: date) -> frozenset[str]:
    """Return every role somebody holds today anywhere, as `<kind of unit>.<role>`."""
    query = (
        sa.select(units.c.kind, posts.c.role)
        .join(posts, posts.c.unit_id == units.c.id)
        .where(sa.or_(posts.c.to_on.is_(None), posts.c.to_on >= today), posts.c.from_on <= today)
        .where(posts.c.revoked_at.is_(None))
        .distinct()
    )
    return frozenset(f"{row.kind}.{row.role}" for row in connection.execute(query))
