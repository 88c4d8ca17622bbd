"""Keeps what was found in patterns over many cases: each look for itself, never changed afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.below import is_below
from records.cursors import Page, cursor_of, number_of
from records.held_units import held_units, units_in
from records.pattern_tables import pattern_results, pattern_runs
from records.problems import NotFound
from records.scope import AUDITOR
from records.tables import posts

_AUDITED = held_units(shows=posts.c.role == AUDITOR)


@dataclass(frozen=True, slots=True)
class Audited:
    """The units somebody audits by a post that is his, or lent for everything."""

    everything: bool
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One look."""

    id: str
    made_at: datetime
    until: date
    since: date | None
    unit: str | None
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was found."""

    number: int
    pattern: str
    unit: str
    told: Mapping[str, Any]


def audited_by(connection: Connection, person: str, today: date) -> Audited:
    """Return what somebody audits today."""
    held = units_in(connection, _AUDITED, person, today)
    return Audited(held.are_all, held.wholly)


def keep(connection: Connection, run: Run, results: Sequence[Result]) -> None:
    """Write a look down with all it found."""
    connection.execute(
        sa.insert(pattern_runs).values(
            id=run.id,
            made_at=run.made_at,
            until_on=run.until,
            since_on=run.since,
            unit_id=run.unit,
            told=_json(run.told),
        )
    )
    rows = [
        {
            "run_id": run.id,
            "number": one.number,
            "pattern": one.pattern,
            "unit_id": one.unit,
            "told": _json(one.told),
        }
        for one in results
    ]
    if rows:
        connection.execute(sa.insert(pattern_results), rows)


def latest(connection: Connection, audited: Audited) -> Run | None:
    """Return the last look over everything or over a unit somebody audits, or None."""
    query = sa.select(pattern_runs).order_by(pattern_runs.c.id.desc()).limit(1)
    if not audited.everything:
        mine = is_below(audited.units, pattern_runs.c.unit_id)
        query = query.where(sa.or_(pattern_runs.c.unit_id.is_(None), mine))
    row = connection.execute(query).one_or_none()
    return None if row is None else _run(row)


def whole_since(connection: Connection, moment: datetime) -> tuple[Run, ...]:
    """Return the looks over everything that were made after a moment."""
    query = sa.select(pattern_runs).where(
        pattern_runs.c.unit_id.is_(None), pattern_runs.c.since_on.is_(None), pattern_runs.c.made_at > moment
    )
    return tuple(map(_run, connection.execute(query.order_by(pattern_runs.c.id))))


def find_run(connection: Connection, run_id: str) -> Run:
    """Return a look. Raises NotFound."""
    row = connection.execute(sa.select(pattern_runs).where(pattern_runs.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFound("no such look")
    return _run(row)


def list_results(
    connection: Connection,
    run_id: str,
    audited: Audited,
    *,
    pattern: str | None = None,
    unit: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Result]:
    """Return what a look found in units somebody audits, in its order. Raises BadCursor."""
    query = _seen(audited).where(pattern_results.c.run_id == run_id)
    if pattern is not None:
        query = query.where(pattern_results.c.pattern == pattern)
    if unit is not None:
        query = query.where(is_below((unit,), pattern_results.c.unit_id))
    if cursor is not None:
        query = query.where(pattern_results.c.number > number_of(cursor))
    rows = connection.execute(query.order_by(pattern_results.c.number).limit(limit + 1)).all()
    following = cursor_of(str(rows[limit - 1].number)) if len(rows) > limit else None
    return Page(tuple(map(_result, rows[:limit])), following)


def find_result(connection: Connection, run_id: str, number: int, audited: Audited) -> Result:
    """Return one thing that was found in a unit somebody audits. Raises NotFound."""
    query = _seen(audited).where(pattern_results.c.run_id == run_id, pattern_results.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("nothing of that number was found there")
    return _result(row)


def _seen(audited: Audited) -> sa.Select[Any]:
    query = sa.select(pattern_results)
    return query if audited.everything else query.where(is_below(audited.units, pattern_results.c.unit_id))


def _run(row: Row[Any]) -> Run:
    return Run(row.id, row.made_at, row.until_on, row.since_on, row.unit_id, json.loads(row.told))


def _result(row: Row[Any]) -> Result:
    return Result(row.number, row.pattern, row.unit_id, json.loads(row.told))


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True)
