"""The organisation: units in a tree, people, posts, and posts lent to substitutes.

Days are the organisation's; `to_on` is the last day, None while there is none. Ids are opaque and made here
unless they are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Select

from records.cursors import Page
from records.names import searchable
from records.paging import page_of
from records.problems import NotFound, OutOfOrder
from records.scope import held_on
from records.searching import named, spell
from records.tables import delegations, people, posts, restrictions, units
from records.units import Unit, add_unit, change_unit, list_units, move_unit, path_of, unit

__all__ = [
    "Delegation",
    "Person",
    "Post",
    "Unit",
    "add_delegation",
    "add_person",
    "add_post",
    "add_restriction",
    "add_unit",
    "change_person",
    "change_unit",
    "delegation",
    "delegations_by_id",
    "end_delegation",
    "end_post",
    "list_delegations",
    "list_people",
    "list_posts",
    "list_units",
    "move_unit",
    "names_of",
    "path_of",
    "person",
    "persons",
    "post",
    "posts_by_id",
    "posts_held",
    "unit",
]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the organisation knows. `language` is the one messages are written in."""

    id: str
    name: str
    email: str | None
    language: str
    born_on: date | None


@dataclass(frozen=True, slots=True)
class Post:
    """A person's role in a unit, from a day to a last day."""

    id: str
    person: str
    role: str
    unit: str
    unit_name: str
    unit_kind: str
    from_on: date
    to_on: date | None
    granted_by: str | None = None
    """Who gave it; None where it came with the installation."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """A post lent to a substitute."""

    id: str
    post: str
    owner: str
    substitute: str
    role: str
    unit: str
    from_on: date
    to_on: date | None


T = TypeVar("T", Person, Post, Delegation)


def add_person(
    connection: Connection,
    *,
    name: str,
    email: str | None = None,
    language: str = "zh",
    born_on: date | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Person:
    """Add a person."""
    made, search = Person(id or uuid4().hex, name, email, language, born_on), searchable(name)
    connection.execute(
        sa.insert(people).values(
            id=made.id,
            name=name,
            name_search=search,
            email=email,
            language=language,
            born_on=born_on,
        )
    )
    spell(connection, made.id, search)
    return made


def change_person(connection: Connection, person_id: str, values: Mapping[str, Any]) -> Person:
    """Change any of name, email, language, born_on and return the person. Raises NotFound."""
    changed = {key: values[key] for key in ("name", "email", "language", "born_on") if key in values}
    person(connection, person_id)
    if "name" in changed:
        changed["name_search"] = searchable(changed["name"])
        spell(connection, person_id, changed["name_search"])
    if changed:
        connection.execute(sa.update(people).where(people.c.id == person_id).values(changed))
    return person(connection, person_id)


def person(connection: Connection, person_id: str) -> Person:
    """Return a person. Raises NotFound."""
    row = connection.execute(sa.select(people).where(people.c.id == person_id)).one_or_none()
    if row is None:
        raise NotFound("no such person")
    return _person(row)


def persons(connection: Connection, ids: Sequence[str]) -> tuple[Person, ...]:
    """Return people by id, in the order of the ids; unknown ids are left out."""
    rows = connection.execute(sa.select(people).where(people.c.id.in_(ids))) if ids else ()
    return _in_order(ids, map(_person, rows))


def list_people(
    connection: Connection, *, q: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Person]:
    """Return people by id; `q` is part of a name, in characters, pinyin or initials. Raises BadCursor."""
    query = sa.select(people)
    if q:
        query = query.where(named(connection, q)(people.c.id))
    rows, following = page_of(connection, query, people.c.id, cursor, limit)
    return Page(tuple(_person(row) for row in rows), following)


def names_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of people by id; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = sa.select(people.c.id, people.c.name).where(people.c.id.in_(wanted))
    return {row.id: row.name for row in connection.execute(query)}


def add_post(
    connection: Connection,
    *,
    person_id: str,
    role: str,
    unit_id: str,
    from_on: date,
    to_on: date | None = None,
    granted_by: str | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Post:
    """Give somebody a post; `granted_by` is who gave it.

    Raises NotFound, and OutOfOrder where it would end before it begins.
    """
    _check_order(from_on, to_on)
    person(connection, person_id)
    unit(connection, unit_id)
    made = id or uuid4().hex
    connection.execute(
        sa.insert(posts).values(
            id=made,
            person_id=person_id,
            role=role,
            unit_id=unit_id,
            from_on=from_on,
            to_on=to_on,
            granted_by=granted_by,
        )
    )
    return post(connection, made)


def end_post(connection: Connection, post_id: str, to_on: date) -> Post:
    """End a post after its last day. Raises NotFound, OutOfOrder."""
    _check_order(post(connection, post_id).from_on, to_on)
    connection.execute(sa.update(posts).where(posts.c.id == post_id).values(to_on=to_on))
    return post(connection, post_id)


def post(connection: Connection, post_id: str) -> Post:
    """Return a post. Raises NotFound."""
    row = connection.execute(_select_posts().where(posts.c.id == post_id)).one_or_none()
    if row is None:
        raise NotFound("no such post")
    return _post(row)


def posts_by_id(connection: Connection, ids: Sequence[str]) -> tuple[Post, ...]:
    """Return posts in the order of their ids; unknown ids are left out."""
    rows = connection.execute(_select_posts().where(posts.c.id.in_(ids))) if ids else ()
    return _in_order(ids, map(_post, rows))


def posts_held(connection: Connection, person_id: str, today: date) -> tuple[Post, ...]:
    """Return the posts somebody holds today in their own right."""
    query = _select_posts().where(posts.c.person_id == person_id, held_on(posts, today))
    return tuple(_post(row) for row in connection.execute(query.order_by(posts.c.from_on, posts.c.id)))


def list_posts(
    connection: Connection,
    *,
    person_id: str | None = None,
    unit_id: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Post]:
    """Return posts by id: of a person, in a unit, held on a day. Raises BadCursor."""
    query = _select_posts()
    if person_id is not None:
        query = query.where(posts.c.person_id == person_id)
    if unit_id is not None:
        query = query.where(posts.c.unit_id == unit_id)
    if on is not None:
        query = query.where(held_on(posts, on))
    rows, following = page_of(connection, query, posts.c.id, cursor, limit)
    return Page(tuple(_post(row) for row in rows), following)


def add_delegation(
    connection: Connection,
    *,
    post_id: str,
    substitute: str,
    from_on: date,
    to_on: date | None = None,
    granted_by: str | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Delegation:
    """Lend a post. Raises NotFound, OutOfOrder where it would end too early or go to its own holder."""
    _check_order(from_on, to_on)
    person(connection, substitute)
    if post(connection, post_id).person == substitute:
        raise OutOfOrder("nobody substitutes for themselves")
    made = id or uuid4().hex
    connection.execute(
        sa.insert(delegations).values(
            id=made,
            post_id=post_id,
            substitute_id=substitute,
            from_on=from_on,
            to_on=to_on,
            granted_by=granted_by,
        )
    )
    return delegation(connection, made)


def end_delegation(connection: Connection, delegation_id: str, to_on: date) -> Delegation:
    """End a delegation after a last day; one before its first undoes it. Raises NotFound."""
    delegation(connection, delegation_id)
    query = sa.update(delegations).where(delegations.c.id == delegation_id)
    connection.execute(query.values(to_on=to_on))
    return delegation(connection, delegation_id)


def delegation(connection: Connection, delegation_id: str) -> Delegation:
    """Return a delegation. Raises NotFound."""
    row = connection.execute(_select_delegations().where(delegations.c.id == delegation_id)).one_or_none()
    if row is None:
        raise NotFound("no such delegation")
    return _delegation(row)


def delegations_by_id(connection: Connection, ids: Sequence[str]) -> tuple[Delegation, ...]:
    """Return delegations in the order of their ids; unknown ids are left out."""
    rows = connection.execute(_select_delegations().where(delegations.c.id.in_(ids))) if ids else ()
    return _in_order(ids, map(_delegation, rows))


def list_delegations(
    connection: Connection,
    *,
    person_id: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delegation]:
    """Return delegations by id: given or received by somebody, in force on a day. Raises BadCursor."""
    query = _select_delegations()
    if person_id is not None:
        query = query.where(sa.or_(delegations.c.substitute_id == person_id, posts.c.person_id == person_id))
    if on is not None:
        query = query.where(held_on(delegations, on))
    rows, following = page_of(connection, query, delegations.c.id, cursor, limit)
    return Page(tuple(_delegation(row) for row in rows), following)


def add_restriction(
    connection: Connection, person_id: str, restriction: str, from_on: date, to_on: date | None = None
) -> str:
    """Put a person under a restriction and return its id. Raises NotFound, OutOfOrder."""
    _check_order(from_on, to_on)
    person(connection, person_id)
    made = uuid4().hex
    connection.execute(
        sa.insert(restrictions).values(
            id=made, person_id=person_id, restriction=restriction, from_on=from_on, to_on=to_on
        )
    )
    return made


def _in_order(ids: Sequence[str], found: Iterable[T]) -> tuple[T, ...]:
    by_id = {one.id: one for one in found}
    return tuple(by_id[each] for each in ids if each in by_id)


def _check_order(from_on: date, to_on: date | None) -> None:
    if to_on is not None and to_on < from_on:
        raise OutOfOrder("the last day lies before the first")


def _select_posts() -> Select[Any]:
    named = (units.c.name.label("unit_name"), units.c.kind.label("unit_kind"))
    return sa.select(posts, *named).join(units, units.c.id == posts.c.unit_id)


def _select_delegations() -> Select[Any]:
    lent = (posts.c.person_id, posts.c.role, posts.c.unit_id)
    return sa.select(delegations, *lent).join(posts, posts.c.id == delegations.c.post_id)


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.name, row.email, row.language, row.born_on)


def _post(row: Row[Any]) -> Post:
    return Post(
        row.id,
        row.person_id,
        row.role,
        row.unit_id,
        row.unit_name,
        row.unit_kind,
        row.from_on,
        row.to_on,
        row.granted_by,
    )


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        row.id,
        row.post_id,
        row.person_id,
        row.substitute_id,
        row.role,
        row.unit_id,
        row.from_on,
        row.to_on,
    )
