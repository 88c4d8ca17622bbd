"""The standing of people over time: one after another, without overlap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.events import CaseStarted, CaseTransferred, Event, StageLeft
from domain.process import Process
from records.tables import standings


def follow_standings(connection: Connection, process: Process, case: Case, new: Sequence[Event]) -> None:
    """Write down the standings that events of a case give to its subject, and the unit the subject moves to."""
    for event in new:
        gained: str | None = None
        unit = case.unit
        if isinstance(event.body, CaseStarted):
            gained, unit = event.body.standing, event.body.path[0].id
        elif isinstance(event.body, StageLeft):
            gained = event.body.standing
        elif isinstance(event.body, CaseTransferred):
            gained, unit = case.standing, event.body.path[0].id
        if gained is not None:
            names = process.edition(case.version).standings
            source = f"case/{case.id}/{event.seq}"
            set_standing(
                connection, case.subject, gained, unit, event.occurred_on, source=source, among=tuple(names)
            )


def set_standing(  # noqa: PLR0913 - a line of the register has these parts
    connection: Connection,
    person: str,
    standing: str,
    unit: str,
    on: date,
    *,
    source: str,
    among: Collection[str] | None = None,
) -> None:
    """Say that a person has a standing in a unit from `on` until the next one begins.

    `among` names the standings that follow each other (those of one process), so that a person can have one in
    several processes; None: all. Saying the same again changes nothing.
    """
    mine = standings.c.person_id == person
    if among is not None:
        mine = sa.and_(mine, standings.c.standing.in_(sorted(among)))
    never_valid = standings.c.to_on < standings.c.from_on
    rows = connection.execute(
        sa.select(standings)
        .where(mine, sa.not_(sa.func.coalesce(never_valid, sa.false())))
        .order_by(standings.c.from_on)
    ).all()
    covering = next(
        (row for row in rows if row.from_on <= on and (row.to_on is None or row.to_on >= on)), None
    )
    if covering is not None and (covering.standing, covering.unit_id) == (standing, unit):
        return
    if covering is not None:
        ends = sa.update(standings).where(standings.c.id == covering.id).values(to_on=on - timedelta(days=1))
        connection.execute(ends)
    following = next((row.from_on for row in rows if row.from_on > on), None)
    connection.execute(
        sa.insert(standings).values(
            id=uuid4().hex,
            person_id=person,
            standing=standing,
            unit_id=unit,
            from_on=on,
            to_on=None if following is None else following - timedelta(days=1),
            source=source,
        )
    )
