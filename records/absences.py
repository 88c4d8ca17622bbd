"""Leave: from when until when somebody is away, as he says himself. Why is not asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.problems import NotFound, check_order
from records.tables import absences, delegations


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which somebody is away."""

    id: str
    person: str
    from_on: date
    to_on: date
    """The last day; before the first where it never began."""
    recorded_at: datetime
    ended_at: datetime | None
    """When he came back sooner than he had said."""


def add_absence(connection: Connection, person: str, from_on: date, to_on: date, now: datetime) -> Absence:
    """Write down that somebody will be away. Raises OutOfOrder."""
    check_order(from_on, to_on)
    made = Absence(uuid4().hex, person, from_on, to_on, now, None)
    connection.execute(
        sa.insert(absences).values(
            id=made.id, person_id=person, from_on=from_on, to_on=to_on, recorded_at=now
        )
    )
    return made


def end_absence(connection: Connection, absence_id: str, to_on: date, now: datetime) -> Absence:
    """Write down that somebody is back after an earlier last day. Raises NotFound."""
    query = sa.update(absences).where(absences.c.id == absence_id)
    connection.execute(query.values(to_on=to_on, ended_at=now))
    return absence(connection, absence_id)


def absence(connection: Connection, absence_id: str) -> Absence:
    """Return an absence. Raises NotFound."""
    row = connection.execute(sa.select(absences).where(absences.c.id == absence_id)).one_or_none()
    if row is None:
        raise NotFound("no such absence")
    return _absence(row)


def absences_since(connection: Connection, people: Collection[str], day: date) -> tuple[Absence, ...]:
    """Return the absences of people that last to a day or longer, or begin later; the soonest first."""
    if not people:
        return ()
    rows = connection.execute(_SINCE, {"people": sorted(people), "day": day})
    return tuple(_absence(row) for row in rows)


def tied_to(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the delegations that belong to each absence."""
    if not ids:
        return {}
    query = sa.select(delegations.c.absence_id, delegations.c.id)
    query = query.where(delegations.c.absence_id.in_(sorted(ids))).order_by(delegations.c.id)
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(query):
        found[row.absence_id] = (*found.get(row.absence_id, ()), row.id)
    return found


def _absence(row: Row[Any]) -> Absence:
    return Absence(row.id, row.person_id, row.from_on, row.to_on, row.recorded_at, row.ended_at)


# Written once: it is asked with every page, and building a statement takes longer than running it.
_SINCE = (
    sa.select(absences)
    .where(
        absences.c.person_id.in_(sa.bindparam("people", expanding=True)),
        absences.c.to_on >= sa.bindparam("day"),
        absences.c.to_on >= absences.c.from_on,
    )
    .order_by(absences.c.from_on, absences.c.id)
)
