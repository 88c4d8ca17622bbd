"""What bars people, from a day to a last day. No word about it is changed: a correction is a further one.

`restrictions`, which acts and rosters ask, is made from the last word about each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records import words
from records.problems import NotFound, check_order
from records.tables import restriction_entries, restrictions, standings
from records.unit_changes import Said


@dataclass(frozen=True, slots=True)
class Restriction:
    """A word about one restriction of a person."""

    id: str
    number: int
    """From 1; the last one counts."""
    person: str
    restriction: str
    from_on: date
    to_on: date | None
    """The last day; before the first where it never was."""
    reason: str | None
    recorded_at: datetime | None
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class Stood:
    """A standing somebody had, or will have."""

    standing: str
    unit: str
    from_on: date
    to_on: date | None
    source: str
    id: str


def add_restriction(  # noqa: PLR0917 - what a restriction is, and who says so
    connection: Connection,
    person_id: str,
    restriction: str,
    from_on: date,
    to_on: date | None,
    said: Said,
) -> Restriction:
    """Put a person under a restriction. Raises OutOfOrder."""
    check_order(from_on, to_on)
    made = uuid4().hex
    barred = {"person_id": person_id, "restriction": restriction, "from_on": from_on, "to_on": to_on}
    connection.execute(sa.insert(restrictions).values(id=made, **barred))
    _say(connection, made, 1, barred, said)
    return history_of(connection, person_id, made)[-1]


def correct_restriction(  # noqa: PLR0917 - what a restriction is, and who says so
    connection: Connection, person_id: str, restriction_id: str, from_on: date, to_on: date | None, said: Said
) -> Restriction:
    """Say that a restriction has other days; a last day before the first: it never was. Raises NotFound."""
    # Who says something of it at the same moment waits, and counts on.
    mine = sa.select(restrictions.c.id).where(restrictions.c.id == restriction_id)
    connection.execute(mine.with_for_update())
    before = history_of(connection, person_id, restriction_id)[-1]
    days = {"from_on": from_on, "to_on": to_on}
    query = sa.update(restrictions).where(restrictions.c.id == restriction_id)
    connection.execute(query.values(days))
    barred = {"person_id": person_id, "restriction": before.restriction, **days}
    _say(connection, restriction_id, before.number + 1, barred, said)
    return history_of(connection, person_id, restriction_id)[-1]


def history_of(
    connection: Connection, person_id: str, restriction_id: str | None = None
) -> tuple[Restriction, ...]:
    """Return every word about what bars somebody, by restriction and in order.

    Raises NotFound for a restriction of somebody else, or of nobody.
    """
    query = sa.select(restriction_entries).where(restriction_entries.c.person_id == person_id)
    if restriction_id is not None:
        query = query.where(restriction_entries.c.restriction_id == restriction_id)
    order = (restriction_entries.c.restriction_id, restriction_entries.c.number)
    rows = connection.execute(query.order_by(*order)).all()
    reasons = words.opened(connection, [((person_id,), row.reason) for row in rows])
    found = tuple(_restriction(row, reason) for row, reason in zip(rows, reasons, strict=True))
    if restriction_id is not None and not found:
        raise NotFound("no such restriction")
    return found


def standings_of(connection: Connection, person_id: str) -> tuple[Stood, ...]:
    """Return the standings somebody ever had, the first one first; those that never held are left out."""
    never = sa.func.coalesce(standings.c.to_on < standings.c.from_on, sa.false())
    query = sa.select(standings).where(standings.c.person_id == person_id, sa.not_(never))
    rows = connection.execute(query.order_by(standings.c.from_on, standings.c.id))
    return tuple(Stood(row.standing, row.unit_id, row.from_on, row.to_on, row.source, row.id) for row in rows)


def _say(
    connection: Connection, restriction_id: str, number: int, barred: Mapping[str, object], said: Said
) -> None:
    reason = words.sealed(connection, (str(barred["person_id"]),), said.reason, said.at)
    who = {"reason": reason, "recorded_at": said.at, "recorded_by": said.by}
    connection.execute(
        sa.insert(restriction_entries).values(restriction_id=restriction_id, number=number, **barred, **who)
    )


def _restriction(row: Row[Any], reason: str | None) -> Restriction:
    return Restriction(
        row.restriction_id,
        row.number,
        row.person_id,
        row.restriction,
        row.from_on,
        row.to_on,
        reason,
        row.recorded_at,
        row.recorded_by,
    )
