"""The tree of units, opened by levels: along the way to one unit, and one level below it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from records import units
from records.problems import NotFound
from records.units import Unit
from services.parts import Parts
from services.people import unit_view
from services.views import UnitView


@dataclass(frozen=True)
class Branch:
    """A unit in the tree; `below` is None where it is not opened."""

    unit: UnitView
    has_below: bool
    below: Level | None = None


@dataclass(frozen=True)
class Level:
    """The units directly below one, or the roots. `following` is the cursor of the page after this one."""

    branches: tuple[Branch, ...]
    following: str | None = None


async def opened(parts: Parts, at: str | None, *, cursor: str | None = None, limit: int = 100) -> Level:
    """Return the roots, opened along the way to a unit; `cursor` is of the level below it.

    A unit that is not there opens nothing. Raises InvalidInput for a bad cursor.
    """

    def work(connection: Connection) -> Level:
        way: Sequence[Unit] = ()
        if at is not None:
            with suppress(NotFound):
                way = units.path_of(connection, at)[::-1]
        return _level(connection, None, way, cursor, limit)

    return await parts.read(work)


async def branch(parts: Parts, unit_id: str, *, is_open: bool, limit: int = 100) -> Branch:
    """Return one unit with the level below it, opened or not. Raises NotFound."""

    def work(connection: Connection) -> Branch:
        unit = units.unit(connection, unit_id)
        below = _level(connection, unit_id, (), None, limit) if is_open else None
        return Branch(unit_view(unit), unit_id in units.with_some_below(connection, (unit_id,)), below)

    return await parts.read(work)


async def named(
    parts: Parts,
    text: str,
    *,
    kind: str | None = None,
    below: Collection[str] | None = None,
    limit: int = 50,
) -> tuple[tuple[UnitView, ...], ...]:
    """Return units by a part of their name or the beginning of their id, each with the way from the root.

    All, those at and below some, of a kind. Those called exactly so come first. The tree is no secret.
    """

    def work(connection: Connection) -> tuple[tuple[UnitView, ...], ...]:
        found = units.named(connection, text, limit, kind=kind, below=below)
        return tuple(tuple(map(unit_view, units.path_of(connection, unit.id)[::-1])) for unit in found)

    return await parts.read(work)


async def way_to(parts: Parts, unit_id: str) -> tuple[UnitView, ...]:
    """Return a unit, last, after those above it from the root. Raises NotFound. The tree is no secret."""
    way = await parts.read(lambda connection: units.path_of(connection, unit_id))
    return tuple(map(unit_view, way[::-1]))


def _level(
    connection: Connection, parent: str | None, way: Sequence[Unit], cursor: str | None, limit: int
) -> Level:
    """Return the level below a unit, opened along `way`; the last one opened begins at `cursor`."""
    page = units.level(connection, parent, cursor=None if way else cursor, limit=limit)
    onward = way[0] if way else None
    shown = list(page.items)
    if onward is not None and onward.id not in {unit.id for unit in shown}:
        # It stands on a later page, or is closed: the way to it is shown all the same.
        shown.append(onward)
    parents = units.with_some_below(connection, [unit.id for unit in shown])
    return Level(
        tuple(
            Branch(
                unit_view(unit),
                unit.id in parents,
                _level(connection, unit.id, way[1:], cursor, limit)
                if onward is not None and unit.id == onward.id and unit.id in parents
                else None,
            )
            for unit in shown
        ),
        page.next,
    )
