"""Clears what is kept for a time only, so that the record does not grow by it.

Events, documents and messages are kept for good; sessions, failed logins, idempotency keys
and places in traces are not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from records import attempts, idempotency
from records.database import Database
from records.places import forget_places
from services.throttling import FAMILIAR_FOR, LONGEST_WINDOW

KEYS_KEPT: Final = timedelta(days=30)
"""How long a request may be sent again and find its first answer."""
ATTEMPTS_KEPT: Final = LONGEST_WINDOW
PLACES_KEPT: Final = timedelta(days=30)
"""Longer than a message is tried for, and than most keep traces."""


async def clear(database: Database, now: datetime) -> None:
    """Forget ended sessions, failed logins, and keys and places that nobody asks for any more.

    `now` is aware, UTC. Twice does no harm. Raises DatabaseUnavailable.
    """

    def work(connection: Connection) -> None:
        attempts.clear(
            connection, now, attempts_before=now - ATTEMPTS_KEPT, familiar_before=now - FAMILIAR_FOR
        )
        idempotency.forget(connection, now - KEYS_KEPT)
        forget_places(connection, now - PLACES_KEPT)

    await database.write(work)
