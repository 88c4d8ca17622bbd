"""The standing of people over time: one after another, without overlap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.events import Body, CaseClosed, CaseReopened, CaseStarted, CaseTransferred, Event, StageLeft
from domain.process import Process
from records.scope import held_on
from records.tables import standings


def follow_standings(connection: Connection, process: Process, case: Case, new: Sequence[Event]) -> None:
    """Write down the standings that events of a case give to its subject, each in its unit."""
    edition = process.edition(case.version)
    for event in new:
        body, on = event.body, event.occurred_on
        gained, unit = _gained(body, case)
        if gained is not None:
            source = f"case/{case.id}/{event.seq}"
            among = tuple(edition.standings)
            set_standing(connection, case.subject, gained, unit, on, source=source, among=among)
        elif isinstance(body, CaseClosed) and edition.outcomes[body.outcome].kind != "reached":
            _end_standing(connection, case.subject, case.standing, on)


def _gained(body: Body, case: Case) -> tuple[str | None, str]:
    """Return the standing an event gives, and the unit it is held in."""
    match body:
        case CaseStarted(standing=standing, path=path):
            return standing, path[0].id
        case StageLeft(standing=standing):
            return standing, case.unit
        case CaseTransferred(path=path):
            return case.standing, path[0].id
        case CaseReopened():
            return case.standing, case.unit
        case _:
            return None, case.unit


def _end_standing(connection: Connection, person: str, standing: str, on: date) -> None:
    """End the standing of a candidate who is none any more; one held for another reason stays."""
    held = sa.and_(standings.c.person_id == person, standings.c.standing == standing, held_on(standings, on))
    connection.execute(sa.update(standings).where(held).values(to_on=on - timedelta(days=1)))


def set_standing(
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

    `among` names the standings that follow each other (those of one process), so that a person can have one
    in several processes; None: all. Saying the same again changes nothing.
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
