"""The statements by which `registers` looks around an act: posts, ways to the root, people, bodies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, ScalarSelect, Select

from records.columns import Day
from records.held_units import held_now, held_on
from records.lending import LIMITS
from records.prepared import Prepared
from records.relations import related_since
from records.tables import delegations, people, posts, relations, restrictions, standings, unit_closure, units

FULL_MEMBER = "full-member"
"""The standing that `UnitRef.full_members` counts."""
FORMER = "-"
"""In the place of a body: those who are relatives on another day than that of the act."""


class Formed(NamedTuple):
    """How a body is formed: by posts or by standing, without people under some restrictions."""

    name: str
    kind: str
    """Of the unit: the nearest one of this kind, from the place upwards."""
    roles: tuple[str, ...]
    standing: str | None
    without: tuple[str, ...]


# Statements are built once: building one takes longer than running it.

_ON = sa.bindparam("on", type_=Day())


def _posts_query() -> CompoundSelect[Any]:
    """Return the query for posts held today, own and lent, each with whether it was held on the day, too."""
    actor = sa.bindparam("actor", type_=sa.String())
    today = sa.bindparam("today", type_=Day())
    columns = (posts.c.id, posts.c.role, posts.c.unit_id, units.c.kind)
    nothing = [sa.null().label(column.name) for column in LIMITS]
    own = (
        sa.select(*columns, sa.null().label("owner"), held_on(posts, _ON).label("then"), *nothing)
        .join(units, units.c.id == posts.c.unit_id)
        .where(posts.c.person_id == actor, held_now(posts, today))
    )
    then = sa.and_(held_on(posts, _ON), held_on(delegations, _ON))
    lent = (
        sa.select(*columns, posts.c.person_id.label("owner"), then.label("then"), *LIMITS)
        .join(units, units.c.id == posts.c.unit_id)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(delegations.c.substitute_id == actor, held_now(delegations, today), held_now(posts, today))
    )
    return sa.union_all(own, lent)


@lru_cache(maxsize=2)
def paths_query(number: int) -> Prepared:
    """Return the query for the ways from so many units to the root."""
    members = (
        sa.select(sa.func.count(sa.distinct(standings.c.person_id)))
        .where(
            standings.c.unit_id == units.c.id, standings.c.standing == FULL_MEMBER, held_on(standings, _ON)
        )
        .scalar_subquery()
    )
    columns = (
        units.c.id,
        units.c.kind,
        units.c.name,
        units.c.temporary,
        units.c.may_approve,
        units.c.closing_from,
    )
    return Prepared(
        sa.select(unit_closure.c.unit_id.label("start"), *columns, members.label("full_members"))
        .join(unit_closure, unit_closure.c.ancestor_id == units.c.id)
        .where(unit_closure.c.unit_id.in_(_parameters("start", number)))
        .order_by(unit_closure.c.unit_id, unit_closure.c.depth)
    )


@lru_cache(maxsize=256)
def people_query(number: int, names: tuple[str, ...]) -> Prepared:
    """Return the query for so many people and their standings, where they have one of these names."""
    named = standings.c.standing.in_(_literals(names))
    stands = sa.and_(standings.c.person_id == people.c.id, named, held_on(standings, _ON))
    barred = sa.and_(restrictions.c.person_id == people.c.id, held_on(restrictions, _ON))
    columns = (people.c.id, people.c.name, people.c.born_on)
    return Prepared(
        sa.select(*columns, standings.c.standing, restrictions.c.restriction)
        .outerjoin(standings, stands)
        .outerjoin(restrictions, barred)
        .where(people.c.id.in_(_parameters("wanted", number)))
        .order_by(standings.c.from_on)
    )


POSTS = Prepared(_posts_query())


@lru_cache(maxsize=256)
def rosters_query(bodies: tuple[Formed, ...]) -> Prepared:
    """Return the query for bodies, as seen from a unit (`place`), and for the relatives of the subject.

    Relatives come in no body, with what each is to him and who had that recorded; those of another day than
    that of the act, on which or after which the case began (`since`), in the body FORMER.
    """
    return Prepared(sa.union_all(_relatives(), *map(_members, bodies)))


def _relatives() -> Select[Any]:
    now, ever = held_on(relations, _ON), related_since(sa.bindparam("since", type_=Day()))
    body = sa.case((now, sa.literal("", sa.String())), else_=sa.literal(FORMER, sa.String())).label("body")
    columns = (body, relations.c.relative_id.label("person_id"), relations.c.kind, relations.c.stated_by)
    of_person = sa.bindparam("of_person", type_=sa.String())
    return sa.select(*columns).where(relations.c.person_id == of_person, sa.or_(now, ever))


def _members(formed: Formed) -> Select[Any]:
    unit = _nearest(formed.kind)
    label = sa.literal(formed.name, sa.String()).label("body")
    none = (sa.null().label("kind"), sa.null().label("stated_by"))
    if formed.standing is None:
        found = sa.select(label, posts.c.person_id, *none).where(
            posts.c.unit_id == unit, posts.c.role.in_(_literals(formed.roles)), held_on(posts, _ON)
        )
        return _without(found, posts.c.person_id, formed)
    found = sa.select(label, standings.c.person_id, *none).where(
        standings.c.unit_id == unit, standings.c.standing == formed.standing, held_on(standings, _ON)
    )
    return _without(found, standings.c.person_id, formed)


def _nearest(kind: str) -> ScalarSelect[str]:
    """Return the query for the nearest unit of a kind at or above `place`."""
    return (
        sa.select(unit_closure.c.ancestor_id)
        .join(units, units.c.id == unit_closure.c.ancestor_id)
        .where(
            unit_closure.c.unit_id == sa.bindparam("place", type_=sa.String()),
            units.c.kind == sa.literal(kind, sa.String()),
        )
        .order_by(unit_closure.c.depth)
        .limit(1)
        .scalar_subquery()
    )


def _without(found: Select[Any], person: ColumnElement[str], formed: Formed) -> Select[Any]:
    """Leave out those under a restriction that takes the vote."""
    if not formed.without:
        return found
    barring = restrictions.c.restriction.in_(_literals(formed.without))
    return found.where(
        person.not_in(sa.select(restrictions.c.person_id).where(barring, held_on(restrictions, _ON)))
    )


def _parameters(name: str, number: int) -> list[BindParameter[str]]:
    return [sa.bindparam(f"{name}_{each}", type_=sa.String()) for each in range(number)]


def _literals(values: Iterable[str]) -> list[BindParameter[str]]:
    return [sa.literal(value, sa.String()) for value in values]
