"""Appends decided events, and writes every row that follows from them. Used by recording alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from domain.case import Case
from domain.events import AnswerGiven, CorrectionProposed, EntryAdded, Event, PeopleReplaced, StepCompleted
from domain.moments import local_day
from domain.obligations import obligations as obligations_of
from domain.process import Process
from domain.waiting import waiting
from records.dialects import insert_for, insert_new
from records.owing import owe
from records.problems import OneOpenCase
from records.standings import follow_standings
from records.stored import StoredEvent, event_row, linked
from records.tables import case_materials, case_people, cases, events, outbox
from records.tasks import first_due, replace_tasks

_PUT_CASE = sa.insert(cases)
_CHANGE_CASE = sa.update(cases).where(
    cases.c.id == sa.bindparam("of_case"), cases.c.seq == sa.bindparam("from_seq")
)
_PUT_EVENTS = sa.insert(events)


@dataclass(frozen=True, slots=True)
class Appended:
    """What was appended, and when something happens by itself next."""

    events: tuple[StoredEvent, ...]
    head: str
    next_moment: datetime | None


def append(
    connection: Connection,
    process: Process,
    *,
    before: Case | None,
    head: str,
    new: Sequence[Event],
    after: Case,
    now: datetime,
) -> Appended:
    """Append events that lead from `before`, whose head is `head`, to `after`. Raises OneOpenCase."""
    stored = linked(head, after.id, new)
    expected = waiting(process, after, now)
    next_moment = None if after.is_closed else expected.next_moment
    row = case_row(process, after, stored[-1].hash) | {
        "next_moment": next_moment,
        "changed_at": now,
        "due_on": first_due(expected.open),
    }
    _put_case(connection, before, row, now)
    connection.execute(_PUT_EVENTS, [event_row(after.id, one) for one in stored])
    _put_people(connection, before, after)
    _put_materials(connection, after.id, new)
    replace_tasks(connection, after, expected.open, now)
    follow_standings(connection, process, after, new)
    today = local_day(now, process.time_zone)
    owe(connection, after.id, obligations_of(process, new, after), now, today)
    _tell_the_workflow(connection, after, now)
    return Appended(stored, stored[-1].hash, next_moment)


def case_row(process: Process, case: Case, head: str) -> dict[str, Any]:
    """Return the columns that follow from a case alone."""
    only_one = process.edition(case.version).one_open_case and not case.is_closed
    targets = [proposal.path[0].id for proposal in case.proposals if proposal.path]
    return {
        "id": case.id,
        "process": case.process,
        "version": case.version,
        "digest": case.digest,
        "subject_id": case.subject,
        "unit_id": case.unit,
        "target_unit_id": targets[-1] if targets else None,
        "status": case.status,
        "outcome": case.outcome,
        "stage": case.stage,
        "standing": case.standing,
        "opened_on": case.opened_on,
        "closed_on": case.closed_on,
        "seq": case.seq,
        "head": head,
        "open_key": f"{case.process}/{case.subject}" if only_one else None,
        "snapshot": case.model_dump_json(),
    }


def people_rows(case: Case) -> list[dict[str, Any]]:
    """Return a row for everybody in a case role."""
    return [
        {"case_id": case.id, "role": role, "person_id": person}
        for role, people in case.people.items()
        for person in dict.fromkeys(people)
    ]


def material_rows(case_id: str, new: Sequence[Event]) -> list[dict[str, Any]]:
    """Return a row for every document the events name."""
    digests = [digest for event in new for digest in _documents_in(event)]
    return [{"case_id": case_id, "sha256": digest} for digest in dict.fromkeys(digests)]


def _documents_in(event: Event) -> Iterator[str]:
    body = event.body
    if isinstance(body, StepCompleted | AnswerGiven | EntryAdded | PeopleReplaced):
        for handed_in in body.materials.values():
            yield from handed_in
    # Whoever is asked to confirm a document has to be able to read it, so a proposal counts already.
    elif isinstance(body, CorrectionProposed) and body.change.path.startswith("materials."):
        yield from body.change.value if isinstance(body.change.value, tuple) else ()


def _put_case(connection: Connection, before: Case | None, row: dict[str, Any], now: datetime) -> None:
    try:
        if before is None:
            connection.execute(_PUT_CASE, row | {"created_at": now})
            return
        changed = connection.execute(_CHANGE_CASE, row | {"of_case": before.id, "from_seq": before.seq})
    except sa.exc.IntegrityError as error:
        if "open_key" in str(error.orig):
            raise OneOpenCase("the subject has an open case of this process") from error
        raise
    if changed.rowcount != 1:
        raise AssertionError("a case changed although it was locked")


def _put_people(connection: Connection, before: Case | None, after: Case) -> None:
    if (before.people if before else {}) == after.people:
        return
    connection.execute(sa.delete(case_people).where(case_people.c.case_id == after.id))
    rows = people_rows(after)
    if rows:
        connection.execute(sa.insert(case_people), rows)


def _put_materials(connection: Connection, case_id: str, new: Sequence[Event]) -> None:
    rows = material_rows(case_id, new)
    if rows:
        connection.execute(insert_new(connection, case_materials), rows)


def _tell_the_workflow(connection: Connection, after: Case, now: datetime) -> None:
    waits = {"case_id": after.id, "seq": after.seq, "driven_seq": 0, "waiting_since": now}
    connection.execute(_put_in_outbox(connection.dialect.name), waits)


@cache
def _put_in_outbox(dialect: str) -> sqlite.Insert | postgresql.Insert:
    insert = insert_for(dialect, outbox)
    since = sa.func.coalesce(outbox.c.waiting_since, insert.excluded.waiting_since)
    return insert.on_conflict_do_update(
        index_elements=[outbox.c.case_id], set_={"seq": insert.excluded.seq, "waiting_since": since}
    )
