"""The outbox: which workflows have yet to be told what was recorded.

One row for each case says how far its workflow was told. Telling is repeated until it is written down here,
in order, and a workflow that hears something twice ignores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.prepared import Prepared, at_once
from records.tables import cases, outbox


@dataclass(frozen=True, slots=True)
class Undriven:
    """A case and how far its workflow was told: `driven_seq` of `seq` events."""

    case_id: str
    process: str
    version: str
    digest: str
    status: str
    seq: int
    driven_seq: int
    next_moment: datetime | None
    """When something happens by itself, UTC."""
    created_at: datetime
    """When its first event was recorded, UTC."""
    changed_at: datetime
    """When its latest event was recorded, UTC."""


def waiting(connection: Connection, before: datetime, limit: int = 100) -> tuple[Undriven, ...]:
    """Return the cases whose workflow has waited to be told since before a moment, longest first."""
    query = _select().where(outbox.c.waiting_since < before).order_by(outbox.c.waiting_since)
    return tuple(_undriven(row) for row in connection.execute(query.limit(limit)))


def driven(connection: Connection, told: Mapping[str, int], now: datetime | None = None) -> None:
    """Write down up to which event workflows were told, by case; lower numbers than before change nothing.

    What was recorded meanwhile waits since `now`; without it, as long as what was told.
    """
    if not told:
        return
    statement = _DRIVEN_AS_BEFORE if now is None else _DRIVEN
    given = {} if now is None else {"since": now}
    with at_once(connection):
        statement.send_many(
            connection, [{"of_case": case, "up_to": seq} | given for case, seq in sorted(told.items())]
        )


def told_up_to(connection: Connection, case_id: str) -> int:
    """Return the last event a case's workflow was told; 0 for none."""
    query = sa.select(outbox.c.driven_seq).where(outbox.c.case_id == case_id)
    return connection.execute(query).scalar() or 0


def open_cases(connection: Connection, *, after: str | None = None, limit: int = 500) -> tuple[Undriven, ...]:
    """Return cases that have not ended, by id, those after `after` first."""
    query = _select().where(cases.c.status != "closed").order_by(cases.c.id)
    if after is not None:
        query = query.where(cases.c.id > after)
    return tuple(_undriven(row) for row in connection.execute(query.limit(limit)))


def undrive(connection: Connection, case_id: str, now: datetime) -> None:
    """Say that a case's workflow knows nothing: it was lost and has to be told everything again."""
    query = sa.update(outbox).where(outbox.c.case_id == case_id)
    connection.execute(query.values(driven_seq=0, waiting_since=now))


def _driven(since: sa.ColumnElement[Any]) -> Prepared:
    up_to = sa.bindparam("up_to", type_=sa.Integer)
    return Prepared(
        sa.update(outbox)
        .where(outbox.c.case_id == sa.bindparam("of_case"), outbox.c.driven_seq < up_to)
        .values(
            driven_seq=up_to,
            waiting_since=sa.case((outbox.c.seq <= up_to, sa.null()), else_=since),
        )
    )


_DRIVEN = _driven(sa.bindparam("since", type_=outbox.c.waiting_since.type))
_DRIVEN_AS_BEFORE = _driven(outbox.c.waiting_since)


def _select() -> sa.Select[Any]:
    return sa.select(
        cases.c.id,
        cases.c.process,
        cases.c.version,
        cases.c.digest,
        cases.c.status,
        cases.c.next_moment,
        cases.c.created_at,
        cases.c.changed_at,
        outbox.c.seq,
        outbox.c.driven_seq,
    ).join(outbox, outbox.c.case_id == cases.c.id)


def _undriven(row: Row[Any]) -> Undriven:
    return Undriven(
        case_id=row.id,
        process=row.process,
        version=row.version,
        digest=row.digest,
        status=row.status,
        seq=row.seq,
        driven_seq=row.driven_seq,
        next_moment=row.next_moment,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
