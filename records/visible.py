"""Who sees which part of the organisation, and small reads the doors need beside the cases themselves.

People and posts are seen by whoever holds a post today, own or lent, in their unit or above it; everybody
sees what concerns themselves. Here the role `admin` counts, because managing people is what it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Select

from records.below import is_below, units_below
from records.cursors import Page, cursor_of, place_of
from records.dialects import is_among
from records.held_units import held_on, held_units, units_in
from records.organisation import (
    Delegation,
    Person,
    Post,
    delegation,
    delegations_by_id,
    person,
    persons,
    post,
    posts_by_id,
)
from records.problems import NotFound
from records.scope import ADMIN
from records.searching import EVERYBODY, RARE, bearers, named
from records.tables import (
    case_people,
    cases,
    delegations,
    people,
    posts,
    standings,
    tasks,
    unit_closure,
)
from records.unit_trees import units_below_on

_Way = tuple[ColumnElement[str], ColumnElement[bool]]
"""A column with ids, and the condition on its rows."""
_Condition = Callable[[ColumnElement[str]], ColumnElement[bool]]

_Place = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Makes a condition on a column with ids of units."""

_MANY = 100
"""Units below somebody's posts, from which on reading in order is quicker than gathering."""


def may_administer(connection: Connection, who: str, unit_id: str, today: date) -> bool:
    """Whether somebody holds the role `admin` today in a unit or above it."""
    return bool(which_administered(connection, who, (unit_id,), today))


def which_administered(
    connection: Connection, who: str, unit_ids: Collection[str], today: date
) -> frozenset[str]:
    """Return those of some units in which, or above which, somebody holds the role `admin` today."""
    mine = set(administered(connection, who, today))
    if not mine:
        return frozenset()
    above = sa.select(unit_closure.c.unit_id, unit_closure.c.ancestor_id)
    above = above.where(is_among(connection, unit_closure.c.unit_id, unit_ids))
    return frozenset(unit for unit, ancestor in connection.execute(above) if ancestor in mine)


def administered(connection: Connection, who: str, today: date) -> tuple[str, ...]:
    """Return the units in which somebody holds the role `admin` today; those below are his, too."""
    return _administered(connection, who, today).tops


def list_people(
    connection: Connection,
    *,
    viewer: str,
    today: date,
    q: str | None = None,
    unit_id: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Person]:
    """Return people by id: the viewer, and those at and below the viewer's posts. Raises BadCursor."""
    units = _held(connection, viewer, today)
    conditions: list[_Condition] = []
    ways = _ways_to_people(viewer, units, today)
    if unit_id is not None:
        ways = _people_of(_inside((unit_id,)), today, _LISTED)
        if _are_many(connection, _Units((unit_id,), are_all=False)):
            belonging = _people_of(partial(is_below, (unit_id,)), today, _LOOKED_UP)
            ways = [_in_turn(connection, q, lambda column: _is_among(column, belonging))]
        if not _is_below(connection, units, unit_id):
            conditions.append(lambda column: _person_is_seen(column, viewer, units, today))
    elif _are_many(connection, units):
        ways = [_in_turn(connection, q, lambda column: _person_is_seen(column, viewer, units, today))]
    if q:
        in_turn = len(ways) == 1
        conditions.append(named(connection, q, begin_with=EVERYBODY if in_turn else RARE))
    ids, following = _page(connection, ways, conditions, cursor, limit)
    return Page(persons(connection, ids), following)


def find_person(connection: Connection, person_id: str, *, viewer: str, today: date) -> Person:
    """Return a person the viewer sees. Raises NotFound."""
    units = _held(connection, viewer, today)
    query = sa.select(people.c.id).where(
        people.c.id == person_id, _person_is_seen(people.c.id, viewer, units, today)
    )
    if connection.execute(query).first() is None:
        raise NotFound("no such person")
    return person(connection, person_id)


def list_posts(
    connection: Connection,
    *,
    viewer: str,
    today: date,
    unit_id: str | None = None,
    person_id: str | None = None,
    role: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Post]:
    """Return posts by id, ended ones included, in units of the viewer's posts and below, and the viewer's
    own.

    Raises BadCursor.
    """
    asked = ((posts.c.unit_id, unit_id), (posts.c.person_id, person_id), (posts.c.role, role))
    narrowed = [column == value for column, value in asked if value is not None]
    units = _held(connection, viewer, today)
    reasons = _reasons_to_see_posts(viewer, units)
    if not units.are_all and _are_many(connection, units):
        # As with people: the first of so many are found sooner by looking at each in turn.
        reasons = [sa.or_(posts.c.person_id == viewer, is_below(units.tops, posts.c.unit_id))]
    ways = [(posts.c.id, seen) for seen in reasons]
    ids, following = _page(connection, ways, [lambda _id: sa.and_(True, *narrowed)], cursor, limit)
    return Page(posts_by_id(connection, ids), following)


def find_post(connection: Connection, post_id: str, *, viewer: str, today: date) -> Post:
    """Return a post the viewer sees. Raises NotFound."""
    seen = sa.or_(*_reasons_to_see_posts(viewer, _held(connection, viewer, today)))
    if connection.execute(sa.select(posts.c.id).where(posts.c.id == post_id, seen)).first() is None:
        raise NotFound("no such post")
    return post(connection, post_id)


def list_delegations(
    connection: Connection, *, viewer: str, today: date, cursor: str | None = None, limit: int = 50
) -> Page[Delegation]:
    """Return delegations by id: lent by or to the viewer, or administered by them. Raises BadCursor."""
    administered = _administered(connection, viewer, today)
    ways = [(delegations.c.id, seen) for seen in _reasons_to_see_delegations(viewer, administered)]
    ids, following = _page(connection, ways, [], cursor, limit)
    return Page(delegations_by_id(connection, ids), following)


def find_delegation(connection: Connection, delegation_id: str, *, viewer: str, today: date) -> Delegation:
    """Return a delegation the viewer sees. Raises NotFound."""
    seen = sa.or_(*_reasons_to_see_delegations(viewer, _administered(connection, viewer, today)))
    query = sa.select(delegations.c.id).where(delegations.c.id == delegation_id, seen)
    if connection.execute(query).first() is None:
        raise NotFound("no such delegation")
    return delegation(connection, delegation_id)


def units_seen(
    connection: Connection, *, viewer: str, today: date, days: Sequence[date]
) -> Callable[[ColumnElement[str]], ColumnElement[bool]]:
    """Return what makes the condition that a unit is one of the viewer's posts of today, or below one.

    Below is what stands there today, or stood there on one of `days`: a unit that is closed since counts.
    """
    units = _held(connection, viewer, today)
    if units.are_all:
        return lambda _unit: sa.true()
    if not units.tops:
        return lambda _unit: sa.false()
    below = sa.union(units_below(units.tops), *(units_below_on(units.tops, day) for day in days))
    return lambda unit: unit.in_(below)


def opened_moments(connection: Connection, case_id: str) -> dict[str, datetime]:
    """Return when each open step of a case was opened, by step."""
    query = sa.select(tasks.c.step, sa.func.min(tasks.c.opened_at, type_=tasks.c.opened_at.type))
    rows = connection.execute(query.where(tasks.c.case_id == case_id).group_by(tasks.c.step))
    return {row[0]: row[1] for row in rows}


def present_standings(
    connection: Connection, ids: tuple[str, ...], today: date
) -> dict[str, tuple[str, str]]:
    """Return the standing people have today, and the unit they have it in, by person."""
    query = (
        sa.select(standings.c.person_id, standings.c.standing, standings.c.unit_id)
        .where(standings.c.person_id.in_(ids), held_on(standings, today))
        .order_by(standings.c.from_on)
    )
    return {row.person_id: (row.standing, row.unit_id) for row in connection.execute(query)} if ids else {}


class _Units(NamedTuple):
    """The units somebody holds posts in, and whether these are above every unit there is."""

    tops: tuple[str, ...]
    are_all: bool


def _held(connection: Connection, who: str, today: date) -> _Units:
    return _units_of(connection, _HELD, who, today)


def _administered(connection: Connection, who: str, today: date) -> _Units:
    return _units_of(connection, _ADMINISTERED, who, today)


def _units_of(connection: Connection, query: Select[Any], who: str, today: date) -> _Units:
    """Return the units a query selects.

    People and posts belong to no process: a post that is lent for some cases shows those of its units.
    """
    held = units_in(connection, query, who, today)
    partly = [unit for lent in held.partly for unit in lent.units]
    return _Units(tuple(dict.fromkeys((*held.wholly, *partly))), held.are_all)


def _are_many(connection: Connection, units: _Units) -> bool:
    query = units_below(units.tops).limit(_MANY)
    return bool(units.tops) and len(connection.execute(query).all()) == _MANY


def _is_below(connection: Connection, units: _Units, unit_id: str) -> bool:
    query = sa.select(is_below(units.tops, sa.literal(unit_id)))
    return units.are_all or bool(connection.execute(query).scalar())


class _Tables(NamedTuple):
    """Tables under names of their own. Making one takes longer than finding a page of people."""

    people: FromClause
    cases: FromClause
    standings: FromClause
    posts: FromClause


_LISTED = _Tables(people.alias(), cases.alias(), standings.alias(), posts.alias())
_LOOKED_UP = _Tables(people.alias(), cases.alias(), standings.alias(), posts.alias())
"""The same, for what is asked about each of those listed."""


def _ways_to_people(viewer: str, units: _Units, today: date) -> list[_Way]:
    return _ways(_LISTED, viewer, units, today, _inside(units.tops))


def _ways(tables: _Tables, viewer: str, units: _Units, today: date, inside: _Place) -> list[_Way]:
    somebody, known = tables.people, tables.cases
    if units.are_all:
        return [(somebody.c.id, sa.true())]
    mine = sa.select(case_people.c.case_id).where(case_people.c.person_id == viewer)
    colleagues = _people_of(inside, today, tables) if units.tops else []
    return [(somebody.c.id, somebody.c.id == viewer), (known.c.subject_id, known.c.id.in_(mine)), *colleagues]


def _inside(tops: Sequence[str]) -> _Place:
    """Return the condition that a unit is one of some or below, for gathering all who are there."""
    return lambda unit: unit.in_(units_below(tops))


def _people_of(inside: _Place, today: date, tables: _Tables) -> list[_Way]:
    """Return how to find everybody who belongs to units: by standing, by post, as the subject of a case."""
    standing, held, known = tables.standings, tables.posts, tables.cases
    return [
        (standing.c.person_id, sa.and_(inside(standing.c.unit_id), held_on(standing, today))),
        (held.c.person_id, inside(held.c.unit_id)),
        (known.c.subject_id, inside(known.c.unit_id)),
    ]


def _in_turn(connection: Connection, q: str | None, belongs: _Condition) -> _Way:
    """Return how to look at everybody in turn, or at those of a name.

    A page is soon full that way where many belong; gathering all of them takes longer.
    """
    some = bearers(connection, q) if q else None
    somebody = _LISTED.people if some is None else some
    return somebody.c.id, belongs(somebody.c.id)


def _person_is_seen(
    column: ColumnElement[str], viewer: str, units: _Units, today: date
) -> ColumnElement[bool]:
    """Return the condition on one person, which looks that person up in each way.

    With OFFSET, because else PostgreSQL gathers everybody who is seen, to look somebody up among them.
    """
    return _is_among(column, _ways(_LOOKED_UP, viewer, units, today, partial(is_below, units.tops)))


def _is_among(column: ColumnElement[str], ways: Sequence[_Way]) -> ColumnElement[bool]:
    return sa.or_(
        *(sa.exists(sa.select(1).where(way == column, condition).offset(0)) for way, condition in ways)
    )


def _reasons_to_see_posts(viewer: str, units: _Units) -> list[ColumnElement[bool]]:
    if units.are_all:
        return [sa.true()]
    own: list[ColumnElement[bool]] = [posts.c.person_id == viewer]
    return [*own, posts.c.unit_id.in_(units_below(units.tops))] if units.tops else own


def _reasons_to_see_delegations(viewer: str, administered: _Units) -> list[ColumnElement[bool]]:
    def of_posts(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return delegations.c.post_id.in_(sa.select(posts.c.id).where(condition))

    if administered.are_all:
        return [sa.true()]
    own = [delegations.c.substitute_id == viewer, of_posts(posts.c.person_id == viewer)]
    return [*own, of_posts(posts.c.unit_id.in_(units_below(administered.tops)))] if administered.tops else own


def _page(
    connection: Connection,
    ways: Sequence[_Way],
    conditions: Sequence[_Condition],
    cursor: str | None,
    limit: int,
) -> tuple[list[str], str | None]:
    """Return the first ids found in any of several ways; each is looked up on its own."""
    after = None if cursor is None else place_of(cursor, 1)[0]
    firsts = [
        sa.select(column.label("id"))
        .distinct()
        .where(
            way,
            *(condition(column) for condition in conditions),
            *([] if after is None else [column > after]),
        )
        .order_by(column)
        .limit(limit + 1)
        .subquery()
        for column, way in ways
    ]
    found = sa.union(*(sa.select(first.c.id) for first in firsts)).subquery()
    ids = list(connection.execute(sa.select(found.c.id).order_by(found.c.id).limit(limit + 1)).scalars())
    return ids[:limit], cursor_of(ids[limit - 1]) if len(ids) > limit else None


_HELD = held_units(shows=sa.true())
_ADMINISTERED = held_units(shows=posts.c.role == ADMIN)
