"""Makes the rows again from the events, and finds events that were changed.

Rows are a view of the record: whatever was lost or spoilt in them can be made again. What only the rows know,
and no event (that a message was delivered, how far a workflow was told), is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection, Row

from domain.case import Case
from domain.chain import GENESIS, canonical, hash_of
from domain.evolving import replay
from domain.library import Library
from domain.moments import local_day
from domain.obligations import obligations
from domain.personal import NAMED
from domain.process import Process
from domain.progress import Progress, limits_of, progressed
from domain.waiting import OpenStep, waiting
from records.appending import case_row, material_rows, people_rows, recusal_rows
from records.dialects import insert_into
from records.owing import owe
from records.problems import NotFound
from records.progress import progress_rows
from records.progress_tables import done_steps, stage_stays
from records.snapshots import case_of
from records.standings import put_right
from records.stored import StoredEvent, stored_event, stored_image
from records.tables import case_materials, case_people, case_recusals, cases, events, outbox, tasks
from records.tasks import first_due, task_rows


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong in the record of a case. `what` is a sentence without personal data."""

    case: str
    seq: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The rows that follow from a case's events."""

    case: dict[str, Any]
    people: list[dict[str, Any]]
    recusals: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    done: list[dict[str, Any]]


def verify(connection: Connection, case_id: str) -> tuple[Flaw, ...]:
    """Return what is wrong in the chain of a case: nothing, where nobody changed it. Raises NotFound."""
    head = connection.execute(sa.select(cases.c.head, cases.c.seq).where(cases.c.id == case_id)).one_or_none()
    if head is None:
        raise NotFound("no such case")
    found: list[Flaw] = []
    link, seq = GENESIS, 0
    for row in _event_rows(connection, case_id):
        seq += 1
        found.extend(Flaw(case_id, row.seq, what) for what in _flaws_of(row, seq, link))
        link, seq = row.hash, row.seq
    if (seq, link) != (head.seq, head.head):
        found.append(Flaw(case_id, None, "the last event is not the one the case names as its head"))
    return tuple(found)


def rebuilt(connection: Connection, library: Library, case_id: str) -> Rebuilt:
    """Return the rows that a case's events lead to, act by act. Raises NotFound."""
    stored = [stored_event(row) for row in _event_rows(connection, case_id)]
    if not stored:
        raise NotFound("no such case")
    process = _root_of(library, stored)
    case: Case | None = None
    opened: dict[tuple[str, int], datetime] = {}
    expected: tuple[OpenStep, ...] = ()
    next_moment: datetime | None = None
    progress = Progress()
    for now, act in _by_act(stored):
        new = [one.event for one in act]
        progress = progressed(process, case, new, progress, limits_of(expected))
        case = replay(process, new, case)
        state = waiting(process, case, now)
        expected, next_moment = state.open, None if case.is_closed else state.next_moment
        opened = {place: opened.get(place, now) for place in ((step.step, step.round) for step in expected)}
    if case is None:
        raise AssertionError("a case has at least one act")
    last = stored[-1]
    moments = {
        "next_moment": next_moment,
        "due_on": first_due(expected),
        "created_at": stored[0].event.recorded_at,
        "changed_at": last.event.recorded_at,
    }
    stays, done = progress_rows(case, progress)
    return Rebuilt(
        case=case_row(process, case, last.hash) | moments,
        people=people_rows(case),
        recusals=recusal_rows(case),
        materials=material_rows(
            case_id,
            [one.event for one in stored],
            [str(digest) for one in stored for digest in _list(one.hashed.get(NAMED))],
        ),
        tasks=task_rows(process, case, expected, opened, last.event.recorded_at),
        stays=stays,
        done=done,
    )


def rebuild(connection: Connection, library: Library, case_id: str) -> None:
    """Put the rows of a case back as its events say; duties to inform that are missing are added.

    Raises NotFound where the case has no events.
    """
    locked = sa.select(cases.c.id).where(cases.c.id == case_id).with_for_update()
    connection.execute(locked)
    made = rebuilt(connection, library, case_id)
    case = insert_into(connection, cases).values(made.case)
    connection.execute(case.on_conflict_do_update(index_elements=[cases.c.id], set_=made.case))
    for table, rows in (
        (case_people, made.people),
        (case_recusals, made.recusals),
        (case_materials, made.materials),
        (tasks, made.tasks),
        (stage_stays, made.stays),
        (done_steps, made.done),
    ):
        connection.execute(sa.delete(table).where(table.c.case_id == case_id))
        if rows:
            connection.execute(sa.insert(table), rows)
    whole = case_of(library, (stored_event(row).event for row in _event_rows(connection, case_id)))
    put_right(connection, library.for_case(whole), whole)
    _owe_again(connection, library, case_id)
    told = insert_into(connection, outbox).values(
        case_id=case_id, seq=made.case["seq"], driven_seq=0, waiting_since=made.case["changed_at"]
    )
    connection.execute(told.on_conflict_do_nothing())


def case_ids(connection: Connection, after: str = "", limit: int = 500) -> list[str]:
    """Return the ids of all cases that have events, in order, from the one that follows `after`."""
    query = sa.select(events.c.case_id).where(events.c.seq == 1, events.c.case_id > after)
    return list(connection.execute(query.order_by(events.c.case_id).limit(limit)).scalars())


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _event_rows(connection: Connection, case_id: str) -> Iterable[Row[Any]]:
    query = sa.select(events).where(events.c.case_id == case_id).order_by(events.c.seq)
    return connection.execute(query).all()


def _flaws_of(row: Row[Any], expected_seq: int, link: str) -> Iterator[str]:
    if row.seq != expected_seq:
        yield f"event {expected_seq} is missing"
    if row.prev_hash != link:
        yield "it does not follow the event before it"
    try:
        image = stored_image(row)
        own, as_stored = hash_of(image), canonical(image["data"]).decode()
    except ValueError:
        yield "it cannot be read"
        return
    if own != row.hash or as_stored != row.data:
        yield "it is not what was recorded"


def _root_of(library: Library, stored: list[StoredEvent]) -> Process:
    """Return the edition that is handed to the functions of the domain, as it is when an act is recorded."""
    return library.for_case(case_of(library, (one.event for one in stored)))


def _by_act(stored: list[StoredEvent]) -> Iterator[tuple[datetime, list[StoredEvent]]]:
    """Return the events of each act: they were recorded at one moment."""
    for moment, act in groupby(stored, key=lambda one: one.event.recorded_at):
        yield moment, list(act)


def _owe_again(connection: Connection, library: Library, case_id: str) -> None:
    stored = [stored_event(row) for row in _event_rows(connection, case_id)]
    process = _root_of(library, stored)
    case: Case | None = None
    for now, act in _by_act(stored):
        new = [one.event for one in act]
        case = replay(process, new, case)
        owed = obligations(process, new, case)
        owe(connection, process, case, owed, now, local_day(now, process.time_zone))
