"""The inbox: the open tasks of one person, by case role, by own posts and by lent ones, soonest due first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select

from records.below import is_below
from records.columns import Day
from records.cursors import Page, cursor_of, place_of
from records.held_units import held_now
from records.lending import covers_case, is_narrowed, names
from records.tables import cases, delegations, people, posts, tasks, units

_NEVER = "9999-12-31"
_PERSON, _TODAY = sa.bindparam("person", type_=sa.String()), sa.bindparam("today", type_=Day())
_PLACE = ("from_due", "from_case", "from_step")


Closed = Mapping[str, Collection[str]]
"""Steps by case that a person keeps out of."""


@dataclass(frozen=True, slots=True)
class Task:
    """One open step of one case, as one person may act on it. Titles are in the definition, by `digest`."""

    case: str
    process: str
    version: str
    digest: str
    subject: str
    subject_name: str
    unit: str
    unit_name: str
    stage: str
    step: str
    kind: str
    round: int
    opened_at: datetime
    not_before: date | None
    due_on: date | None
    overdue: bool
    post: str | None
    """The post to act with; None where the person is asked in person (subject, case role)."""
    role: str | None
    post_unit: str | None
    on_behalf_of: str | None
    """Whose post it is, where it is lent."""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What an inbox is narrowed to; None: not narrowed."""

    process: str | None = None
    stage: str | None = None
    unit: str | None = None
    """Cases of this unit and of all below it."""
    kind: str | None = None
    """Steps of this kind."""


def list_tasks(
    connection: Connection,
    person: str,
    today: date,
    *,
    narrowed: TaskFilter | None = None,
    closed: Closed | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Task]:
    """Return the open tasks of a person, each step of a case once, without those closed to him.

    Raises BadCursor.
    """
    asked: dict[str, object] = {"person": person, "today": today, "most": limit + 1}
    if cursor is not None:
        asked |= dict(zip(_PLACE, place_of(cursor, len(_PLACE)), strict=True))
    conditions = [] if narrowed is None else _conditions(narrowed)
    goes_on = cursor is not None
    kind = None if narrowed is None else narrowed.kind
    plain = not conditions and not closed and kind is None
    query = (
        _plain_page(goes_on=goes_on)
        if plain
        else _paged(_mine(closed), conditions, kind=kind, goes_on=goes_on)
    )
    rows = connection.execute(query, asked).all()
    places = _places(connection, rows)
    found = tuple(_task(row, places, today) for row in rows[:limit])
    more = len(rows) > limit
    return Page(found, _cursor(found[-1]) if more else None)


@dataclass(frozen=True, slots=True)
class TaskCount:
    """How many open tasks a person has, and how many of them are overdue."""

    all: int
    overdue: int


def count_tasks(
    connection: Connection, person: str, today: date, *, closed: Closed | None = None
) -> TaskCount:
    """Return how many open tasks a person has, and how many of them were due before `today`."""
    query = _counted(_mine(closed)) if closed else _plain_count()
    return TaskCount(*connection.execute(query, {"person": person, "today": today}).one())


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """How many tasks of a person belong to one stage of one process in one unit."""

    process: str
    stage: str
    unit: str
    unit_name: str
    all: int
    overdue: int


def group_tasks(
    connection: Connection, person: str, today: date, *, closed: Closed | None = None
) -> tuple[TaskGroup, ...]:
    """Return where the open tasks of a person are, by process, stage and unit."""
    mine = _mine(closed).subquery()
    keys = (cases.c.process, cases.c.stage, cases.c.unit_id, units.c.name)
    late = sa.func.count(sa.case((mine.c.due_on < _TODAY, 1)))
    query = (
        sa.select(*keys, sa.func.count(), late)
        .select_from(mine)
        .join(cases, cases.c.id == mine.c.case_id)
        .join(units, units.c.id == cases.c.unit_id)
        .group_by(*keys)
        .order_by(*keys)
    )
    asked = {"person": person, "today": today}
    return tuple(TaskGroup(*row) for row in connection.execute(query, asked))


# Mostly nothing is closed to somebody, and nothing narrows his inbox. Building a statement then would take
# several times as long as running it, and the frame of every page counts.


@cache
def _plain_page(*, goes_on: bool) -> Select[Any]:
    return _paged(_mine(None), [], goes_on=goes_on)


@cache
def _plain_count() -> Select[int, int]:
    return _counted(_mine(None))


def _paged(
    tasks_: Select[Any], conditions: Sequence[ColumnElement[bool]], *, goes_on: bool, kind: str | None = None
) -> Select[Any]:
    """Select the first `most` tasks with their cases; where it `goes_on`, of those after a place."""
    mine = tasks_.subquery()
    due = sa.func.coalesce(sa.type_coerce(mine.c.due_on, sa.String), _NEVER)
    first = sa.select(mine, due.label("due"))
    if conditions:
        first = first.join(cases, cases.c.id == mine.c.case_id).where(*conditions)
    if kind is not None:
        first = first.where(mine.c.kind == kind)
    if goes_on:
        place = sa.tuple_(*(sa.bindparam(name, type_=sa.String()) for name in _PLACE))
        first = first.where(sa.tuple_(due, mine.c.case_id, mine.c.step) > place)
    first = first.order_by(due, mine.c.case_id, mine.c.step).limit(sa.bindparam("most", type_=sa.Integer()))
    return _with_case(first.subquery())


def _counted(tasks_: Select[Any]) -> Select[int, int]:
    mine = tasks_.subquery()
    late = sa.func.count(sa.case((mine.c.due_on < _TODAY, 1)))
    return sa.select(sa.func.count(), late).select_from(mine)


def _conditions(narrowed: TaskFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.process is not None:
        conditions.append(cases.c.process == narrowed.process)
    if narrowed.stage is not None:
        conditions.append(cases.c.stage == narrowed.stage)
    if narrowed.unit is not None:
        conditions.append(is_below((narrowed.unit,), cases.c.unit_id))
    return conditions


def _mine(closed: Closed | None) -> Select[Any]:
    """Each open step that `person` may act on `today`, once; an own way to act goes before a lent one."""
    person, today = _PERSON, _TODAY
    columns = (
        tasks.c.case_id,
        tasks.c.step,
        tasks.c.kind,
        tasks.c.round,
        tasks.c.opened_at,
        tasks.c.not_before,
        tasks.c.due_on,
    )
    # Tasks of posts, by far the most, are not in the index of those asked in person.
    open_to = sa.and_(tasks.c.paused.is_(sa.false()), sa.not_(names(tasks.c.barred, person)))
    asked = sa.and_(tasks.c.person_id == person, sa.literal_column("tasks.person_id <> ''"), open_to)
    in_person = sa.select(*columns, sa.literal("0//").label("way")).where(asked)
    same_place = sa.and_(
        tasks.c.unit_id == posts.c.unit_id, tasks.c.role == posts.c.role, tasks.c.person_id == ""
    )
    own = (
        sa.select(*columns, sa.literal("1/").concat(posts.c.id).concat("/").label("way"))
        .join(posts, same_place)
        .where(posts.c.person_id == person, held_now(posts, today), open_to)
    )
    lent_way = sa.literal("2/").concat(posts.c.id).concat("/").concat(posts.c.person_id)
    lent = (
        sa.select(*columns, lent_way.label("way"))
        .join(posts, same_place)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(
            delegations.c.substitute_id == person,
            held_now(delegations, today),
            held_now(posts, today),
            open_to,
            sa.not_(names(tasks.c.barred, posts.c.person_id)),
        )
    )
    # Only what is lent for some cases makes the database look at cases.
    for_all = lent.where(sa.not_(is_narrowed()))
    for_some = lent.join(cases, cases.c.id == tasks.c.case_id).where(is_narrowed(), covers_case())
    ways = sa.union_all(in_person, own, for_all, for_some).subquery()
    kept = [column for column in ways.c if column.name not in {"way", "case_id", "step"}]
    merged = [sa.func.min(column, type_=column.type).label(column.name) for column in kept]
    way = sa.func.min(ways.c.way).label("way")
    found = sa.select(ways.c.case_id, ways.c.step, *merged, way).group_by(ways.c.case_id, ways.c.step)
    for case_id, steps in (closed or {}).items():
        found = found.where(sa.or_(ways.c.case_id != case_id, ways.c.step.not_in(steps)))
    return found


def _with_case(first: sa.Subquery) -> Select[Any]:
    """Select tasks with their case: those of one page, so that no more cases than that are read."""
    return (
        sa.select(
            first,
            cases.c.process,
            cases.c.version,
            cases.c.digest,
            cases.c.subject_id,
            cases.c.unit_id,
            cases.c.stage,
            people.c.name.label("subject_name"),
            units.c.name.label("unit_name"),
        )
        .join(cases, cases.c.id == first.c.case_id)
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
        .order_by(first.c.due, first.c.case_id, first.c.step)
    )


def _places(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, tuple[str, str]]:
    """Return role and unit of each post that some task is acted on with."""
    used = {row.way.split("/")[1] for row in rows} - {""}
    if not used:
        return {}
    query = sa.select(posts.c.id, posts.c.role, posts.c.unit_id).where(posts.c.id.in_(sorted(used)))
    return {row.id: (row.role, row.unit_id) for row in connection.execute(query)}


def _task(row: Row[Any], places: dict[str, tuple[str, str]], today: date) -> Task:
    _, post, owner = row.way.split("/")
    role, unit = places.get(post, (None, None))
    return Task(
        case=row.case_id,
        process=row.process,
        version=row.version,
        digest=row.digest,
        subject=row.subject_id,
        subject_name=row.subject_name,
        unit=row.unit_id,
        unit_name=row.unit_name,
        stage=row.stage,
        step=row.step,
        kind=row.kind,
        round=row.round,
        opened_at=row.opened_at,
        not_before=row.not_before,
        due_on=row.due_on,
        overdue=row.due_on is not None and row.due_on < today,
        post=post or None,
        role=role,
        post_unit=unit,
        on_behalf_of=owner or None,
    )


def _cursor(last: Task) -> str:
    due = _NEVER if last.due_on is None else last.due_on.isoformat()
    return cursor_of(due, last.case, last.step)
