"""The organisation: units in a tree, people, posts, and posts lent to substitutes.

Days are the organisation's; `to_on` is the last day, None while there is none. Ids are opaque and made here unless
they are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select

from records.cursors import Page, cursor_of, place_of
from records.names import searchable, searched
from records.problems import NotFound, OutOfOrder
from records.scope import held_on
from records.tables import delegations, people, posts, restrictions, unit_closure, units


@dataclass(frozen=True, slots=True)
class Unit:
    """A place in the organisation tree. `parent` is None for a root."""

    id: str
    kind: str
    name: str
    parent: str | None
    temporary: bool
    may_approve: bool


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


def add_unit(  # noqa: PLR0913 - a unit has these parts
    connection: Connection,
    *,
    kind: str,
    name: str,
    parent: str | None = None,
    temporary: bool = False,
    may_approve: bool = False,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Unit:
    """Add a unit below `parent`. Raises NotFound where the parent is none."""
    made = Unit(id or uuid4().hex, kind, name, parent, temporary, may_approve)
    if parent is not None:
        unit(connection, parent)
    connection.execute(
        sa.insert(units).values(
            id=made.id, kind=kind, name=name, parent_id=parent, temporary=temporary, may_approve=may_approve
        )
    )
    above = sa.select(unit_closure.c.ancestor_id, sa.literal(made.id), unit_closure.c.depth + 1).where(
        unit_closure.c.unit_id == parent
    )
    columns = ["ancestor_id", "unit_id", "depth"]
    connection.execute(sa.insert(unit_closure).from_select(columns, above))
    connection.execute(sa.insert(unit_closure).values(ancestor_id=made.id, unit_id=made.id, depth=0))
    return made


def change_unit(
    connection: Connection,
    unit_id: str,
    *,
    name: str | None = None,
    temporary: bool | None = None,
    may_approve: bool | None = None,
) -> Unit:
    """Change what is given and return the unit. Raises NotFound."""
    given = {"name": name, "temporary": temporary, "may_approve": may_approve}
    values = {key: value for key, value in given.items() if value is not None}
    if values:
        connection.execute(sa.update(units).where(units.c.id == unit_id).values(values))
    return unit(connection, unit_id)


def move_unit(connection: Connection, unit_id: str, parent: str) -> Unit:
    """Put a unit, with all below it, under another. Raises NotFound, OutOfOrder under itself."""
    unit(connection, unit_id)
    unit(connection, parent)
    below = sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == unit_id)
    moved = set(connection.execute(below).scalars())
    if parent in moved:
        raise OutOfOrder("a unit cannot stand below itself")
    inside, tops = unit_closure.alias(), unit_closure.alias()
    connection.execute(
        sa.delete(unit_closure).where(
            unit_closure.c.unit_id.in_(moved), unit_closure.c.ancestor_id.not_in(moved)
        )
    )
    pairs = (
        sa.select(tops.c.ancestor_id, inside.c.unit_id, tops.c.depth + inside.c.depth + 1)
        .select_from(tops.join(inside, sa.true()))
        .where(tops.c.unit_id == parent, inside.c.ancestor_id == unit_id)
    )
    connection.execute(sa.insert(unit_closure).from_select(["ancestor_id", "unit_id", "depth"], pairs))
    connection.execute(sa.update(units).where(units.c.id == unit_id).values(parent_id=parent))
    return unit(connection, unit_id)


def unit(connection: Connection, unit_id: str) -> Unit:
    """Return a unit. Raises NotFound."""
    row = connection.execute(sa.select(units).where(units.c.id == unit_id)).one_or_none()
    if row is None:
        raise NotFound("no such unit")
    return _unit(row)


def list_units(
    connection: Connection, *, below: str | None = None, cursor: str | None = None, limit: int = 200
) -> Page[Unit]:
    """Return units by id, all or those at and below one. Raises BadCursor."""
    query = sa.select(units)
    if below is not None:
        inside = sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == below)
        query = query.where(units.c.id.in_(inside))
    rows, following = _page(connection, query, units.c.id, cursor, limit)
    return Page(tuple(_unit(row) for row in rows), following)


def path_of(connection: Connection, unit_id: str) -> tuple[Unit, ...]:
    """Return the unit first, then its parents up to the root. Raises NotFound."""
    query = (
        sa.select(units)
        .join(unit_closure, unit_closure.c.ancestor_id == units.c.id)
        .where(unit_closure.c.unit_id == unit_id)
        .order_by(unit_closure.c.depth)
    )
    found = tuple(_unit(row) for row in connection.execute(query))
    if not found:
        raise NotFound("no such unit")
    return found


def add_person(  # noqa: PLR0913 - a person has these parts
    connection: Connection,
    *,
    name: str,
    email: str | None = None,
    language: str = "zh",
    born_on: date | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Person:
    """Add a person."""
    made = Person(id or uuid4().hex, name, email, language, born_on)
    connection.execute(
        sa.insert(people).values(
            id=made.id,
            name=name,
            name_search=searchable(name),
            email=email,
            language=language,
            born_on=born_on,
        )
    )
    return made


def change_person(connection: Connection, person_id: str, values: Mapping[str, Any]) -> Person:
    """Change any of name, email, language, born_on and return the person. Raises NotFound."""
    changed = {key: values[key] for key in ("name", "email", "language", "born_on") if key in values}
    if "name" in changed:
        changed["name_search"] = searchable(changed["name"])
    if changed:
        connection.execute(sa.update(people).where(people.c.id == person_id).values(changed))
    return person(connection, person_id)


def person(connection: Connection, person_id: str) -> Person:
    """Return a person. Raises NotFound."""
    row = connection.execute(sa.select(people).where(people.c.id == person_id)).one_or_none()
    if row is None:
        raise NotFound("no such person")
    return _person(row)


def list_people(
    connection: Connection, *, q: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Person]:
    """Return people by id; `q` is part of a name, in characters, pinyin or initials. Raises BadCursor."""
    query = sa.select(people)
    if q:
        query = query.where(people.c.name_search.contains(searched(q), autoescape=True))
    rows, following = _page(connection, query, people.c.id, cursor, limit)
    return Page(tuple(_person(row) for row in rows), following)


def names_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of people by id; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = sa.select(people.c.id, people.c.name).where(people.c.id.in_(wanted))
    return {row.id: row.name for row in connection.execute(query)}


def add_post(  # noqa: PLR0913 - a post has these parts
    connection: Connection,
    *,
    person_id: str,
    role: str,
    unit_id: str,
    from_on: date,
    to_on: date | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Post:
    """Give somebody a post. Raises NotFound, OutOfOrder where it would end before it begins."""
    _check_order(from_on, to_on)
    person(connection, person_id)
    unit(connection, unit_id)
    made = id or uuid4().hex
    connection.execute(
        sa.insert(posts).values(
            id=made, person_id=person_id, role=role, unit_id=unit_id, from_on=from_on, to_on=to_on
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


def posts_held(connection: Connection, person_id: str, today: date) -> tuple[Post, ...]:
    """Return the posts somebody holds today in their own right."""
    query = _select_posts().where(posts.c.person_id == person_id, held_on(posts, today))
    return tuple(_post(row) for row in connection.execute(query.order_by(posts.c.from_on, posts.c.id)))


def list_posts(  # noqa: PLR0913 - filters, all by name
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
    rows, following = _page(connection, query, posts.c.id, cursor, limit)
    return Page(tuple(_post(row) for row in rows), following)


def add_delegation(  # noqa: PLR0913 - a delegation has these parts
    connection: Connection,
    *,
    post_id: str,
    substitute: str,
    from_on: date,
    to_on: date | None = None,
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
            id=made, post_id=post_id, substitute_id=substitute, from_on=from_on, to_on=to_on
        )
    )
    return delegation(connection, made)


def end_delegation(connection: Connection, delegation_id: str, to_on: date) -> Delegation:
    """End a delegation after its last day, which may lie before its first: it then never was. Raises NotFound."""
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


def list_delegations(
    connection: Connection,
    *,
    person_id: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delegation]:
    """Return delegations by id: those somebody gave or received, those in force on a day. Raises BadCursor."""
    query = _select_delegations()
    if person_id is not None:
        query = query.where(sa.or_(delegations.c.substitute_id == person_id, posts.c.person_id == person_id))
    if on is not None:
        query = query.where(held_on(delegations, on))
    rows, following = _page(connection, query, delegations.c.id, cursor, limit)
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


def _check_order(from_on: date, to_on: date | None) -> None:
    if to_on is not None and to_on < from_on:
        raise OutOfOrder("the last day lies before the first")


def _page(
    connection: Connection, query: Select[Any], key: ColumnElement[str], cursor: str | None, limit: int
) -> tuple[list[Row[Any]], str | None]:
    if cursor is not None:
        query = query.where(key > place_of(cursor, 1)[0])
    rows = list(connection.execute(query.order_by(key).limit(limit + 1)).all())
    return rows[:limit], cursor_of(rows[limit - 1].id) if len(rows) > limit else None


def _select_posts() -> Select[Any]:
    named = (units.c.name.label("unit_name"), units.c.kind.label("unit_kind"))
    return sa.select(posts, *named).join(units, units.c.id == posts.c.unit_id)


def _select_delegations() -> Select[Any]:
    lent = (posts.c.person_id, posts.c.role, posts.c.unit_id)
    return sa.select(delegations, *lent).join(posts, posts.c.id == delegations.c.post_id)


def _unit(row: Row[Any]) -> Unit:
    return Unit(row.id, row.kind, row.name, row.parent_id, row.temporary, row.may_approve)


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.name, row.email, row.language, row.born_on)


def _post(row: Row[Any]) -> Post:
    return Post(
        row.id, row.person_id, row.role, row.unit_id, row.unit_name, row.unit_kind, row.from_on, row.to_on
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
