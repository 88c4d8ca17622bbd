"""How SQLite goes about what a piece of code asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection


@contextmanager
def explained(connection: Connection, wanted: Callable[[str], bool]) -> Iterator[list[list[str]]]:
    """Gather the plan of each statement that is wanted by its text, a line for each of its parts."""
    plans: list[list[str]] = []

    def note(
        _connection: object, _cursor: object, text: str, parameters: object, _context: object, _many: object
    ) -> None:
        if wanted(text):
            driver = connection.connection.driver_connection
            assert driver is not None
            # Past SQLAlchemy, which would have this be heard as well.
            rows = driver.execute(f"EXPLAIN QUERY PLAN {text}", parameters)
            plans.append([row[3] for row in rows])

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
