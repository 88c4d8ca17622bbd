"""Tasks: the open steps of cases, seen from those who may act on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.waiting import OpenStep
from records.tables import tasks

_TAKE = (
    sa.delete(tasks)
    .where(tasks.c.case_id == sa.bindparam("of_case"))
    .returning(tasks.c.step, tasks.c.round, tasks.c.opened_at)
)
_PUT = sa.insert(tasks)


def replace_tasks(connection: Connection, case: Case, expected: Sequence[OpenStep], now: datetime) -> None:
    """Make the tasks of a case those that are expected; an open one keeps its moment of opening."""
    old = connection.execute(_TAKE, {"of_case": case.id})
    opened = {(row.step, row.round): row.opened_at for row in old}
    rows = task_rows(case.id, expected, opened, now)
    if rows:
        connection.execute(_PUT, rows)


def first_due(expected: Sequence[OpenStep]) -> date | None:
    """Return the first day on which one of the open steps somebody may act on is due."""
    return min((step.due_on for step in expected if step.assignees and step.due_on), default=None)


def task_rows(
    case_id: str, expected: Sequence[OpenStep], opened: dict[tuple[str, int], datetime], now: datetime
) -> list[dict[str, Any]]:
    """Return a row for each certain person, and one for each post, who may act on an open step."""
    return [
        {
            "case_id": case_id,
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
        }
        for step in expected
        for assignee in step.assignees
        for person in dict.fromkeys(assignee.people or ("",))
    ]
