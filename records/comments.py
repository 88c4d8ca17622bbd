"""Comments on a case, read from its events: those that were written, and which of them were withdrawn."""

from __future__ import annotations

from sqlalchemy import Connection, select

from records.stored import StoredEvent, stored_event
from records.tables import events

_WRITTEN = "comment-added"
_WITHDRAWN = "comment-withdrawn"


def comments_of(
    connection: Connection, case_id: str, *, before: int | None = None, limit: int = 50
) -> tuple[StoredEvent, ...]:
    """Return the comments of a case, latest first: those with a number below `before`, where it is given."""
    query = select(events).where(events.c.case_id == case_id, events.c.type == _WRITTEN)
    if before is not None:
        query = query.where(events.c.seq < before)
    rows = connection.execute(query.order_by(events.c.seq.desc()).limit(limit))
    return tuple(stored_event(row) for row in rows)


def withdrawals_of(connection: Connection, case_id: str, after: int = 0) -> tuple[StoredEvent, ...]:
    """Return in order what withdrew comments of a case, with a number above `after`."""
    query = select(events).where(
        events.c.case_id == case_id, events.c.type == _WITHDRAWN, events.c.seq > after
    )
    return tuple(stored_event(row) for row in connection.execute(query.order_by(events.c.seq)))
