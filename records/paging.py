"""Pages of lists that are sorted by id."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select

from records.cursors import cursor_of, place_of


def page_of(
    connection: Connection, query: Select[Any], key: ColumnElement[str], cursor: str | None, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """Return the rows of a page, each with its `id`, and the cursor of the next one. Raises BadCursor."""
    if cursor is not None:
        query = query.where(key > place_of(cursor, 1)[0])
    rows = list(connection.execute(query.order_by(key).limit(limit + 1)).all())
    return rows[:limit], cursor_of(rows[limit - 1].id) if len(rows) > limit else None
