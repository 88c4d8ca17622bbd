"""Messages that are held back after a restore, until an operator says what becomes of them.

A restored record does not know what was sent between the backup and the loss. So nothing that was waiting by
then is sent by itself: it is `held`, and people find it in their list all the same.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from records.tables import cases, obligations, outbox

HELD = "held"

_WHY = "held back: it may have been sent before the restore"
_LEFT = "left unsent after a restore"


def hold_waiting(connection: Connection) -> int:
    """Hold back every message that waits to be sent, and return how many."""
    query = sa.update(obligations).where(obligations.c.status == "waiting")
    return connection.execute(query.values(status=HELD, next_attempt_at=None, failure=_WHY)).rowcount


def count_held(connection: Connection) -> int:
    """Return how many messages are held back."""
    query = sa.select(sa.func.count()).where(obligations.c.status == HELD)
    return connection.execute(query).scalar_one()


def send_held(connection: Connection, now: datetime) -> int:
    """Let held messages be sent after all, and return how many; their ids stay what they were."""
    query = sa.update(obligations).where(obligations.c.status == HELD)
    released = query.values(status="waiting", attempts=0, next_attempt_at=now, failure=None)
    return connection.execute(released).rowcount


def leave_held(connection: Connection) -> int:
    """Give held messages up, and return how many; they stay in people's lists."""
    query = sa.update(obligations).where(obligations.c.status == HELD)
    return connection.execute(query.values(status="failed", failure=_LEFT)).rowcount


def tell_everything_again(connection: Connection, now: datetime) -> int:
    """Say that no workflow of an open case knows anything, and return how many cases are open.

    Whatever drives cases then tells each its whole record, and a workflow begins where there is none.
    """
    still_open = sa.select(cases.c.id).where(cases.c.status != "closed")
    query = sa.update(outbox).where(outbox.c.case_id.in_(still_open))
    return connection.execute(query.values(driven_seq=0, waiting_since=now)).rowcount
