"""Who sees which part of the organisation, and small reads the doors need beside the cases themselves.

People and posts are seen by whoever holds a post today, own or lent, in their unit or above it; everybody
sees what concerns themselves. Here the role `admin` counts, because managing people is what it is for.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select

from records.cursors import Page, cursor_of, place_of
from records.names import searched
from records.organisation import Delegation, Person, Post, delegation, person, post
from records.problems import NotFound
from records.scope import ADMIN, held_on
from records.tables import (
    case_people,
    cases,
    delegations,
    obligations,
    people,
    posts,
    standings,
    tasks,
    unit_closure,
)


def may_administer(connection: Connection, who: str, unit_id: str, today: date) -> bool:
    """Whether somebody holds the role `admin` today in a unit or above it."""
    above = sa.select(unit_closure.c.ancestor_id).where(unit_closure.c.unit_id == unit_id)
    mine = _held(who, today).where(posts.c.role == ADMIN, posts.c.unit_id.in_(above))
    return connection.execute(sa.select(sa.exists(mine))).scalar_one()


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
    query = sa.select(people.c.id).where(_person_is_seen(viewer, today))
    if q:
        query = query.where(people.c.name_search.contains(searched(q), autoescape=True))
    if unit_id is not None:
        query = query.where(people.c.id.in_(_people_of(_below((unit_id,)), today)))
    ids, following = _page(connection, query, people.c.id, cursor, limit)
    return Page(tuple(person(connection, each) for each in ids), following)


def find_person(connection: Connection, person_id: str, *, viewer: str, today: date) -> Person:
    """Return a person the viewer sees. Raises NotFound."""
    query = sa.select(people.c.id).where(people.c.id == person_id, _person_is_seen(viewer, today))
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
    query = sa.select(posts.c.id).where(_post_is_seen(viewer, today))
    for column, value in ((posts.c.unit_id, unit_id), (posts.c.person_id, person_id), (posts.c.role, role)):
        if value is not None:
            query = query.where(column == value)
    ids, following = _page(connection, query, posts.c.id, cursor, limit)
    return Page(tuple(post(connection, each) for each in ids), following)


def find_post(connection: Connection, post_id: str, *, viewer: str, today: date) -> Post:
    """Return a post the viewer sees. Raises NotFound."""
    query = sa.select(posts.c.id).where(posts.c.id == post_id, _post_is_seen(viewer, today))
    if connection.execute(query).first() is None:
        raise NotFound("no such post")
    return post(connection, post_id)


def list_delegations(
    connection: Connection, *, viewer: str, today: date, cursor: str | None = None, limit: int = 50
) -> Page[Delegation]:
    """Return delegations by id: lent by or to the viewer, or administered by them. Raises BadCursor."""
    query = (
        sa.select(delegations.c.id)
        .join(posts, posts.c.id == delegations.c.post_id)
        .where(_delegation_is_seen(viewer, today))
    )
    ids, following = _page(connection, query, delegations.c.id, cursor, limit)
    return Page(tuple(delegation(connection, each) for each in ids), following)


def find_delegation(connection: Connection, delegation_id: str, *, viewer: str, today: date) -> Delegation:
    """Return a delegation the viewer sees. Raises NotFound."""
    query = (
        sa.select(delegations.c.id)
        .join(posts, posts.c.id == delegations.c.post_id)
        .where(delegations.c.id == delegation_id, _delegation_is_seen(viewer, today))
    )
    if connection.execute(query).first() is None:
        raise NotFound("no such delegation")
    return delegation(connection, delegation_id)


def opened_moments(connection: Connection, case_id: str) -> dict[str, datetime]:
    """Return when each open step of a case was opened, by step."""
    query = sa.select(tasks.c.step, sa.func.min(tasks.c.opened_at, type_=tasks.c.opened_at.type))
    rows = connection.execute(query.where(tasks.c.case_id == case_id).group_by(tasks.c.step))
    return {row[0]: row[1] for row in rows}


def overdue_among(connection: Connection, case_ids: tuple[str, ...], today: date) -> frozenset[str]:
    """Return which of these cases have an open step whose deadline has passed."""
    query = sa.select(tasks.c.case_id).where(tasks.c.case_id.in_(case_ids), tasks.c.due_on < today)
    return frozenset(connection.execute(query.distinct()).scalars()) if case_ids else frozenset()


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


def count_undelivered(connection: Connection) -> int:
    """Return how many obligations to inform wait to be met."""
    query = sa.select(sa.func.count()).where(obligations.c.status == "waiting")
    return connection.execute(query).scalar_one()


def is_owed(connection: Connection, who: str, obligation_id: str) -> bool:
    """Whether there is such a message to this person."""
    query = sa.select(obligations.c.id).where(
        obligations.c.id == obligation_id, obligations.c.person_id == who
    )
    return connection.execute(query).first() is not None


def _held(who: str, today: date) -> Select[Any]:
    """Select the units of the posts somebody holds today, own and lent."""
    lent = sa.select(delegations.c.post_id).where(
        delegations.c.substitute_id == who, held_on(delegations, today)
    )
    mine = sa.or_(posts.c.person_id == who, posts.c.id.in_(lent))
    return sa.select(posts.c.unit_id).where(mine, held_on(posts, today))


def _below(unit_ids: Any) -> Select[Any]:  # noqa: ANN401 - ids, or a select of them
    return sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(unit_ids))


def _people_of(unit_ids: Select[Any], today: date) -> sa.CompoundSelect[Any]:
    """Select everybody who belongs to units: by standing, by post, or as the subject of a case."""
    return sa.union(
        sa.select(standings.c.person_id).where(standings.c.unit_id.in_(unit_ids), held_on(standings, today)),
        sa.select(posts.c.person_id).where(posts.c.unit_id.in_(unit_ids)),
        sa.select(cases.c.subject_id).where(cases.c.unit_id.in_(unit_ids)),
    )


def _person_is_seen(viewer: str, today: date) -> ColumnElement[bool]:
    colleagues = _people_of(_below(_held(viewer, today)), today)
    mine = sa.select(case_people.c.case_id).where(case_people.c.person_id == viewer)
    with_me = sa.select(cases.c.subject_id).where(cases.c.id.in_(mine))
    return sa.or_(people.c.id == viewer, people.c.id.in_(colleagues), people.c.id.in_(with_me))


def _post_is_seen(viewer: str, today: date) -> ColumnElement[bool]:
    return sa.or_(posts.c.person_id == viewer, posts.c.unit_id.in_(_below(_held(viewer, today))))


def _delegation_is_seen(viewer: str, today: date) -> ColumnElement[bool]:
    administered = _below(_held(viewer, today).where(posts.c.role == ADMIN))
    return sa.or_(
        delegations.c.substitute_id == viewer, posts.c.person_id == viewer, posts.c.unit_id.in_(administered)
    )


def _page(
    connection: Connection, query: Select[Any], key: ColumnElement[str], cursor: str | None, limit: int
) -> tuple[list[str], str | None]:
    if cursor is not None:
        query = query.where(key > place_of(cursor, 1)[0])
    ids = list(connection.execute(query.order_by(key).limit(limit + 1)).scalars())
    return ids[:limit], cursor_of(ids[limit - 1]) if len(ids) > limit else None
