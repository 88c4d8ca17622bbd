"""Keeps the rows of a case's progress: its stays in stages, the steps that were done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

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
from records.prepared import Prepared
from records.progress_tables import done_steps, stage_stays
from records.tasks import Tasks

_PUT_STAYS = Prepared(sa.insert(stage_stays))
_PUT_DONE = Prepared(sa.insert(done_steps))


def limits_in(tasks: Tasks) -> dict[Place, Limits]:
    """Return the limits of the steps that have tasks."""
    return {
        (row["step"], row["round"]): Limits(_day(row["not_before"]), _day(row["due_on"])) for row in tasks
    }


def put_progress(  # noqa: PLR0917 - the case before and after, and what lies between
    connection: Connection,
    process: Process,
    before: Case | None,
    after: Case,
    new: Sequence[Event],
    tasks: Tasks,
) -> None:
    """Write down what needs nothing of before, in the round of the other rows of an act: the steps it did.

    Of a start the stays as well. Where a day is corrected `follow_stays` does it all.
    """
    if corrects(new) or not (before is None or does_steps(new)):
        return
    made = progressed(process, before, new, Progress(), limits_in(tasks))
    if before is None:
        _PUT_STAYS.send_many(connection, _stay_rows(after, made))
    _PUT_DONE.send_many(connection, _done_rows(after, made))


def follow_stays(  # noqa: PLR0917 - the same
    connection: Connection,
    process: Process,
    before: Case | None,
    after: Case,
    new: Sequence[Event],
    tasks: Tasks,
) -> None:
    """Bring the stays in stages up to date, but of a start; what was done, too, where a day is corrected."""
    if before is None or not changes_stays(new):
        return
    is_whole = corrects(new)
    known = _known(connection, after.id, with_done=is_whole)
    now = progressed(process, before, new, known, limits_in(tasks))
    _make_equal(connection, stage_stays, _stay_rows(after, known), _stay_rows(after, now))
    if is_whole:
        _make_equal(connection, done_steps, _done_rows(after, known), _done_rows(after, now))


def progress_rows(case: Case, progress: Progress) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of both tables."""
    return _stay_rows(case, progress), _done_rows(case, progress)


def _known(connection: Connection, case_id: str, *, with_done: bool) -> Progress:
    stays = _rows(connection, stage_stays, case_id)
    done = _rows(connection, done_steps, case_id) if with_done else ()
    return Progress(
        tuple(
            Stay(row.seq, row.stage, row.entered_on, row.left_on, row.standing, row.outcome) for row in stays
        ),
        tuple(
            DoneStep(row.seq, row.step, row.stage, row.ready_on, row.due_on, row.done_on, row.done_as)
            for row in done
        ),
    )


def _rows(connection: Connection, table: sa.Table, case_id: str) -> Sequence[Row[Any]]:
    query = sa.select(table).where(table.c.case_id == case_id).order_by(table.c.seq)
    return connection.execute(query).all()


def _make_equal(
    connection: Connection, table: sa.Table, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    gone = [row["seq"] for row in old if row not in new]
    made = [row for row in new if row not in old]
    if gone:
        case_id = old[0]["case_id"]
        connection.execute(sa.delete(table).where(table.c.case_id == case_id, table.c.seq.in_(gone)))
    if made:
        connection.execute(sa.insert(table), made)


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
