"""Tasks: the open steps of cases, seen from those who may act on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.batches import in_batches
from domain.case import Case
from domain.entitled import barred_from
from domain.process import Process
from domain.waiting import OpenStep
from records.lending import kept
from records.prepared import Prepared, Sent, plain
from records.tables import tasks

_COLUMNS = tuple(column for column in tasks.c if column.name != "case_id")
_NAMES = tuple(column.name for column in _COLUMNS)
_OF_CASE = tasks.c.case_id == sa.bindparam("of_case")
_LOOK = Prepared(sa.select(*_COLUMNS).where(_OF_CASE))
_PUT = Prepared(sa.insert(tasks))
_TAKEN_AT_ONCE: Final = 8
"""Tasks that one statement takes away at most: each number of them is a statement of its own."""

Tasks = list[dict[str, Any]]
"""Tasks of one case as they stand, by column; days and moments are text."""


def ask_for_tasks(connection: Connection, case_id: str) -> Sent:
    """Ask which tasks a case has. `tasks_in` reads them."""
    return _LOOK.send(connection, {"of_case": case_id})


def tasks_in(asked: Sent) -> Tasks:
    """Return the tasks that were asked for."""
    return [dict(zip(_NAMES, row, strict=True)) for row in asked.rows()]


def opened_moments(found: Tasks) -> dict[tuple[str, int], datetime]:
    """Return when each step that has a task was opened, by step and round."""
    return {(row["step"], row["round"]): datetime.fromisoformat(row["opened_at"]) for row in found}


def follow_tasks(  # noqa: PLR0917 - the case, and what was and is to be done
    connection: Connection,
    process: Process,
    case: Case,
    expected: Sequence[OpenStep],
    old: Tasks,
    now: datetime,
) -> dict[tuple[str, int], datetime]:
    """Make the tasks of a case, which are `old`, those that are expected, and return when each was opened.

    An open one keeps its moment of opening. Rows that stay as they are are left alone.
    """
    opened = opened_moments(old)
    rows = task_rows(process, case, expected, opened, now)
    wanted = {_key(row): _as_kept(row) for row in rows}
    kept = {_key(row): row for row in old}
    gone = [key for key, row in kept.items() if wanted.get(key) != row]
    for some in in_batches(gone, _TAKEN_AT_ONCE):
        given = {
            f"{name}_{n}": value for n, key in enumerate(some) for name, value in zip(_KEY, key, strict=True)
        }
        _take(len(some)).send(connection, given | {"of_case": case.id})
    new = [{**row, "case_id": case.id} for key, row in wanted.items() if kept.get(key) != row]
    _PUT.send_many(connection, new)
    return {(row["step"], row["round"]): row["opened_at"] for row in rows}


_KEY = ("step", "actor", "person_id")


@lru_cache(maxsize=_TAKEN_AT_ONCE)
def _take(number: int) -> Prepared:
    """Return the DELETE of so many tasks of a case."""
    named = (
        sa.and_(*(tasks.c[name] == sa.bindparam(f"{name}_{n}", type_=tasks.c[name].type) for name in _KEY))
        for n in range(number)
    )
    return Prepared(sa.delete(tasks).where(_OF_CASE, sa.or_(*named)))


def _as_kept(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `task_rows` as `tasks_in` would read it."""
    found = row | {name: plain(row[name]) for name in _OF_TIME}
    del found["case_id"]
    return found


_OF_TIME: Final = ("opened_at", "not_before", "due_on")
"""The columns that hold a day or a moment, and are kept as text."""


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["step"], row["actor"], row["person_id"]


def first_due(expected: Sequence[OpenStep]) -> date | None:
    """Return the first day on which one of the open steps somebody may act on is due."""
    return min((step.due_on for step in expected if step.assignees and step.due_on), default=None)


def task_rows(
    process: Process,
    case: Case,
    expected: Sequence[OpenStep],
    opened: dict[tuple[str, int], datetime],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return a row for each certain person, and one for each post, who may act on an open step."""
    return [
        {
            "case_id": case.id,
            "step": step.step,
            "actor": assignee.actor,
            "person_id": person,
            "round": step.round,
            "kind": step.kind,
            "unit_id": assignee.unit,
            "role": assignee.role,
            "opened_at": opened.get((step.step, step.round), now),
            "not_before": step.not_before,
            "due_on": step.due_on,
            "barred": _barred(case, assignee.actor, without),
            "paused": case.status == "suspended",
        }
        for step in expected
        for without in [barred_from(process, case, step.step)]
        for assignee in step.assignees
        for person in dict.fromkeys(assignee.people or ("",))
    ]


def _barred(case: Case, actor: str, people: Sequence[str]) -> str:
    """Return those who may not act, as they are kept: the subject, too, where others are asked."""
    without = people if actor == "subject" else sorted({case.subject, *people})
    return kept(without) or ""
