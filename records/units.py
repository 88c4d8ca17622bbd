"""Units: the organisation as a tree, with every pair of a unit and one above it written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.cursors import Page
from records.paging import page_of
from records.problems import NotFound, OutOfOrder
from records.tables import unit_changes, unit_closure, units

_BEGINNING: Final = 4
"""Letters of an id that say more than that it is one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A place in the organisation tree. `parent` is None for a root."""

    id: str
    kind: str
    name: str
    parent: str | None
    temporary: bool
    may_approve: bool
    closed_on: date | None = None
    """The first day on which it was no more."""


def add_unit(  # noqa: PLR0913 - what a unit is, and who says so
    connection: Connection,
    *,
    kind: str,
    name: str,
    parent: str | None = None,
    temporary: bool = False,
    may_approve: bool = False,
    id: str | None = None,  # noqa: A002 - the column's name
    from_on: date = date.min,
    recorded_at: datetime | None = None,
    recorded_by: str | None = None,
) -> Unit:
    """Add a unit below `parent`, founded on `from_on`. Raises NotFound where the parent is none.

    Left out, it was always there and came with the installation.
    """
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
    said = {"from_on": from_on, "recorded_at": recorded_at, "recorded_by": recorded_by}
    states = {"kind": kind, "name": name, "parent_id": parent}
    powers = {"temporary": temporary, "may_approve": may_approve}
    connection.execute(sa.insert(unit_changes).values(unit_id=made.id, number=1, **said, **states, **powers))
    return made


def change_unit(
    connection: Connection,
    unit_id: str,
    *,
    name: str | None = None,
    temporary: bool | None = None,
    may_approve: bool | None = None,
) -> Unit:
    """Change what is given in today's picture alone and return the unit. Raises NotFound."""
    given = {"name": name, "temporary": temporary, "may_approve": may_approve}
    values = {key: value for key, value in given.items() if value is not None}
    if values:
        connection.execute(sa.update(units).where(units.c.id == unit_id).values(values))
    return unit(connection, unit_id)


def move_unit(connection: Connection, unit_id: str, parent: str) -> Unit:
    """Put a unit, with all below it, under another, in today's picture alone.

    Raises NotFound, OutOfOrder under itself.
    """
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
    row = connection.execute(_ONE, {"one": unit_id}).one_or_none()
    if row is None:
        raise NotFound("no such unit")
    return _unit(row)


def list_units(
    connection: Connection,
    *,
    below: Collection[str] | None = None,
    kind: str | None = None,
    cursor: str | None = None,
    limit: int = 200,
) -> Page[Unit]:
    """Return units that are not closed by id: all, those at and below some, of a kind. Raises BadCursor."""
    query = sa.select(units).where(units.c.closed_on.is_(None))
    if kind is not None:
        query = query.where(units.c.kind == kind)
    if below is not None:
        query = query.where(_inside(below))
    rows, following = page_of(connection, query, units.c.id, cursor, limit)
    return Page(tuple(_unit(row) for row in rows), following)


def units_under(connection: Connection, unit_id: str, limit: int) -> tuple[Unit, ...]:
    """Return the units directly below one that are not closed, by id."""
    rows = connection.execute(_UNDER, {"above": unit_id, "most": limit})
    return tuple(_unit(row) for row in rows)


def level(
    connection: Connection, parent: str | None, *, cursor: str | None = None, limit: int = 200
) -> Page[Unit]:
    """Return the units directly below one, or the roots, that are not closed, by id. Raises BadCursor."""
    query = sa.select(units).where(units.c.parent_id == parent, units.c.closed_on.is_(None))
    rows, following = page_of(connection, query, units.c.id, cursor, limit)
    return Page(tuple(_unit(row) for row in rows), following)


def with_some_below(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Return those of some units that have a unit below them which is not closed."""
    return frozenset(connection.execute(_WITH_SOME_BELOW, {"some": tuple(ids)}).scalars())


def units_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Unit]:
    """Return units by their ids, closed ones too; what is none is left out."""
    rows = connection.execute(sa.select(units).where(units.c.id.in_(ids)))
    return {row.id: _unit(row) for row in rows}


def named(
    connection: Connection,
    text: str,
    limit: int,
    *,
    kind: str | None = None,
    below: Collection[str] | None = None,
) -> tuple[Unit, ...]:
    """Return units that are not closed with some words in their name, or an id that begins so.

    All, those at and below some, of a kind. Those called exactly so come first, then all by name.
    """
    part = units.c.name.icontains(text, autoescape=True) | (units.c.id == text)
    if len(text) >= _BEGINNING:
        part |= units.c.id.istartswith(text, autoescape=True)
    query = sa.select(units).where(part, units.c.closed_on.is_(None))
    if kind is not None:
        query = query.where(units.c.kind == kind)
    if below is not None:
        query = query.where(_inside(below))
    exactly_first = sa.case((sa.or_(units.c.name == text, units.c.id == text), 0), else_=1)
    query = query.order_by(exactly_first, units.c.name, units.c.id)
    return tuple(_unit(row) for row in connection.execute(query.limit(limit)))


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


def _inside(below: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a unit is one of some, or below one."""
    inside = sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(below))
    return units.c.id.in_(inside)


def _unit(row: Row[Any]) -> Unit:
    return Unit(row.id, row.kind, row.name, row.parent_id, row.temporary, row.may_approve, row.closed_on)


# Written once: they are asked with every page, and building a statement takes longer than running it.
_ONE = sa.select(units).where(units.c.id == sa.bindparam("one"))
_UNDER = (
    sa.select(units)
    .where(units.c.parent_id == sa.bindparam("above"), units.c.closed_on.is_(None))
    .order_by(units.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_WITH_SOME_BELOW = (
    sa.select(units.c.parent_id)
    .where(units.c.parent_id.in_(sa.bindparam("some", expanding=True)), units.c.closed_on.is_(None))
    .distinct()
)
