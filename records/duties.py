"""Duties of the days ahead: when open steps are due, and from when on they may be done, within a scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select

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
    days = _days(scope, connection, first, last, unit, limit).subquery()
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
    days = _days(scope, connection, first, last, unit, None).subquery()
    keys = (days.c.on, days.c.kind)
    rows = connection.execute(sa.select(*keys, sa.func.count()).group_by(*keys))
    return {(row[0], row[1]): row[2] for row in rows}


def _days(  # noqa: PLR0917 - what the two above were asked
    scope: Scope, connection: Connection, first: date, last: date, unit: str | None, limit: int | None
) -> Select[Any]:
    """Select every step once for each of its days; who else is asked for it makes no second one.

    With a `limit`, at least the first so many of them.
    """
    if scope.is_everything_in(connection, unit):
        return sa.select(sa.union_all(*_in_order(first, last, limit)).subquery())
    if (seen := scope.in_any_order(connection, unit)) is not None:
        return sa.select(sa.union_all(*_in_order(first, last, limit, seen)).subquery())
    reasons = scope.reasons() if unit is None else scope.reasons_within(connection, unit)
    ways = [
        _on_days(kind, column, first, last).join(cases, cases.c.id == tasks.c.case_id).where(reason)
        for reason in reasons
        for kind, column in _KINDS
    ]
    # UNION leaves what is the same in several of them once.
    return sa.select(sa.union(*ways).subquery())


def _in_order(
    first: date, last: date, limit: int | None, seen: ColumnElement[bool] | None = None
) -> list[Select[Any]]:
    """Select the same day by day, in the order of an index: of all cases, or of those that are seen.

    Where all are seen, no case is looked at.
    """
    found = []
    for kind, column in _KINDS:
        keys = (column, tasks.c.case_id, tasks.c.step, tasks.c.round)
        days = _on_days(kind, column, first, last).group_by(*keys)
        if seen is not None:
            days = days.join(cases, cases.c.id == tasks.c.case_id).where(seen)
        if limit is not None:
            days = days.order_by(*keys).limit(limit)
        found.append(sa.select(days.subquery()))
    return found


def _on_days(kind: Kind, column: ColumnElement[date], first: date, last: date) -> Select[Any]:
    shown = (tasks.c.case_id, tasks.c.step, tasks.c.round)
    days = sa.select(*shown, column.label("on"), sa.literal(kind).label("kind"))
    return days.where(tasks.c.paused.is_(sa.false()), column >= first, column <= last)


_KINDS: Final[tuple[tuple[Kind, ColumnElement[date]], ...]] = (
    ("due", tasks.c.due_on),
    ("possible", tasks.c.not_before),
)
