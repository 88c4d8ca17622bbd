"""Duties of the days ahead: when open steps are due, and from when on they may be done, within a scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from records.scope import Scope
from records.tables import cases, people, tasks, units

Kind = Literal["due", "possible"]


@dataclass(frozen=True, slots=True)
class Duty:
    """An open step on one day of the calendar. Titles are in the definition, by `digest`."""

    on: date
    kind: Kind
    case: str
    step: str
    round: int
    digest: str
    subject_name: str
    unit_name: str


def list_duties(
    connection: Connection, scope: Scope, first: date, last: date, *, unit: str | None = None, limit: int
) -> tuple[Duty, ...]:
    """Return what is due or becomes possible from one day to another, in order: `limit` of it."""
    days = _days(scope, connection, first, last, unit).subquery()
    order = (days.c.on, days.c.kind, days.c.case_id, days.c.step)
    page = sa.select(days).order_by(*order).limit(limit).subquery()
    query = (
        sa.select(page, cases.c.digest, people.c.name.label("subject_name"), units.c.name.label("unit_name"))
        .join(cases, cases.c.id == page.c.case_id)
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
        .order_by(page.c.on, page.c.kind, page.c.case_id, page.c.step)
    )
    return tuple(
        Duty(
            on=row.on,
            kind=row.kind,
            case=row.case_id,
            step=row.step,
            round=row.round,
            digest=row.digest,
            subject_name=row.subject_name,
            unit_name=row.unit_name,
        )
        for row in connection.execute(query)
    )


def count_duties(
    connection: Connection, scope: Scope, first: date, last: date, *, unit: str | None = None
) -> dict[tuple[date, Kind], int]:
    """Return how much is due and how much becomes possible on each day, where there is something."""
    days = _days(scope, connection, first, last, unit).subquery()
    keys = (days.c.on, days.c.kind)
    rows = connection.execute(sa.select(*keys, sa.func.count()).group_by(*keys))
    return {(row[0], row[1]): row[2] for row in rows}


def _days(scope: Scope, connection: Connection, first: date, last: date, unit: str | None) -> Select[Any]:
    """Select every step once for each of its days; who else is asked for it makes no second one."""
    reasons = scope.reasons() if unit is None else scope.reasons_within(connection, unit)
    ways = [
        sa.select(
            tasks.c.case_id,
            tasks.c.step,
            tasks.c.round,
            column.label("on"),
            sa.literal(kind).label("kind"),
        )
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(reason, tasks.c.paused.is_(sa.false()), column >= first, column <= last)
        for reason in reasons
        for kind, column in (("due", tasks.c.due_on), ("possible", tasks.c.not_before))
    ]
    # UNION leaves what is the same in several of them once.
    return sa.select(sa.union(*ways).subquery())
