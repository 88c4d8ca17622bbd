"""Who belonged where, held what and was barred from what on a day, and who could see a case then.

What was so on a day is what is known of it now: a word that was said later about that day counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.circumstances import LentFor
from records.cursors import Page, cursor_of, place_of
from records.held_units import held_now, held_on
from records.lending import LIMITS, lent_for
from records.scope import ADMIN
from records.searching import named
from records.tables import delegations, people, posts, restrictions, standings, unit_closure
from records.unit_changes import states_on
from records.unit_trees import units_below_on


@dataclass(frozen=True, slots=True)
class HeldThen:
    """A post somebody held on a day, own or lent."""

    person: str
    post: str
    role: str
    unit: str
    unit_kind: str
    on_behalf_of: str | None
    """Whose post it was, where it was lent."""
    lent_for: LentFor | None = None
    """For what it was lent, where not for everything."""


def people_then(
    connection: Connection,
    unit_id: str,
    day: date,
    *,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[str]:
    """Return the ids of people with a standing or post in a unit, or below it, on a day. Raises BadCursor."""
    below = units_below_on((unit_id,), day)
    stood = sa.select(standings.c.person_id).where(standings.c.unit_id.in_(below), held_on(standings, day))
    held = sa.select(posts.c.person_id).where(posts.c.unit_id.in_(below), held_on(posts, day))
    query = sa.select(people.c.id).where(sa.or_(people.c.id.in_(stood), people.c.id.in_(held)))
    if q:
        query = query.where(named(connection, q)(people.c.id))
    if cursor is not None:
        query = query.where(people.c.id > place_of(cursor, 1)[0])
    ids = list(connection.execute(query.order_by(people.c.id).limit(limit + 1)).scalars())
    return Page(tuple(ids[:limit]), cursor_of(ids[limit - 1]) if len(ids) > limit else None)


def held_then(
    connection: Connection,
    day: date,
    *,
    person: str | None = None,
    units: Collection[str] | None = None,
    today: bool = False,
) -> tuple[HeldThen, ...]:
    """Return the posts held on a day, own and lent: of a person, in some units, or both.

    Where the day is `today`, what was taken at once this day is held no more.
    """
    columns = (posts.c.id, posts.c.role, posts.c.unit_id)
    held = held_now if today else held_on
    nothing = [sa.null().label(column.name) for column in LIMITS]
    own = sa.select(posts.c.person_id.label("who"), *columns, sa.null().label("owner"), *nothing).where(
        held(posts, day)
    )
    lent = (
        sa.select(
            delegations.c.substitute_id.label("who"), *columns, posts.c.person_id.label("owner"), *LIMITS
        )
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(held(posts, day), held(delegations, day))
    )
    if units is not None:
        own, lent = (query.where(posts.c.unit_id.in_(units)) for query in (own, lent))
    if person is not None:
        own = own.where(posts.c.person_id == person)
        lent = lent.where(delegations.c.substitute_id == person)
    rows = connection.execute(sa.union_all(own, lent)).all()
    there = states_on(connection, sorted({row.unit_id for row in rows}), day)
    found = (
        HeldThen(
            row.who,
            row.id,
            row.role,
            row.unit_id,
            there[row.unit_id].kind,
            row.owner,
            lent_for(row.processes, row.stages, row.units),
        )
        for row in rows
        if row.unit_id in there
    )
    return tuple(sorted(found, key=lambda held: (held.person, held.post, held.on_behalf_of or "")))


def watchers_then(
    connection: Connection, path: Collection[str], day: date, *, today: bool = False
) -> tuple[HeldThen, ...]:
    """Return the posts in some units that showed cases on a day: all but those of administrators."""
    held = held_then(connection, day, units=path, today=today)
    return tuple(one for one in held if one.role != ADMIN)


def restrictions_then(connection: Connection, person: str, day: date) -> tuple[str, ...]:
    """Return what somebody was barred from on a day."""
    query = sa.select(restrictions.c.restriction).where(
        restrictions.c.person_id == person, held_on(restrictions, day)
    )
    return tuple(sorted(set(connection.execute(query).scalars())))


def holds_above(connection: Connection, who: str, units: Sequence[str], today: date) -> bool:
    """Whether somebody holds a post today, own or lent, in one of some units or above it."""
    above = sa.select(unit_closure.c.ancestor_id).where(unit_closure.c.unit_id.in_(units))
    places = set(connection.execute(above).scalars())
    return any(
        held.unit in places
        and (held.lent_for is None or not held.lent_for.units or not places.isdisjoint(held.lent_for.units))
        for held in held_then(connection, today, person=who, today=True)
    )
