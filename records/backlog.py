"""What waits to be passed on, as numbers that are cheap to ask for: read from an index, up to a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from records.tables import obligations, outbox

MOST: Final = 10_000
"""Where counting stops: more than that is as bad, and must not cost more."""
_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Before everything: a range of the index, where `IS NOT NULL` would read every row."""
SOON: Final = timedelta(minutes=10)
"""A message that is older is overdue: its first attempt failed, or nobody made one."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What was recorded and not yet passed on."""

    outbox: int
    """Cases whose workflow has yet to be told something; `MOST` for that many or more."""
    oldest: datetime | None
    """Since when the longest of them has waited, UTC."""
    obligations: Mapping[tuple[str, bool], int]
    """Messages not yet delivered, by kind and by whether they are overdue; `MOST` in all, at most."""
    given_up: int
    """Messages that were tried too often."""

    @property
    def messages(self) -> int:
        """Messages not yet delivered."""
        return sum(self.obligations.values())


def read_backlog(connection: Connection, now: datetime) -> Backlog:
    """Return what waits at a moment, UTC."""
    return Backlog(
        outbox=_count(connection, sa.select(outbox.c.case_id).where(outbox.c.waiting_since > _EVER)),
        oldest=oldest_waiting(connection),
        obligations=_obligations(connection, now),
        given_up=_count(connection, sa.select(obligations.c.id).where(obligations.c.status == "failed")),
    )


def oldest_waiting(connection: Connection) -> datetime | None:
    """Return since when the workflow that waits longest has waited to be told; None where none does."""
    query = sa.select(outbox.c.waiting_since).where(outbox.c.waiting_since > _EVER)
    return connection.execute(query.order_by(outbox.c.waiting_since).limit(1)).scalar()


def _obligations(connection: Connection, now: datetime) -> dict[tuple[str, bool], int]:
    some = (
        sa.select(obligations.c.kind, (obligations.c.created_at < now - SOON).label("overdue"))
        .where(obligations.c.status == "waiting")
        .order_by(obligations.c.next_attempt_at)
        .limit(MOST)
        .subquery()
    )
    query = sa.select(some.c.kind, some.c.overdue, sa.func.count()).group_by(some.c.kind, some.c.overdue)
    return {(kind, bool(overdue)): number for kind, overdue, number in connection.execute(query)}


def _count(connection: Connection, found: Select[Any]) -> int:
    some = found.limit(MOST).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
