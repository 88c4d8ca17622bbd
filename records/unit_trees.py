"""The tree of units on any day, and today's picture of it: `units` and `unit_closure`.

Reads of today ask the picture. It is made from `unit_changes` alone, and can be made again at any time. It
says for which day it stands, so that the first who asks on a new day makes it right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from domain.batches import in_batches
from records.tables import picture_day, unit_changes, unit_closure, units
from records.unit_changes import states_on
from records.units import Unit

_AT_ONCE = 500
"""Units that are looked at together."""


def units_below_on(tops: Sequence[str], day: date) -> Select[Any]:
    """Select the ids of units and of all that stood below them on a day."""
    then = _parents_on(day)
    below = sa.select(units.c.id.label("unit_id")).where(units.c.id.in_(tops)).cte(recursive=True)
    further = sa.select(then.c.unit_id).join(below, then.c.parent_id == below.c.unit_id)
    found = below.union(further)
    return sa.select(found.c.unit_id)


def units_above_on(unit_id: str, day: date) -> Select[Any]:
    """Select the ids of a unit and of all that stood above it on a day."""
    then = _parents_on(day)
    above = sa.select(sa.literal(unit_id, sa.String()).label("unit_id")).cte(recursive=True)
    further = sa.select(then.c.parent_id).join(above, then.c.unit_id == above.c.unit_id)
    found = above.union(further)
    return sa.select(found.c.unit_id)


def _parents_on(day: date) -> sa.CTE:
    """Return the pairs of a unit and the one above it, on a day."""
    latest = sa.func.row_number().over(
        partition_by=unit_changes.c.unit_id,
        order_by=(unit_changes.c.from_on.desc(), unit_changes.c.number.desc()),
    )
    said = (
        sa.select(unit_changes.c.unit_id, unit_changes.c.parent_id, latest.label("place"))
        .where(unit_changes.c.parent_id.is_not(None), unit_changes.c.from_on <= day)
        .subquery()
    )
    return sa.select(said.c.unit_id, said.c.parent_id).where(said.c.place == 1).cte()


def keep_others_out(connection: Connection) -> None:
    """Let nobody else change the tree until the end of the transaction; two moves may make a circle.

    A writing transaction on SQLite does that by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE unit_changes IN SHARE ROW EXCLUSIVE MODE")


def bring_up_to_date(connection: Connection, today: date, now: datetime) -> tuple[str, ...]:
    """Make today's picture say what the changes say, and return the units that were different.

    Units that stand elsewhere, or are of another kind, are marked with `now` until the open cases below them
    say so too. A closing shows when it is carried out, not before. Nothing the second time.
    """
    changed = _changed_ever(connection)
    wrong = [pair for some in in_batches(changed, _AT_ONCE) for pair in _wrong(connection, some, today)]
    if not wrong:
        return ()
    keep_others_out(connection)
    for shown, right in wrong:
        different = (shown.parent, shown.kind) != (right.parent, right.kind)
        connection.execute(
            sa.update(units)
            .where(units.c.id == right.id)
            .values(
                kind=right.kind,
                name=right.name,
                parent_id=right.parent,
                temporary=right.temporary,
                may_approve=right.may_approve,
                **({"moved_at": now} if different else {}),
            )
        )
    moved = [right.id for shown, right in wrong if shown.parent != right.parent]
    if moved:
        _spell_out(connection, moved)
    return tuple(right.id for _, right in wrong)


def wrong_units(connection: Connection, today: date) -> list[str]:
    """Return the units that the picture shows otherwise than what was said of them for today."""
    every = sorted(connection.execute(sa.select(units.c.id)).scalars())
    return [right.id for some in in_batches(every, _AT_ONCE) for _, right in _wrong(connection, some, today)]


def picture_day_of(connection: Connection) -> date | None:
    """Return the day for which today's picture stands; None where nobody ever said."""
    return connection.execute(sa.select(picture_day.c.stands_for)).scalar()


def stand_for(connection: Connection, today: date, now: datetime) -> None:
    """Make the picture stand for today. Of two processes, the one whose clock is behind changes nothing."""
    keep_others_out(connection)
    stands_for = picture_day_of(connection)
    if stands_for is not None and stands_for >= today:
        return
    bring_up_to_date(connection, today, now)
    connection.execute(sa.delete(picture_day))
    connection.execute(sa.insert(picture_day).values(id=1, stands_for=today))


def moved_units(connection: Connection) -> dict[str, datetime]:
    """Return the units that moved and may have open cases below that do not say so yet, and when."""
    query = sa.select(units.c.id, units.c.moved_at).where(units.c.moved_at.is_not(None))
    return {row.id: row.moved_at for row in connection.execute(query)}


def settle_move(connection: Connection, unit_id: str, moved_at: datetime) -> None:
    """Note that every open case below a unit says where it stands, unless it has moved again since."""
    still = sa.and_(units.c.id == unit_id, units.c.moved_at == moved_at)
    connection.execute(sa.update(units).where(still).values(moved_at=None))


def _changed_ever(connection: Connection) -> list[str]:
    query = sa.select(unit_changes.c.unit_id).distinct().where(unit_changes.c.number > 1)
    return list(connection.execute(query.order_by(unit_changes.c.unit_id)).scalars())


def _wrong(connection: Connection, ids: Sequence[str], today: date) -> Iterator[tuple[Unit, Unit]]:
    """Yield units as they are shown and as they should be."""
    rows = connection.execute(sa.select(units).where(units.c.id.in_(ids))).all()
    shown = {
        row.id: Unit(row.id, row.kind, row.name, row.parent_id, row.temporary, row.may_approve)
        for row in rows
    }
    for unit, state in states_on(connection, ids, today).items():
        if shown[unit] != state:
            yield shown[unit], state


def _spell_out(connection: Connection, moved: Iterable[str]) -> None:
    """Write the closure of moved units and of all below them anew, from the parents."""
    every = connection.execute(sa.select(units.c.id, units.c.parent_id))
    parents: Mapping[str, str | None] = {row.id: row.parent_id for row in every}
    below = sa.select(unit_closure.c.unit_id).distinct()
    for some in in_batches(sorted(moved), _AT_ONCE):
        inside = connection.execute(below.where(unit_closure.c.ancestor_id.in_(some))).scalars().all()
        for part in in_batches(inside, _AT_ONCE):
            connection.execute(sa.delete(unit_closure).where(unit_closure.c.unit_id.in_(part)))
            rows = [row for unit in part for row in _above(parents, unit)]
            connection.execute(sa.insert(unit_closure), rows)


def _above(parents: Mapping[str, str | None], unit: str) -> Iterator[dict[str, object]]:
    above: str | None = unit
    depth = 0
    while above is not None:
        yield {"ancestor_id": above, "unit_id": unit, "depth": depth}
        above, depth = parents[above], depth + 1
