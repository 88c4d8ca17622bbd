"""The standing of people over time: one after another, without overlap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.events import (
    Body,
    CaseClosed,
    CaseReopened,
    CaseStarted,
    CaseTransferred,
    CorrectionConfirmed,
    Event,
    StageLeft,
)
from domain.process import Process
from domain.standings import Stood, standings_given
from records.columns import Day
from records.held_units import held_on
from records.prepared import Prepared, Sent
from records.stored import events_after
from records.tables import people, standings


def ask_for_standings(
    connection: Connection, process: Process, case: Case, new: Sequence[Event]
) -> Sent | None:
    """Ask for the standings of the subject of a case where the events of an act give him one more."""
    if not any(_gained(event.body, case)[0] is not None for event in new):
        return None
    _KEEP_OTHERS_OUT.send(connection, {"of_person": case.subject})
    return _standings_of(_among(process, case)).send(connection, {"of_person": case.subject})


def standings_in(asked: Sent | None) -> list[Held] | None:
    """Return the standings that were asked for, if they were."""
    return None if asked is None else [Held(*row) for row in asked.rows()]


def puts_right(new: Sequence[Event]) -> bool:
    """Whether events change what was written down of standings before, which takes more than a round."""
    return any(isinstance(event.body, CorrectionConfirmed) for event in new)


def follow_standings(
    connection: Connection,
    process: Process,
    case: Case,
    new: Sequence[Event],
    known: Sequence[Held] | None = None,
) -> None:
    """Write down the standings that events of a case give to its subject, each in its unit.

    `known` is what was asked for before; without it everything is looked up here. Where a day was corrected
    (`puts_right`), `put_right` is to be asked instead.
    """
    edition = process.edition(case.version)
    for event in new:
        body, on = event.body, event.occurred_on
        gained, unit = _gained(body, case)
        if gained is not None:
            rows = known
            if rows is None:
                rows = _standings(connection, case.subject, _among(process, case))
            source = f"case/{case.id}/{event.seq}"
            _begin(connection, rows, case.subject, gained, unit, on, source=source)
            # Whatever follows has to see what was just written.
            known = None
        elif isinstance(body, CaseClosed) and edition.outcomes[body.outcome].kind != "reached":
            given = {"of_person": case.subject, "of_name": case.standing}
            _END_HELD.send(connection, given | {"on": on, "until": on - timedelta(days=1)})


def _among(process: Process, case: Case) -> tuple[str, ...]:
    """Return the standings that follow each other in a case."""
    return tuple(sorted(process.edition(case.version).standings))


def put_right(connection: Connection, process: Process, case: Case) -> None:
    """Make the standings a case gave its subject those that its events give by the days as they stand now.

    What other cases or the installation say of the person stays, and only ends with the day on which the case
    begins to give a standing.
    """
    events = (stored.event for stored in events_after(connection, case.id))
    wanted = standings_given(process, case, events)
    rows = _standings(connection, case.subject, _among(process, case))
    mine = _of_case(connection, case.id, {row.id for row in rows})
    others = [row for row in rows if row.id not in mine]
    _let_others_end(connection, others, [row for row in rows if row.id in mine], wanted)
    stated = [_row(case, one, wanted[number + 1 :], others) for number, one in enumerate(wanted)]
    made = [
        row for row, one in zip(stated, wanted, strict=True) if one.standing and not _is_said(one, others)
    ]
    last = [row for row in rows if row.id in mine][-1:]
    if made and made[-1]["to_on"] is None and last and last[0].to_on and wanted[-1].standing is not None:
        # Something else ended it, such as the closing of a unit.
        made[-1]["to_on"] = max(date.fromisoformat(last[0].to_on), made[-1]["from_on"])
    connection.execute(sa.delete(standings).where(standings.c.id.in_(sorted(mine))))
    if made:
        connection.execute(sa.insert(standings), made)


def _row(case: Case, one: Stood, later: Sequence[Stood], others: Sequence[Held]) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "person_id": case.subject,
        "standing": one.standing,
        "unit_id": one.unit,
        "from_on": one.on,
        "to_on": _until(one, later, others),
        "source": f"case/{case.id}/{one.seq}",
    }


def _of_case(connection: Connection, case_id: str, ids: Collection[str]) -> frozenset[str]:
    """Return those of some standings that a case gave."""
    given = sa.and_(standings.c.id.in_(sorted(ids)), standings.c.source.startswith(f"case/{case_id}/"))
    return frozenset(connection.execute(sa.select(standings.c.id).where(given)).scalars())


def _let_others_end(
    connection: Connection, others: Sequence[Held], mine: Sequence[Held], wanted: Sequence[Stood]
) -> None:
    """Let what ended with the first day of the case end with what this day is now."""
    if not mine or not wanted:
        return
    was = date.fromisoformat(min(row.from_on for row in mine)) - timedelta(days=1)
    ends = wanted[0].on - timedelta(days=1)
    for row in others:
        if row.to_on == was.isoformat() and was != ends:
            _END.send(connection, {"of_row": row.id, "until": ends})


def _until(one: Stood, later: Sequence[Stood], others: Sequence[Held]) -> date | None:
    following = [stood.on for stood in later[:1]]
    following += [begun for row in others if (begun := date.fromisoformat(row.from_on)) > one.on]
    return min(following) - timedelta(days=1) if following else None


def _is_said(one: Stood, others: Sequence[Held]) -> bool:
    """Whether something else says the same of that day already."""
    day = one.on.isoformat()
    return any(
        (row.standing, row.unit) == (one.standing, one.unit)
        and row.from_on <= day
        and (row.to_on is None or row.to_on >= day)
        for row in others
    )


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
    rows = _standings(connection, person, None if among is None else tuple(sorted(among)))
    _begin(connection, rows, person, standing, unit, on, source=source)


def _begin(  # noqa: PLR0917 - a standing has these parts
    connection: Connection,
    rows: Sequence[Held],
    person: str,
    standing: str,
    unit: str,
    on: date,
    *,
    source: str,
) -> None:
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


class Held(NamedTuple):
    """One standing in the register; days are text."""

    id: str
    standing: str
    unit: str
    from_on: str
    to_on: str | None


def _standings(connection: Connection, person: str, among: tuple[str, ...] | None) -> list[Held]:
    _KEEP_OTHERS_OUT.send(connection, {"of_person": person})
    return [Held(*row) for row in _standings_of(among).rows(connection, {"of_person": person})]


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


# Whoever writes down a standing by hand, or in another case, is waited for; rows may go on naming the person.
_KEEP_OTHERS_OUT = Prepared(
    sa.select(people.c.id).where(people.c.id == sa.bindparam("of_person")).with_for_update(key_share=True)
)
_END = Prepared(
    sa.update(standings)
    .where(standings.c.id == sa.bindparam("of_row"))
    .values(to_on=sa.bindparam("until", type_=Day()))
)
_BEGIN = Prepared(sa.insert(standings))
# A candidate who is none any more; what is held for another reason stays.
_END_HELD = Prepared(
    sa.update(standings)
    .where(
        standings.c.person_id == sa.bindparam("of_person"),
        standings.c.standing == sa.bindparam("of_name"),
        held_on(standings, sa.bindparam("on", type_=Day())),
    )
    .values(to_on=sa.bindparam("until", type_=Day()))
)
