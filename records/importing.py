"""Brings a case in as it was recorded elsewhere: its events with their hashes, and every row that follows.

People and units that are not known here are added with their names alone: no logins, no posts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.chain import canonical
from domain.circumstances import UnitRef
from domain.evolving import replay
from domain.library import Library
from records import organisation, rebuilding
from records.log_tables import imported_cases
from records.problems import AlreadyThere
from records.snapshots import case_of
from records.standings import follow_standings, put_right, puts_right
from records.stored import events_after
from records.tables import cases, events, obligations, people, units

ELSEWHERE = "imported"
"""How what was owed before a case came here is marked: nobody is told again."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a case comes from."""

    origin: str
    seq: int
    head: str
    manifest: str
    checkpoint: str
    verifiers: str


def bring_in(
    connection: Connection,
    library: Library,
    lines: Sequence[Mapping[str, Any]],
    *,
    names: Mapping[str, Mapping[str, str]],
    came: Provenance,
    now: datetime,
    sealed: Callable[[Connection], Mapping[int, str]],
) -> Case:
    """Write the events of one case, which were checked, and all that follows from them; return the case.

    `sealed` gives, once its people are here, what is personal in its events, sealed, by number.

    Raises AlreadyThere where the case is known here, UnknownProcess where its definition is not.
    """
    case_id = str(lines[0]["case"])
    if connection.execute(sa.select(cases.c.id).where(cases.c.id == case_id)).first() is not None:
        raise AlreadyThere("the case is here already")
    first = lines[0]
    _add_units(connection, lines, names.get("units", {}))
    _add_people(connection, names.get("people", {}), str(first["data"]["subject"]))
    apart = sealed(connection)
    connection.execute(sa.insert(cases).values(_stand_in(first, now)))
    connection.execute(sa.insert(events), [_row(line, apart.get(line["seq"])) for line in lines])
    rebuilding.rebuild(connection, library, case_id)
    case = _follow(connection, library, case_id)
    told = sa.update(obligations).where(obligations.c.case_id == case_id)
    connection.execute(told.values(status="sent", channel=ELSEWHERE, sent_at=now, next_attempt_at=None))
    connection.execute(
        sa.insert(imported_cases).values(
            case_id=case_id,
            origin=came.origin,
            seq=came.seq,
            head=came.head,
            manifest=came.manifest,
            checkpoint=came.checkpoint,
            verifiers=came.verifiers,
            imported_at=now,
        )
    )
    return case


def _add_units(connection: Connection, lines: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """Add the units of every path an event names, from the highest down."""
    for line in lines:
        path = line["data"].get("path")
        if not isinstance(path, list):
            continue
        parent = None
        for place in reversed([UnitRef.model_validate(one) for one in path]):
            if connection.execute(sa.select(units.c.id).where(units.c.id == place.id)).first() is None:
                organisation.add_unit(
                    connection,
                    id=place.id,
                    kind=place.kind,
                    name=names.get(place.id, place.id),
                    parent=parent,
                )
            parent = place.id


def _add_people(connection: Connection, names: Mapping[str, str], subject: str) -> None:
    for person in sorted({*names, subject}):
        if connection.execute(sa.select(people.c.id).where(people.c.id == person)).first() is None:
            organisation.add_person(connection, id=person, name=names.get(person, person))


def _stand_in(first: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a row that events can point to until the real one is made of them."""
    began = first["data"]
    return {
        "id": first["case"],
        "process": began["process"],
        "version": began["version"],
        "digest": began["digest"],
        "subject_id": began["subject"],
        "unit_id": began["path"][0]["id"],
        "status": "open",
        "stage": began["stage"],
        "standing": began["standing"],
        "opened_on": date.fromisoformat(first["occurred_on"]),
        "seq": 0,
        "head": first["prev_hash"],
        "created_at": now,
        "changed_at": now,
        "snapshot": "",
    }


def _row(line: Mapping[str, Any], sealed: str | None) -> dict[str, Any]:
    return {
        "case_id": line["case"],
        "seq": line["seq"],
        "type": line["type"],
        "step": line["step"],
        "round": line["round"],
        "occurred_on": date.fromisoformat(line["occurred_on"]),
        "recorded_at": datetime.fromisoformat(line["recorded_at"]),
        "actor": line["actor"],
        "post": line["post"],
        "on_behalf_of": line["on_behalf_of"],
        "data": canonical(line["data"]).decode(),
        "prev_hash": line["prev_hash"],
        "hash": line["hash"],
        "sealed": sealed,
    }


def _follow(connection: Connection, library: Library, case_id: str) -> Case:
    """Write down the standings that the case gave, and return the case."""
    stored = [one.event for one in events_after(connection, case_id)]
    process = library.for_case(case_of(library, stored))
    case: Case | None = None
    for event in stored:
        case = replay(process, [event], case)
        if puts_right([event]):
            put_right(connection, process, case)
        else:
            follow_standings(connection, process, case, [event])
    if case is None:
        raise AssertionError("a case has at least one event")
    return case
