"""Whether anything was written since it was asked before: one small question, whatever was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

_ASK: Final = {
    "sqlite": sa.text("PRAGMA data_version"),
    "postgresql": sa.text("SELECT CAST(pg_current_snapshot() AS text)"),
}


@dataclass
class Pulse:
    """Remembers what the database answered. May say that something was written where nothing was.

    SQLite counts for each connection what others committed, so each is compared with itself. PostgreSQL names
    the transactions that are under way and the next one, which are others after every commit.
    """

    _known: dict[int, str] = field(default_factory=dict)

    def beats(self, connection: Connection) -> bool:
        """Whether something may have been written since this was asked before."""
        dialect = connection.dialect.name
        place = id(connection.connection.driver_connection) if dialect == "sqlite" else 0
        answer = str(connection.execute(_ASK[dialect]).scalar())
        before = self._known.get(place)
        self._known[place] = answer
        return answer != before
