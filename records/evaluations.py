"""Evaluations of cases by audit rules: kept for good, each with its book and how far the case had come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.auditing.evaluating import Verdict
from records.cursors import Page, cursor_of, number_of
from records.finding_tables import evaluations
from records.privacy_tables import person_keys
from records.tables import cases

AGAIN_AFTER: Final = timedelta(days=30)
"""After so long an open case is evaluated again though nothing happened in it: days went by."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of a case."""

    case: str
    number: int
    seq: int
    head: str
    book: str
    on: date
    at: datetime
    asked_by: str | None
    verdicts: Mapping[str, tuple[str, ...]]
    """The rules by verdict."""


@dataclass(frozen=True, slots=True)
class Due:
    """A case that is to be evaluated."""

    case: str
    process: str


def keep(  # noqa: PLR0917 - what an evaluation is
    connection: Connection,
    case_id: str,
    place: tuple[int, str],
    book: str,
    on: date,
    at: datetime,
    verdicts: Sequence[Verdict],
    asked_by: str | None = None,
) -> Evaluation:
    """Write an evaluation down; `place` is the number of the case's last event, and its head."""
    last = sa.select(sa.func.max(evaluations.c.number)).where(evaluations.c.case_id == case_id)
    number = (connection.execute(last).scalar() or 0) + 1
    by: dict[str, list[str]] = {"kept": [], "broken": [], "not-asked": []}
    for verdict in verdicts:
        by[verdict.state].append(verdict.rule)
    connection.execute(
        sa.insert(evaluations).values(
            case_id=case_id,
            number=number,
            seq=place[0],
            head=place[1],
            book=book,
            on_day=on,
            at=at,
            asked_by=asked_by,
            verdicts=json.dumps(by),
        )
    )
    told = {state: tuple(rules) for state, rules in by.items()}
    return Evaluation(case_id, number, place[0], place[1], book, on, at, asked_by, told)


def take_turn(connection: Connection, case_id: str) -> None:
    """Wait until nobody else evaluates the case, for the length of the transaction."""
    connection.execute(sa.select(cases.c.id).where(cases.c.id == case_id).with_for_update()).one()


def list_evaluations(
    connection: Connection, case_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[Evaluation]:
    """Return the evaluations of a case, latest first. Raises BadCursor."""
    query = sa.select(evaluations).where(evaluations.c.case_id == case_id)
    if cursor is not None:
        query = query.where(evaluations.c.number < number_of(cursor))
    rows = connection.execute(query.order_by(evaluations.c.number.desc()).limit(limit + 1)).all()
    items = tuple(_evaluation(row) for row in rows[:limit])
    return Page(items, cursor_of(str(items[-1].number)) if len(rows) > limit else None)


def due(
    connection: Connection,
    books: Mapping[str, str],
    today: date,
    *,
    after: str = "",
    limit: int = 100,
    every: bool = False,
) -> tuple[Due, ...]:
    """Return cases to be evaluated, by id: something happened since, the rules are others, or days went by.

    `books` names the digest of the rules of each process; others have none. `every` leaves nothing out. Cases
    of people who were erased are left as they were judged: their facts are gone.
    """
    latest = (
        sa.select(evaluations.c.case_id, sa.func.max(evaluations.c.number).label("number"))
        .group_by(evaluations.c.case_id)
        .subquery()
    )
    last = evaluations.alias()
    erased = sa.select(person_keys.c.person_id).where(person_keys.c.destroyed_at.is_not(None))
    query = (
        sa.select(cases.c.id, cases.c.process)
        .outerjoin(latest, latest.c.case_id == cases.c.id)
        .outerjoin(last, sa.and_(last.c.case_id == cases.c.id, last.c.number == latest.c.number))
        .where(cases.c.id > after, cases.c.process.in_(tuple(books)), cases.c.subject_id.not_in(erased))
    )
    if not every:
        stale = sa.and_(cases.c.status != "closed", last.c.on_day <= today - AGAIN_AFTER)
        other = [sa.and_(cases.c.process == name, last.c.book != digest) for name, digest in books.items()]
        query = query.where(sa.or_(last.c.number.is_(None), last.c.seq != cases.c.seq, stale, *other))
    rows = connection.execute(query.order_by(cases.c.id).limit(limit))
    return tuple(Due(row.id, row.process) for row in rows)


def how_many(connection: Connection, books: Mapping[str, str]) -> int:
    """Return how many cases there are of processes that have audit rules."""
    query = sa.select(sa.func.count()).select_from(cases).where(cases.c.process.in_(tuple(books)))
    return int(connection.execute(query).scalar_one())


def _evaluation(row: Row[Any]) -> Evaluation:
    verdicts = {state: tuple(rules) for state, rules in json.loads(row.verdicts).items()}
    return Evaluation(
        row.case_id, row.number, row.seq, row.head, row.book, row.on_day, row.at, row.asked_by, verdicts
    )
