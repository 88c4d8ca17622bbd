"""Reads what the report on fairness counts: cases that began in a period, as they stood on its last day."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from records.below import units_below
from records.progress_tables import stage_stays
from records.tables import cases, events, units


class Begun(NamedTuple):
    """A case that began in the period."""

    id: str
    unit: str
    outcome: str | None
    """None where it had come to no end by the last day."""
    digest: str
    days: int | None
    """From its first day to its end."""


class Tree(NamedTuple):
    """The units of today: what stands above each, and what kind each is."""

    parents: dict[str, str | None]
    kinds: dict[str, str]
    names: dict[str, str]


def processes_with_cases(connection: Connection, first: date, last: date) -> dict[str, int]:
    """Return how many cases of each process began in a period."""
    number = sa.func.count()
    query = sa.select(cases.c.process, number).where(cases.c.opened_on.between(first, last))
    return {row[0]: row[1] for row in connection.execute(query.group_by(cases.c.process))}


def begun(connection: Connection, process: str, first: date, last: date) -> Iterator[Begun]:
    """Yield the cases of a process that began in a period, as they stood on its last day."""
    query = sa.select(
        cases.c.id, cases.c.unit_id, cases.c.outcome, cases.c.digest, cases.c.opened_on, cases.c.closed_on
    ).where(cases.c.process == process, cases.c.opened_on.between(first, last))
    for row in connection.execute(query.execution_options(yield_per=2_000)):
        has_ended = row.closed_on is not None and row.closed_on <= last
        days = (row.closed_on - row.opened_on).days if has_ended else None
        yield Begun(row.id, row.unit_id, row.outcome if has_ended else None, row.digest, days)


def stays(connection: Connection, process: str, last: date) -> Iterator[tuple[str, str, int]]:
    """Yield case, stage and days of every stay in a stage that was over by a day."""
    query = sa.select(stage_stays.c.case_id, stage_stays.c.stage, stage_stays.c.days).where(
        stage_stays.c.process == process, stage_stays.c.left_on <= last, stage_stays.c.standing.is_not(None)
    )
    yield from connection.execute(query.execution_options(yield_per=2_000))


def answers(connection: Connection, steps: Collection[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield case, step and answers of what was said when some steps were done."""
    query = sa.select(events.c.case_id, events.c.step, events.c.data).where(
        events.c.type == "step-completed", events.c.step.in_(sorted(steps))
    )
    for case, step, data in connection.execute(query.execution_options(yield_per=2_000)):
        yield case, step, json.loads(data).get("values") or {}


def moved(connection: Connection, last: date) -> set[str]:
    """Return the cases that moved to another unit by a day."""
    query = sa.select(events.c.case_id).where(
        events.c.type == "case-transferred", events.c.occurred_on <= last
    )
    return set(connection.execute(query.distinct()).scalars())


def tree(connection: Connection) -> Tree:
    """Return the units of today."""
    rows = connection.execute(sa.select(units.c.id, units.c.parent_id, units.c.kind, units.c.name)).all()
    return Tree(
        {row.id: row.parent_id for row in rows},
        {row.id: row.kind for row in rows},
        {row.id: row.name for row in rows},
    )


def names(connection: Connection, wanted: Collection[str]) -> dict[str, str]:
    """Return what some units are called."""
    rows = connection.execute(sa.select(units.c.id, units.c.name).where(units.c.id.in_(sorted(wanted))))
    return {row.id: row.name for row in rows}


def below(connection: Connection, tops: Collection[str]) -> set[str]:
    """Return units and all below them."""
    return set(connection.execute(units_below(sorted(tops))).scalars())
