"""Pages of lists that are sorted by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select

from records.cursors import cursor_of, place_of


class _HasId(Protocol):
    @property
    def id(self) -> str:
        """What it is known by."""
        ...


T = TypeVar("T", bound=_HasId)


def page_of(
    connection: Connection, query: Select[Any], key: ColumnElement[str], cursor: str | None, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """Return the rows of a page, each with its `id`, and the cursor of the next one. Raises BadCursor."""
    if cursor is not None:
        query = query.where(key > place_of(cursor, 1)[0])
    rows = list(connection.execute(query.order_by(key).limit(limit + 1)).all())
    return rows[:limit], cursor_of(rows[limit - 1].id) if len(rows) > limit else None


def in_order(ids: Sequence[str], found: Iterable[T]) -> tuple[T, ...]:
    """Return what was found in the order of the ids; ids nothing was found for are left out."""
    by_id = {one.id: one for one in found}
    return tuple(by_id[each] for each in ids if each in by_id)
