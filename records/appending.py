"""Appends decided events, and writes every row that follows from them. Used by recording alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.documents import documents_in
from domain.events import Event
from domain.moments import local_day
from domain.obligations import obligations as obligations_of
from domain.process import Process
from domain.remembering import remembered
from domain.waiting import Waiting, waiting
from records.dialects import insert_for, put_new
from records.owing import ask_for_holders, owed_rows, put_owed, shown_by_itself
from records.prepared import Prepared, at_once
from records.problems import OneOpenCase
from records.progress import ask_for_progress, progress_in, put_progress
from records.snapshots import snapshot_of
from records.standings import ask_for_standings, follow_standings, put_right, puts_right, standings_in
from records.stored import Sealing, StoredEvent, event_row, linked
from records.tables import case_materials, case_people, case_recusals, cases, events, outbox
from records.tasks import Tasks, first_due, follow_tasks
from records.telling_ahead import AskedAhead
from telemetry import metrics

_PUT_CASE = Prepared(sa.insert(cases))
_PUT_EVENTS = Prepared(sa.insert(events))
_TAKE_PEOPLE = Prepared(sa.delete(case_people).where(case_people.c.case_id == sa.bindparam("of_case")))
_PUT_PEOPLE = Prepared(sa.insert(case_people))


@dataclass(frozen=True, slots=True)
class Appended:
    """What was appended, and what the case waits for now."""

    events: tuple[StoredEvent, ...]
    head: str
    expected: Waiting
    opened: Mapping[tuple[str, int], datetime]
    """When each open step was opened, by step and round."""
    is_to_carry: bool
    """Whether a message waits for somebody to deliver it."""


@contextmanager
def appended(  # noqa: PLR0913 - everything that is written at once
    connection: Connection,
    process: Process,
    *,
    before: Case | None,
    head: str,
    new: Sequence[Event],
    after: Case,
    now: datetime,
    tasks: Tasks,
    sealing: Sealing | None = None,
    ahead: AskedAhead | None = None,
) -> Iterator[Appended]:
    """Append events that lead from `before`, whose head is `head` and whose tasks these are, to `after`.

    `sealing` keeps apart what is personal in them; without it they are kept as they are. What is written
    inside goes the same way to the database, in the same round. Raises OneOpenCase.
    """
    apart = {} if sealing is None else sealing(connection, after, new)
    stored = linked(head, after.id, new, apart)
    expected = waiting(process, after, now)
    row = case_row(process, after, stored[-1].hash) | {
        "next_moment": None if after.is_closed else expected.next_moment,
        "changed_at": now,
        "due_on": first_due(expected.open),
    }
    today = local_day(now, process.time_zone)
    owed = obligations_of(process, new, after)
    with at_once(connection):
        holders = ask_for_holders(connection, after, owed, today, ahead)
        asked = ask_for_progress(connection, before, new)
        held = ask_for_standings(connection, process, after, new)
    told, known, standings = (
        owed_rows(process, after, owed, holders, now),
        progress_in(asked),
        standings_in(held),
    )
    corrected = puts_right(new)
    # A case that is locked can be changed: of a start it has to be told at once whether it was refused.
    with _one_open_case(), at_once(connection, put_off=before is not None):
        if before is None:
            _PUT_CASE.send(connection, row | {"created_at": now})
        else:
            _change_case(connection, process, before, row)
        _PUT_EVENTS.send_many(connection, [event_row(after.id, one) for one in stored])
        opened = follow_tasks(connection, process, after, expected.open, tasks, now)
        put_owed(connection, told)
        put_progress(connection, process, before, after, new, tasks, known)
        _put_people(connection, before, after)
        _put_materials(connection, after.id, new)
        _tell_the_workflow(connection, after, now)
        if not corrected:
            follow_standings(connection, process, after, new, standings)
        yield Appended(stored, stored[-1].hash, expected, opened, _is_to_carry(told))
    _put_recusals(connection, before, after)
    if corrected:
        put_right(connection, process, after)


def _is_to_carry(told: Sequence[Mapping[str, Any]]) -> bool:
    """Whether somebody has to deliver any of these messages. Counts what lists show by themselves."""
    for row in told:
        if shown_by_itself(row):
            metrics.DELIVERIES.labels(row["kind"], "delivered").inc()
    return any(row["status"] == "waiting" for row in told)


def case_row(process: Process, case: Case, head: str) -> dict[str, Any]:
    """Return the columns that follow from a case alone."""
    return {**_columns(process, case), "head": head, "snapshot": snapshot_of(case)}


@remembered(512)
def _columns(process: Process, case: Case) -> Mapping[str, Any]:
    """Return those that lists ask: of a case after an act, and again before the next."""
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
        "open_key": f"{case.process}/{case.subject}" if only_one else None,
    }


def people_rows(case: Case) -> list[dict[str, Any]]:
    """Return a row for everybody in a case role."""
    return [
        {"case_id": case.id, "role": role, "person_id": person}
        for role, people in case.people.items()
        for person in dict.fromkeys(people)
    ]


def recusal_rows(case: Case) -> list[dict[str, Any]]:
    """Return a row for everybody who keeps out of a case by declaration."""
    return [{"case_id": case.id, "person_id": person} for person in case.recused]


def material_rows(case_id: str, new: Sequence[Event], sealed: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return a row for every document the events name, or that is named by what was sealed of them."""
    every = dict.fromkeys((*documents_in(new), *sealed))
    return [{"case_id": case_id, "sha256": digest} for digest in every]


@contextmanager
def _one_open_case() -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError as error:
        if "open_key" in str(error.orig):
            raise OneOpenCase("the subject has an open case of this process") from error
        raise


def _change_case(connection: Connection, process: Process, before: Case, row: dict[str, Any]) -> None:
    """Write what is different now. A column that is written, even the same, makes its indexes work."""
    old = _columns(process, before)
    names = tuple(name for name in row if name not in old or old[name] != row[name])
    values = {name: row[name] for name in names}
    _change(names).send(connection, values | {"of_case": before.id, "from_seq": before.seq})


@lru_cache(maxsize=256)
def _change(names: tuple[str, ...]) -> Prepared:
    """Return the UPDATE of these columns of a case. It is refused, as no number may be null, where the
    case is not where it was, although it was locked.
    """
    values: dict[str, Any] = {name: sa.bindparam(name, type_=cases.c[name].type) for name in names}
    is_there = cases.c.seq == sa.bindparam("from_seq", type_=cases.c.seq.type)
    values["seq"] = sa.case((is_there, sa.bindparam("seq", type_=cases.c.seq.type)))
    return Prepared(sa.update(cases).where(cases.c.id == sa.bindparam("of_case")).values(values))


def _put_people(connection: Connection, before: Case | None, after: Case) -> None:
    if (before.people if before else {}) == after.people:
        return
    if before is not None and before.people:
        _TAKE_PEOPLE.send(connection, {"of_case": after.id})
    _PUT_PEOPLE.send_many(connection, people_rows(after))


def _put_recusals(connection: Connection, before: Case | None, after: Case) -> None:
    if before is None or before.recused == after.recused:
        return
    connection.execute(sa.delete(case_recusals).where(case_recusals.c.case_id == after.id))
    rows = recusal_rows(after)
    if rows:
        connection.execute(sa.insert(case_recusals), rows)


def _put_materials(connection: Connection, case_id: str, new: Sequence[Event]) -> None:
    put_new(connection, case_materials).send_many(connection, material_rows(case_id, new))


def _tell_the_workflow(connection: Connection, after: Case, now: datetime) -> None:
    waits = {"case_id": after.id, "seq": after.seq, "driven_seq": 0, "waiting_since": now}
    _put_in_outbox(connection.dialect.name).send(connection, waits)


@cache
def _put_in_outbox(dialect: str) -> Prepared:
    insert = insert_for(dialect, outbox)
    since = sa.func.coalesce(outbox.c.waiting_since, insert.excluded.waiting_since)
    return Prepared(
        insert.on_conflict_do_update(
            index_elements=[outbox.c.case_id], set_={"seq": insert.excluded.seq, "waiting_since": since}
        ),
        ("case_id", "seq", "driven_seq", "waiting_since"),
    )
