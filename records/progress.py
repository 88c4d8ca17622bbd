"""Keeps the rows of a case's progress: its stays in stages, the steps that were done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.events import Event
from domain.process import Process
from domain.progress import (
    DoneStep,
    Limits,
    Place,
    Progress,
    Stay,
    changes_stays,
    corrects,
    does_steps,
    progressed,
)
from records.prepared import Prepared, Sent
from records.progress_tables import done_steps, stage_stays
from records.tasks import Tasks


def limits_in(tasks: Tasks) -> dict[Place, Limits]:
    """Return the limits of the steps that have tasks."""
    return {
        (row["step"], row["round"]): Limits(_day(row["not_before"]), _day(row["due_on"])) for row in tasks
    }


class Asked(NamedTuple):
    """What was asked for of a case's progress."""

    stays: Sent | None
    done: Sent | None


def ask_for_progress(connection: Connection, before: Case | None, new: Sequence[Event]) -> Asked:
    """Ask for the rows that the events of an act may change: the stays, and where a day is corrected all."""
    if before is None or not changes_stays(new):
        return Asked(None, None)
    of_case = {"of_case": before.id}
    stays = _ASK[stage_stays].send(connection, of_case)
    return Asked(stays, _ASK[done_steps].send(connection, of_case) if corrects(new) else None)


def progress_in(asked: Asked) -> Progress:
    """Return the progress that was asked for."""
    stays = () if asked.stays is None else asked.stays.rows()
    done = () if asked.done is None else asked.done.rows()
    return Progress(tuple(_stay(*row) for row in stays), tuple(_done_step(*row) for row in done))


def put_progress(  # noqa: PLR0917 - the case before and after, and what lies between
    connection: Connection,
    process: Process,
    before: Case | None,
    after: Case,
    new: Sequence[Event],
    tasks: Tasks,
    known: Progress,
) -> None:
    """Write down the stays in stages and the steps that were done, in the round of the other rows of an act.

    `known` is what was asked for before, as far as the act may change it.
    """
    if not (changes_stays(new) or does_steps(new)):
        return
    now = progressed(process, before, new, known, limits_in(tasks))
    _make_equal(connection, stage_stays, _stay_rows(after, known), _stay_rows(after, now))
    _make_equal(connection, done_steps, _done_rows(after, known), _done_rows(after, now))


def progress_rows(case: Case, progress: Progress) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of both tables."""
    return _stay_rows(case, progress), _done_rows(case, progress)


def _stay(  # noqa: PLR0917 - the columns of its row
    seq: int, stage: str, entered_on: str, left_on: str | None, standing: str | None, outcome: str | None
) -> Stay:
    return Stay(seq, stage, date.fromisoformat(entered_on), _day(left_on), standing, outcome)


def _done_step(  # noqa: PLR0917 - the columns of its row
    seq: int, step: str, stage: str, ready_on: str, due_on: str | None, done_on: str, done_as: str | None
) -> DoneStep:
    ready, done = date.fromisoformat(ready_on), date.fromisoformat(done_on)
    return DoneStep(seq, step, stage, ready, _day(due_on), done, done_as)


def _make_equal(
    connection: Connection, table: sa.Table, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    known = {row["seq"]: row for row in old}
    wanted = {row["seq"] for row in new}
    _TAKE[table].send_many(
        connection,
        [{"of_case": row["case_id"], "of_seq": seq} for seq, row in known.items() if seq not in wanted],
    )
    _CHANGE[table].send_many(
        connection,
        [
            row | {"of_case": row["case_id"], "of_seq": row["seq"]}
            for row in new
            if row["seq"] in known and known[row["seq"]] != row
        ],
    )
    _PUT[table].send_many(connection, [row for row in new if row["seq"] not in known])


def _stay_rows(case: Case, progress: Progress) -> list[dict[str, Any]]:
    return [
        {
            "case_id": case.id,
            "seq": one.seq,
            "process": case.process,
            "stage": one.stage,
            "entered_on": one.entered_on,
            "left_on": one.left_on,
            "days": one.days,
            "standing": one.standing,
            "outcome": one.outcome,
        }
        for one in progress.stays
    ]


def _done_rows(case: Case, progress: Progress) -> list[dict[str, Any]]:
    return [_done_row(case, one) for one in progress.done]


def _done_row(case: Case, one: DoneStep) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "seq": one.seq,
        "process": case.process,
        "stage": one.stage,
        "step": one.step,
        "ready_on": one.ready_on,
        "due_on": one.due_on,
        "done_on": one.done_on,
        "waited": one.waited,
        "late": one.late,
        "done_as": one.done_as,
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _ask(*columns: sa.Column[Any]) -> Prepared:
    """Return the question for the rows of a case, in the order of events."""
    table = columns[0].table
    return Prepared(
        sa.select(*columns).where(table.c.case_id == sa.bindparam("of_case")).order_by(table.c.seq)
    )


def _change(table: sa.Table) -> Prepared:
    """Return the UPDATE of all that is not the key of a row."""
    values = {
        column.name: sa.bindparam(column.name, type_=column.type)
        for column in table.c
        if not column.primary_key
    }
    return Prepared(sa.update(table).where(*_one(table)).values(values))


def _one(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.case_id == sa.bindparam("of_case"), table.c.seq == sa.bindparam("of_seq")


_STAYS, _DONE = stage_stays.c, done_steps.c
_ASK = {
    stage_stays: _ask(
        _STAYS.seq, _STAYS.stage, _STAYS.entered_on, _STAYS.left_on, _STAYS.standing, _STAYS.outcome
    ),
    done_steps: _ask(
        _DONE.seq, _DONE.step, _DONE.stage, _DONE.ready_on, _DONE.due_on, _DONE.done_on, _DONE.done_as
    ),
}
_PUT = {table: Prepared(sa.insert(table)) for table in _ASK}
_CHANGE = {table: _change(table) for table in _ASK}
_TAKE = {table: Prepared(sa.delete(table).where(*_one(table))) for table in _ASK}
