"""Units over time: what becomes different from which day, and how a unit was on any day.

A unit on a day is its founding with every later word for that day laid over it: of two words about the same
thing the one for the later day counts, and of two for one day the one said last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.cursors import Page, cursor_of, place_of
from records.problems import NotFound
from records.tables import unit_changes
from records.units import Unit

EVER = date.min
"""The founding of a unit that came with the installation."""

SAID = ("name", "kind", "parent_id", "may_approve", "temporary", "closed")
"""The columns with what a change may say."""


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What becomes different in a unit from a day on; None where it stays as it was."""

    unit: str
    number: int
    """In the order of recording, from 1, the founding."""
    from_on: date
    recorded_at: datetime | None
    recorded_by: str | None
    reason: str | None
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    may_approve: bool | None = None
    temporary: bool | None = None
    closed: bool | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Who said something about the organisation, when and why."""

    by: str | None
    """None where it was said at the machine itself."""
    at: datetime
    """The moment, aware, UTC."""
    reason: str | None = None


def add_change(
    connection: Connection, unit_id: str, from_on: date, said: Said, different: Mapping[str, object]
) -> UnitChange:
    """Write down what becomes different; keys are those of `SAID`. Whether it may be is asked before."""
    last = sa.select(sa.func.max(unit_changes.c.number)).where(unit_changes.c.unit_id == unit_id)
    number = (connection.execute(last).scalar() or 0) + 1
    words = {"recorded_at": said.at, "recorded_by": said.by, "reason": said.reason, **different}
    connection.execute(
        sa.insert(unit_changes).values(unit_id=unit_id, number=number, from_on=from_on, **words)
    )
    return changes_of(connection, unit_id)[-1]


def changes_of(connection: Connection, unit_id: str) -> tuple[UnitChange, ...]:
    """Return all that was ever said of a unit, in the order of recording. Raises NotFound."""
    query = sa.select(unit_changes).where(unit_changes.c.unit_id == unit_id)
    found = tuple(_change(row) for row in connection.execute(query.order_by(unit_changes.c.number)))
    if not found:
        raise NotFound("no such unit")
    return found


def moved_by(connection: Connection, unit_id: str, today: date) -> UnitChange:
    """Return the word by which a unit stands where it does today, and is of its kind. Raises NotFound.

    What is said of it besides, or only for a day to come, moved nothing.
    """
    said = changes_of(connection, unit_id)
    moved = [one for one in said if one.from_on <= today and (one.parent is not None or one.kind is not None)]
    return max(moved, key=lambda one: (one.from_on, one.number), default=said[0])


def unit_on(connection: Connection, unit_id: str, day: date) -> Unit:
    """Return a unit as it was on a day. Raises NotFound before its founding and from its closing on."""
    unit = states_on(connection, [unit_id], day).get(unit_id)
    if unit is None:
        raise NotFound("no such unit then")
    return unit


def path_on(connection: Connection, unit_id: str, day: date) -> tuple[Unit, ...]:
    """Return the unit first, then its parents up to the root, as they were on a day. Raises NotFound."""
    path = [unit_on(connection, unit_id, day)]
    while path[-1].parent is not None:
        path.append(unit_on(connection, path[-1].parent, day))
    return tuple(path)


def list_units_on(
    connection: Connection, day: date, *, cursor: str | None = None, limit: int = 200
) -> Page[Unit]:
    """Return the units there were on a day, by id. Raises BadCursor."""
    ended = unit_changes.alias()
    gone = sa.exists().where(
        ended.c.unit_id == unit_changes.c.unit_id, ended.c.closed.is_(True), ended.c.from_on <= day
    )
    query = sa.select(unit_changes.c.unit_id).where(
        unit_changes.c.number == 1, unit_changes.c.from_on <= day, sa.not_(gone)
    )
    if cursor is not None:
        query = query.where(unit_changes.c.unit_id > place_of(cursor, 1)[0])
    ids = list(connection.execute(query.order_by(unit_changes.c.unit_id).limit(limit + 1)).scalars())
    states = states_on(connection, ids[:limit], day)
    items = tuple(states[each] for each in ids[:limit])
    return Page(items, cursor_of(ids[limit - 1]) if len(ids) > limit else None)


def changed_between(connection: Connection, after: date, until: date, limit: int) -> tuple[str, ...]:
    """Return the units of which something is said for a day after one, up to another, by id."""
    between = (unit_changes.c.from_on > after, unit_changes.c.from_on <= until)
    query = sa.select(unit_changes.c.unit_id).where(*between).distinct().order_by(unit_changes.c.unit_id)
    return tuple(connection.execute(query.limit(limit)).scalars())


def states_on(connection: Connection, ids: Sequence[str], day: date) -> dict[str, Unit]:
    """Return units as they were on a day, by id; those that were not there are left out."""
    if not ids:
        return {}
    known = sa.select(unit_changes).where(unit_changes.c.unit_id.in_(ids), unit_changes.c.from_on <= day)
    order = (unit_changes.c.unit_id, unit_changes.c.from_on, unit_changes.c.number)
    return laid_over(_change(row) for row in connection.execute(known.order_by(*order)))


def laid_over(changes: Iterable[UnitChange]) -> dict[str, Unit]:
    """Return the units that changes lead to, by id; these come in the order of days, then of recording."""
    told: dict[str, dict[str, Any]] = {}
    for change in changes:
        words = {name: getattr(change, name) for name in _WORDS if getattr(change, name) is not None}
        told[change.unit] = told.get(change.unit, {}) | words
    return {
        unit: Unit(unit, its["kind"], its["name"], its.get("parent"), its["temporary"], its["may_approve"])
        for unit, its in told.items()
        if not its.get("closed")
    }


_WORDS = ("name", "kind", "parent", "may_approve", "temporary", "closed")


def _change(row: Row[Any]) -> UnitChange:
    return UnitChange(
        row.unit_id,
        row.number,
        row.from_on,
        row.recorded_at,
        row.recorded_by,
        row.reason,
        row.name,
        row.kind,
        row.parent_id,
        row.may_approve,
        row.temporary,
        row.closed,
    )
