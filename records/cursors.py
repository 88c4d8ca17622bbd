"""Cursors: where the next page begins, as text nobody has to understand."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_AT_ONCE: Final = 200
_REFILLS: Final = 5
"""How often more is read for one page, where much is passed over."""
_LARGEST: Final = 2**31 - 1
"""The largest number a row can have."""


class BadCursor(ValueError):
    """The text is not a cursor of this list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and the cursor of the next part; None where this was the last."""

    items: tuple[T, ...]
    next: str | None


def every(page_of: Callable[..., Page[T]]) -> Iterator[T]:
    """Return the items of a whole list, read page by page with `cursor` and `limit`."""
    cursor: str | None = None
    while True:
        page = page_of(cursor=cursor, limit=_AT_ONCE)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def filled(
    page_of: Callable[[str | None, int], Page[T]],
    is_shown: Callable[[T], bool],
    cursor: str | None,
    limit: int,
) -> Page[T]:
    """Return a page of what is shown: for what is passed over more is read, a few times at the most.

    `page_of` takes a cursor and how many.
    """
    found: list[T] = []
    for _ in range(_REFILLS):
        page = page_of(cursor, limit - len(found))
        found += filter(is_shown, page.items)
        cursor = page.next
        if cursor is None or len(found) == limit:
            break
    return Page(tuple(found), cursor)


def cursor_of(*place: str) -> str:
    """Return the cursor of a place, which is the sort key of the last item on the page."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str, parts: int) -> list[str]:
    """Return the place of a cursor. Raises BadCursor unless it has that many parts, all of them text."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        place = json.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise BadCursor("not a cursor") from error
    if not isinstance(place, list) or len(place) != parts:
        raise BadCursor("not a cursor of this list")
    if not all(isinstance(part, str) and part.isprintable() for part in place):
        raise BadCursor("not a cursor of this list")
    return place


def number_of(cursor: str) -> int:
    """Return the number that is the place of a cursor. Raises BadCursor where it is none a row can have."""
    (number,) = place_of(cursor, 1)
    if not number.isdecimal() or int(number) > _LARGEST:
        raise BadCursor("not the number of a row")
    return int(number)
