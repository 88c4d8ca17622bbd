"""The board: cases that are under way, by process and stage, what is due soonest first.

Everything is read within a scope: counts from an index alone, and rows only of those that are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select

from records.cursors import Page, cursor_of, place_of
from records.scope import Scope
from records.tables import cases, people, units

_NEVER = "9999-12-31"
UNDER_WAY: Final = cases.c.status != sa.literal_column("'closed'")
"""As the index of what is under way says it: a database takes it only where the word itself is there."""
_UNDER_WAY_HERE: Final = cases.c.status.in_(("open", "suspended"))
"""The same without that index, for what is found by its units: SQLite would read all that is under way."""


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many cases are under way in one stage of one process, and in how many of them something is late."""

    process: str
    stage: str
    all: int
    overdue: int


@dataclass(frozen=True, slots=True)
class BoardCase:
    """A case as a card shows it. Titles are in the definition, by `digest`."""

    id: str
    process: str
    digest: str
    subject: str
    subject_name: str
    unit: str
    unit_name: str
    status: str
    stage: str
    standing: str
    due_on: date | None
    """The first day on which an open step is due."""
    overdue: bool


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board is narrowed to; None: not narrowed."""

    process: str | None = None
    stage: str | None = None
    unit: str | None = None
    """Cases of this unit and of all below it."""
    overdue: bool = False
    """Only cases in which an open step is late."""


def count_stages(connection: Connection, scope: Scope, unit: str | None = None) -> tuple[StageCount, ...]:
    """Return how many cases are under way in each stage of each process."""
    seen = _under_way(connection, scope, BoardFilter(unit=unit)).subquery()
    late = sa.func.count(sa.case((seen.c.due_on < scope.today, 1)))
    keys = (seen.c.process, seen.c.stage)
    query = sa.select(*keys, sa.func.count(), late).group_by(*keys).order_by(*keys)
    return tuple(StageCount(*row) for row in connection.execute(query))


def first_of_stages(
    connection: Connection, scope: Scope, process: str, unit: str | None = None, *, limit: int
) -> tuple[BoardCase, ...]:
    """Return the first cases of every stage of a process.

    What is overdue stands first, so that the first overdue of all stages are among these.
    """
    seen = _under_way(connection, scope, BoardFilter(process=process, unit=unit)).subquery()
    order = (_due(seen.c.due_on), seen.c.id)
    place = sa.func.row_number().over(partition_by=seen.c.stage, order_by=order)
    placed = sa.select(seen.c.id, seen.c.due_on, place.label("place")).subquery()
    first = sa.select(placed).where(placed.c.place <= limit).subquery()
    return _cards(connection.execute(_with_names(first)).all(), scope.today)


def first_of_all(
    connection: Connection, process: str, stages: Sequence[str], today: date, *, limit: int
) -> tuple[BoardCase, ...]:
    """Return the same where all cases are seen: each stage is looked into from its beginning, no further."""
    ways = [
        _first(sa.and_(cases.c.stage == stage, cases.c.process == process, known), order, limit)
        for stage in stages
        for known, order in (
            (cases.c.due_on.is_not(None), (cases.c.due_on, cases.c.id)),
            (cases.c.due_on.is_(None), (cases.c.id,)),
        )
    ]
    if not ways:
        return ()
    shown: dict[str, int] = {}
    first = []
    for card in _cards(connection.execute(_with_names(sa.union_all(*ways).subquery())).all(), today):
        shown[card.stage] = shown.get(card.stage, 0) + 1
        if shown[card.stage] <= limit:
            first.append(card)
    return tuple(first)


def _first(asked: ColumnElement[bool], order: tuple[ColumnElement[Any], ...], limit: int) -> Select[Any]:
    some = sa.select(cases.c.id, cases.c.due_on).where(asked, UNDER_WAY).order_by(*order).limit(limit)
    return sa.select(some.subquery())


def list_by_due(
    connection: Connection, scope: Scope, narrowed: BoardFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[BoardCase]:
    """Return cases under way, what is due soonest first. Raises BadCursor."""
    seen = _under_way(connection, scope, narrowed).subquery()
    key = (_due(seen.c.due_on), seen.c.id)
    query = sa.select(seen.c.id, seen.c.due_on).order_by(*key).limit(limit + 1)
    if cursor is not None:
        query = query.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, place_of(cursor, 2))))
    found = _cards(connection.execute(_with_names(query.subquery())).all(), scope.today)
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else cursor_of(_text_of(last.due_on), last.id)
    return Page(found[:limit], following)


def _under_way(connection: Connection, scope: Scope, narrowed: BoardFilter) -> Select[Any]:
    """Select what is not closed, each case once: every reason to see one is looked up by itself."""
    unit = narrowed.unit
    columns = (cases.c.id, cases.c.process, cases.c.stage, cases.c.due_on)
    under_way = UNDER_WAY if scope.is_everything_in(connection, unit) else _UNDER_WAY_HERE
    return scope.each_once(connection, unit, columns, under_way, *_conditions(narrowed, scope.today))


def _conditions(narrowed: BoardFilter, today: date) -> list[ColumnElement[bool]]:
    equal = ((cases.c.process, narrowed.process), (cases.c.stage, narrowed.stage))
    conditions = [column == value for column, value in equal if value is not None]
    return [*conditions, cases.c.due_on < today] if narrowed.overdue else conditions


def _due(column: ColumnElement[Any]) -> ColumnElement[str]:
    return sa.func.coalesce(sa.type_coerce(column, sa.String), _NEVER)


def _text_of(due_on: date | None) -> str:
    return _NEVER if due_on is None else due_on.isoformat()


def _with_names(first: sa.Subquery) -> Select[Any]:
    shown = (cases.c.id, cases.c.process, cases.c.digest, cases.c.subject_id, cases.c.unit_id)
    state = (cases.c.status, cases.c.stage, cases.c.standing)
    names = (people.c.name.label("subject_name"), units.c.name.label("unit_name"))
    return (
        sa.select(*shown, *state, first.c.due_on, *names)
        .join(first, first.c.id == cases.c.id)
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
        .order_by(_due(first.c.due_on), cases.c.id)
    )


def _cards(rows: Sequence[Row[Any]], today: date) -> tuple[BoardCase, ...]:
    return tuple(
        BoardCase(
            id=row.id,
            process=row.process,
            digest=row.digest,
            subject=row.subject_id,
            subject_name=row.subject_name,
            unit=row.unit_id,
            unit_name=row.unit_name,
            status=row.status,
            stage=row.stage,
            standing=row.standing,
            due_on=row.due_on,
            overdue=row.due_on is not None and row.due_on < today,
        )
        for row in rows
    )
