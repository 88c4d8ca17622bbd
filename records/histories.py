"""Reads the histories of many cases for what is counted over all of them: some cases at a time, few columns.

Days become numbers and moments seconds by the organisation's clock; what is personal stays sealed here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.batches import in_batches
from domain.patterns.facts import READ, Head, Line, Post, Waiting
from records.below import units_below
from records.held_units import held_now, held_on
from records.tables import case_people, cases, events, posts, standings, tasks, units

_EPOCH: Final = date(1970, 1, 1).toordinal()
_PLAIN: Final = frozenset({"became-ready"})
"""Kinds of event whose data is not read."""
_AT_ONCE: Final = 500


class History(NamedTuple):
    """A case with its lines, in which what is personal is not yet put back."""

    head: Head
    subject: str
    lines: list[Line]
    sealed: dict[int, str]
    """What is personal of lines, by number, sealed."""


@dataclass(frozen=True)
class Surroundings:
    """What stands around all cases today."""

    posts: Mapping[str, Post]
    parents: Mapping[str, str | None]
    waiting: Mapping[str, Waiting]


def count_cases(connection: Connection, within: str | None) -> int:
    """Return how many cases there are, in a unit and below or everywhere."""
    query = _narrowed(sa.select(sa.func.count()).select_from(cases), within)
    return int(connection.execute(query).scalar_one())


def part_ends(connection: Connection, within: str | None, size: int) -> tuple[str, ...]:
    """Return the id of each case with which a part of so many ends; what is left over is the last part."""
    number = sa.func.row_number().over(order_by=cases.c.id).label("number")
    numbered = _narrowed(sa.select(cases.c.id, number), within).subquery()
    query = sa.select(numbered.c.id).where(numbered.c.number % size == 0).order_by(numbered.c.id)
    return tuple(connection.execute(query).scalars())


def histories_after(  # noqa: PLR0917 - which cases, and by which clock
    connection: Connection, after: str, limit: int, within: str | None, offset: int, upto: str | None = None
) -> tuple[list[History], str | None]:
    """Return the next cases by id with what is read of them, and the last id; None where no more follow.

    `offset` is how many seconds the organisation's clock is ahead of UTC. With `upto` no case behind that id.
    """
    query = sa.select(
        cases.c.id,
        cases.c.process,
        cases.c.digest,
        cases.c.unit_id,
        cases.c.status,
        cases.c.subject_id,
        _text(cases.c.opened_on).label("opened"),
        _text(cases.c.closed_on).label("closed"),
    ).where(cases.c.id > after)
    if upto is not None:
        query = query.where(cases.c.id <= upto)
    rows = connection.execute(_narrowed(query, within).order_by(cases.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    people = _people(connection, ids)
    lines = _lines(connection, ids, offset)
    found = []
    for row in rows:
        told, sealed = lines.get(row.id, ([], {}))
        closed = None if row.closed is None else _day(row.closed)
        head = Head(
            row.id,
            row.process,
            row.digest,
            row.unit_id,
            row.status,
            _day(row.opened),
            closed,
            people.get(row.id, {}),
        )
        found.append(History(head, row.subject_id, told, sealed))
    return found, ids[-1] if len(ids) == limit else None


def sealed_lines(
    connection: Connection, places: Collection[tuple[str, int]]
) -> Iterator[tuple[str, str, int, dict[str, Any], str | None]]:
    """Yield case, subject, number, data and what is sealed of some events."""
    wanted = set(places)
    for some in map(set, in_batches(sorted({case for case, _ in wanted}), _AT_ONCE)):
        query = (
            sa.select(events.c.case_id, cases.c.subject_id, events.c.seq, events.c.data, events.c.sealed)
            .join(cases, cases.c.id == events.c.case_id)
            .where(
                events.c.case_id.in_(some),
                events.c.seq.in_({seq for case, seq in wanted if case in some}),
            )
        )
        for row in connection.execute(query):
            if (row.case_id, row.seq) in wanted:
                yield row.case_id, row.subject_id, row.seq, json.loads(row.data), row.sealed


def surroundings(connection: Connection, today: date) -> Surroundings:
    """Return posts, the tree of units, and what waits for whom."""
    held = sa.case((held_now(posts, today), 1), else_=0)
    query = sa.select(posts.c.id, posts.c.unit_id, posts.c.role, posts.c.person_id, held)
    known = {row[0]: Post(row[1], row[2], row[3], bool(row[4])) for row in connection.execute(query)}
    over = {row[0]: row[1] for row in connection.execute(sa.select(units.c.id, units.c.parent_id))}
    return Surroundings(known, over, _waiting(connection, today))


def members(connection: Connection, today: date, names: Collection[str]) -> dict[str, int]:
    """Return how many people of some standings there are in each unit today."""
    number = sa.func.count(sa.distinct(standings.c.person_id))
    query = sa.select(standings.c.unit_id, number).where(
        standings.c.standing.in_(sorted(names)), held_on(standings, today)
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(standings.c.unit_id))}


def _waiting(connection: Connection, today: date) -> dict[str, Waiting]:
    """Return what waits for people: asked of them by name, or by a post they hold."""
    opened, due = _text(tasks.c.opened_at), sa.case((tasks.c.due_on < today, 1), else_=0)
    number = sa.func.count()
    shown = (number, sa.func.min(opened), sa.func.sum(due))
    named = sa.select(tasks.c.person_id, *shown).where(tasks.c.person_id != "", tasks.c.paused.is_(False))
    here = sa.and_(posts.c.unit_id == tasks.c.unit_id, posts.c.role == tasks.c.role, held_now(posts, today))
    by_post = (
        sa.select(posts.c.person_id, *shown)
        .select_from(tasks.join(posts, here))
        .where(tasks.c.person_id == "", tasks.c.paused.is_(False))
    )
    found: dict[str, Waiting] = {}
    for query, person in ((named, tasks.c.person_id), (by_post, posts.c.person_id)):
        for name, steps, since, overdue in connection.execute(query.group_by(person)):
            one = found.get(name, Waiting(0, _day(since), 0))
            found[name] = Waiting(one.steps + steps, min(one.since, _day(since)), one.overdue + int(overdue))
    return found


def _narrowed(query: sa.Select[Any], within: str | None) -> sa.Select[Any]:
    return query if within is None else query.where(cases.c.unit_id.in_(units_below((within,))))


def _people(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    query = sa.select(case_people).where(case_people.c.case_id.in_(ids))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in connection.execute(query):
        roles = found.setdefault(row.case_id, {})
        roles[row.role] = (*roles.get(row.role, ()), row.person_id)
    return found


def _lines(
    connection: Connection, ids: Sequence[str], offset: int
) -> dict[str, tuple[list[Line], dict[int, str]]]:
    query = (
        sa.select(
            events.c.case_id,
            events.c.seq,
            events.c.type,
            events.c.step,
            _text(events.c.occurred_on),
            _text(events.c.recorded_at),
            events.c.actor,
            events.c.post,
            events.c.data,
            events.c.sealed,
        )
        .where(events.c.case_id.in_(ids), events.c.type.in_(READ))
        .order_by(events.c.case_id, events.c.seq)
    )
    found: dict[str, tuple[list[Line], dict[int, str]]] = {}
    for case, rows in groupby(connection.execute(query), key=lambda row: row[0]):
        lines, sealed = [], {}
        for _, seq, kind, step, on, at, who, post, data, closed in rows:
            told = {} if kind in _PLAIN else _data(kind, data)
            lines.append(Line(seq, kind, step, _day(on), _second(at) + offset, who, post, told))
            if closed is not None:
                sealed[seq] = closed
        found[str(case)] = lines, sealed
    return found


def _data(kind: str, text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return {"due": _day(data["due_on"])} if kind == "reminded" else data


def _text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a column of a day or moment as it is kept: making dates of millions takes a minute."""
    return sa.type_coerce(column, sa.String())


def _day(text: str) -> int:
    return date.fromisoformat(text[:10]).toordinal()


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text[:19]).toordinal() - _EPOCH) * 86_400 + (
        int(text[11:13]) * 3_600 + int(text[14:16]) * 60 + int(text[17:19])
    )
