"""The standing of people over time: one after another, without overlap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.events import Body, CaseClosed, CaseReopened, CaseStarted, CaseTransferred, Event, StageLeft
from domain.process import Process
from records.columns import Day
from records.prepared import Prepared
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
    query = _standings_of(None if among is None else tuple(sorted(among)))
    rows = [_Held(*row) for row in query.rows(connection, {"of_person": person})]
    day = on.isoformat()
    covering = next(
        (row for row in rows if row.from_on <= day and (row.to_on is None or row.to_on >= day)), None
    )
    if covering is not None and (covering.standing, covering.unit) == (standing, unit):
        return
    if covering is not None:
        _END.send(connection, {"of_row": covering.id, "until": on - timedelta(days=1)})
    following = next((date.fromisoformat(row.from_on) for row in rows if row.from_on > day), None)
    begun = {
        "id": uuid4().hex,
        "person_id": person,
        "standing": standing,
        "unit_id": unit,
        "from_on": on,
        "to_on": None if following is None else following - timedelta(days=1),
        "source": source,
    }
    _BEGIN.send(connection, begun)


class _Held(NamedTuple):
    """One standing in the register; days are text."""

    id: str
    standing: str
    unit: str
    from_on: str
    to_on: str | None


@lru_cache(maxsize=64)
def _standings_of(among: tuple[str, ...] | None) -> Prepared:
    """Return the query for the standings a person ever had, of these names; None: of any."""
    mine = standings.c.person_id == sa.bindparam("of_person")
    if among is not None:
        mine = sa.and_(mine, standings.c.standing.in_([sa.literal(name, sa.String()) for name in among]))
    never_valid = sa.func.coalesce(standings.c.to_on < standings.c.from_on, sa.false())
    columns = (
        standings.c.id,
        standings.c.standing,
        standings.c.unit_id,
        standings.c.from_on,
        standings.c.to_on,
    )
    return Prepared(sa.select(*columns).where(mine, sa.not_(never_valid)).order_by(standings.c.from_on))


_END = Prepared(
    sa.update(standings)
    .where(standings.c.id == sa.bindparam("of_row"))
    .values(to_on=sa.bindparam("until", type_=Day()))
)
_BEGIN = Prepared(sa.insert(standings))
