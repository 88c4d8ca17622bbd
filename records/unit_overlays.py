"""Under which local overlay the cases of a unit start: what was said of it, and what holds on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from records.organisation_tables import unit_overlays
from records.tables import unit_closure, units


class Switched(NamedTuple):
    """One word about a unit."""

    unit: str
    unit_name: str
    process: str
    overlay: str
    """Empty: none, whatever units above have."""
    from_on: date
    reason: str
    recorded_at: datetime


def say(  # noqa: PLR0917 - of what, and what
    connection: Connection, unit: str, process: str, overlay: str, from_on: date, reason: str, now: datetime
) -> None:
    """Write down under which overlay a unit and all below it start cases from a day on."""
    same = sa.and_(unit_overlays.c.unit_id == unit, unit_overlays.c.process == process)
    last = connection.execute(sa.select(sa.func.max(unit_overlays.c.number)).where(same)).scalar() or 0
    said = {"overlay": overlay, "from_on": from_on, "reason": reason, "recorded_at": now}
    place = {"unit_id": unit, "process": process, "number": last + 1}
    connection.execute(sa.insert(unit_overlays).values(place | said))


def overlay_of(connection: Connection, unit: str, process: str, day: date) -> str | None:
    """Return the overlay under which a unit starts a case on a day, or None.

    The nearest unit counts of which anything was said for that day; there the latest first day, and of one
    day the last word.
    """
    query = (
        sa.select(unit_overlays.c.overlay)
        .join(unit_closure, unit_closure.c.ancestor_id == unit_overlays.c.unit_id)
        .where(
            unit_closure.c.unit_id == unit, unit_overlays.c.process == process, unit_overlays.c.from_on <= day
        )
        .order_by(unit_closure.c.depth, unit_overlays.c.from_on.desc(), unit_overlays.c.number.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or None


def said(connection: Connection) -> tuple[Switched, ...]:
    """Return everything that was said, by unit and in its order."""
    query = (
        sa.select(unit_overlays, units.c.name)
        .join(units, units.c.id == unit_overlays.c.unit_id)
        .order_by(unit_overlays.c.unit_id, unit_overlays.c.process, unit_overlays.c.number)
    )
    return tuple(
        Switched(row.unit_id, row.name, row.process, row.overlay, row.from_on, row.reason, row.recorded_at)
        for row in connection.execute(query)
    )
