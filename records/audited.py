"""What a verification reads: events beside their places in the log, heads, and the rows of a case as kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Table

from records.administration import CHAIN
from records.log_tables import administration, log_keys, log_leaves
from records.privacy_tables import document_removals, person_keys
from records.progress_tables import done_steps, stage_stays
from records.rebuilding import Rebuilt
from records.tables import case_materials, case_people, cases, events, materials, tasks

_MADE: Final = (case_people, case_materials, tasks, stage_stays, done_steps)
"""Tables that are made of events, beside `cases`."""
_WRITTEN: Final = tuple(
    sa.type_coerce(column, sa.Text).label(column.name)
    if column in {events.c.occurred_on, events.c.recorded_at}
    else column
    for column in events.c
)
"""The columns of events with days and moments as the text they are kept as."""
_AT: Final = sa.and_(log_leaves.c.case_id == events.c.case_id, log_leaves.c.seq == events.c.seq)
_NOTED: Final = tuple(
    sa.literal(CHAIN).label(column.name)
    if column is events.c.case_id
    else sa.type_coerce(administration.c[column.name], sa.Text).label(column.name)
    if column in {events.c.occurred_on, events.c.recorded_at}
    else administration.c[column.name]
    if column.name in administration.c
    else sa.null().label(column.name)
    for column in events.c
)
"""The same columns of what administrators did."""
_LEAF: Final = (
    log_leaves.c.position,
    log_leaves.c.case_id.label("leaf_case"),
    log_leaves.c.seq.label("leaf_seq"),
    log_leaves.c.hash.label("leaf_hash"),
)
_BESIDE: Final = sa.and_(log_leaves.c.case_id == CHAIN, log_leaves.c.seq == administration.c.seq)


def placed_events(connection: Connection, position: int, limit: int) -> list[Row[Any]]:
    """Return what stands in the log from a position on, each beside its event: nulls where that is gone.

    What administrators did has its columns beside nothing but itself.
    """
    here, order = log_leaves.c.position >= position, log_leaves.c.position
    of_cases = (
        sa.select(*_LEAF, *_WRITTEN)
        .select_from(log_leaves.outerjoin(events, _AT))
        .where(here, log_leaves.c.case_id != CHAIN)
        .order_by(order)
        .limit(limit)
    )
    beside = (
        sa.select(*_LEAF, *_NOTED)
        .select_from(log_leaves.outerjoin(administration, _BESIDE))
        .where(here, log_leaves.c.case_id == CHAIN)
        .order_by(order)
        .limit(limit)
    )
    found = [*connection.execute(of_cases), *connection.execute(beside)]
    return sorted(found, key=lambda row: row.position)[:limit]


def unplaced_events(connection: Connection) -> Iterator[Row[Any]]:
    """Yield the events that have no place in the log, case by case, in their order."""
    query: sa.Select[Any] = sa.select(*_WRITTEN).select_from(events.outerjoin(log_leaves, _AT))
    query = query.where(log_leaves.c.position.is_(None)).order_by(events.c.case_id, events.c.seq)
    yield from connection.execute(query)
    noted: sa.Select[Any] = sa.select(*_NOTED).select_from(administration.outerjoin(log_leaves, _BESIDE))
    yield from connection.execute(noted.where(log_leaves.c.position.is_(None)).order_by(administration.c.seq))


def told_of_others(connection: Connection) -> Iterator[int]:
    """Yield the numbers of what administrators did whose row names somebody else than what was hashed."""
    for row in connection.execute(sa.select(administration)):
        if json.loads(row.data).get("person") != row.person_id:
            yield row.seq


def key_names(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield of each key of the log by which id it is kept, and its verifier."""
    for row in connection.execute(sa.select(log_keys.c.key_id, log_keys.c.verifier)):
        yield row.key_id, row.verifier


def case_heads(connection: Connection) -> Iterator[Row[Any]]:
    """Yield the id, the number of the last event and the head of every case, as its row says."""
    query: sa.Select[Any] = sa.select(cases.c.id, cases.c.seq, cases.c.head)
    yield from connection.execute(query.order_by(cases.c.id))


def rows_made_of(connection: Connection, case_id: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each table that is made of events with a case's rows in it."""
    yield "cases", _rows(connection, cases, cases.c.id == case_id)
    for table in _MADE:
        yield table.name, _rows(connection, table, table.c.case_id == case_id)


def as_rows(made: Rebuilt, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table that a case's events lead to."""
    return {
        "cases": [made.case],
        "case_people": made.people,
        "case_materials": made.materials,
        "tasks": made.tasks,
        "stage_stays": made.stays,
        "done_steps": made.done,
    }[table]


def documents_named(connection: Connection) -> list[str]:
    """Return the digests of documents that cases name, but for those that went with a person or by a rule."""
    there = sa.select(materials.c.sha256)
    removed = sa.select(document_removals.c.sha256).where(document_removals.c.sha256.not_in(there))
    erased = sa.select(person_keys.c.person_id).where(person_keys.c.destroyed_at.is_not(None))
    query = (
        sa.select(case_materials.c.sha256)
        .join(cases, cases.c.id == case_materials.c.case_id)
        .where(cases.c.subject_id.not_in(erased), case_materials.c.sha256.not_in(removed))
        .distinct()
        .order_by(case_materials.c.sha256)
    )
    return list(connection.execute(query).scalars())


def _rows(connection: Connection, table: Table, condition: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(sa.select(table).where(condition))]  # noqa: SLF001 - SQLAlchemy's own name
