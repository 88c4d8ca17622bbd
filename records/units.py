"""Units: the organisation as a tree, with every pair of a unit and one above it written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.cursors import Page
from records.paging import page_of
from records.problems import NotFound, OutOfOrder
from records.tables import unit_closure, units


@dataclass(frozen=True, slots=True)
class Unit:
    """A place in the organisation tree. `parent` is None for a root."""

    id: str
    kind: str
    name: str
    parent: str | None
    temporary: bool
    may_approve: bool


def add_unit(
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
    rows, following = page_of(connection, query, units.c.id, cursor, limit)
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


def _unit(row: Row[Any]) -> Unit:
    return Unit(row.id, row.kind, row.name, row.parent_id, row.temporary, row.may_approve)
