"""What rows are held against: the units of the record and of the book, what processes know, and who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Connection

from records import bulk
from services.books.sheets import Entry

_DEEPEST: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, as far as other rows depend on it. `row` is 0 where only the record names it."""

    kind: str
    parent: str | None
    from_on: date
    to_on: date | None
    row: int = 0

    def lasts(self, from_on: date, to_on: date | None) -> bool:
        """Whether it is there on all these days."""
        return self.from_on <= from_on and (self.to_on is None or (to_on is not None and to_on <= self.to_on))


@dataclass
class Places:
    """All units: those of the record, and over them those of the book."""

    record: dict[str, Place]
    book: dict[str, Place] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection) -> Places:
        """Read those of the record."""
        return cls({str(one["id"]): place_of(one) for one in bulk.all_entries(connection, "units")})

    def get(self, unit: str) -> Place | None:
        """Return a unit as it would be."""
        return self.book.get(unit) or self.record.get(unit)

    def above(self, unit: str) -> Iterator[str]:
        """Yield the units above another as they would be; no end is found of a circle, but after many."""
        place = self.get(unit)
        for _ in range(_DEEPEST):
            if place is None or place.parent is None:
                return
            yield place.parent
            place = self.get(place.parent)

    def path(self, unit: str) -> tuple[str, ...]:
        """Return a unit, then those above it, up to the root."""
        return (unit, *self.above(unit))


def place_of(one: Entry, row: int = 0) -> Place:
    """Return a unit by what a row of it says."""
    from_on, to_on, parent = one["from"], one["to"], one["parent"]
    return Place(
        str(one["kind"]),
        None if parent is None else str(parent),
        from_on if isinstance(from_on, date) else date.min,
        to_on if isinstance(to_on, date) else None,
        row,
    )


@dataclass(frozen=True)
class Rights:
    """Who brings a book in. `tops` are the units he administers; None: he works on the record itself."""

    who: str | None = None
    tops: frozenset[str] | None = None

    def cover(self, places: Places, unit: str | None) -> bool:
        """Whether a unit is administered: as the record has it, or, where it is new, as the book has it."""
        if self.tops is None:
            return True
        for _ in range(_DEEPEST):
            if unit is None:
                return False
            if unit in self.tops:
                return True
            place = places.record.get(unit) or places.book.get(unit)
            unit = None if place is None else place.parent
        return False
