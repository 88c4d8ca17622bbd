"""What one person has at once in a book, and together with what the record has."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from domain.batches import in_batches
from records import bulk
from services.books.faults import Faults
from services.books.reading import AT_ONCE
from services.books.sheets import Entry
from services.overlaps import Held, Sort, overlaps
from services.vocabulary import Vocabulary


class Spans:
    """The standings, or the posts, of a book, by person."""

    def __init__(self, sheet: Sort, words: Vocabulary) -> None:
        """Begin without any."""
        self._sheet: Sort = sheet
        self._words = words
        self._held: dict[str, list[Held]] = {}

    def keep(self, person: str, says: Entry, row: int) -> None:
        """Take one in."""
        self._held.setdefault(person, []).append(self._one(says, row))

    def check(self, connection: Connection, faults: Faults) -> None:
        """Note what overlaps, of the book alone and with what the record has."""
        for some in in_batches(self._held.items(), AT_ONCE):
            beside = self._recorded(connection, dict(some))
            for person, held in some:
                for one, later in overlaps(self._sheet, [*held, *beside.get(person, ())], self._words):
                    if one.row or later.row:
                        faults.add(self._sheet, later.row or one.row, "from", "overlaps")

    def _recorded(self, connection: Connection, held: dict[str, list[Held]]) -> dict[str, list[Held]]:
        in_book = {one.id for together in held.values() for one in together}
        beside: dict[str, list[Held]] = {}
        for says in bulk.entries_of(connection, self._sheet, held):
            if says["id"] not in in_book:
                beside.setdefault(str(says["person"]), []).append(self._one(says, 0))
        return beside

    def _one(self, says: Entry, row: int) -> Held:
        first, last = says["from"], says["to"]
        assert isinstance(first, date)  # noqa: S101 - it is required
        what = str(says["standing" if self._sheet == "standings" else "role"])
        to_on = last if isinstance(last, date) else None
        return Held(str(says["id"]), what, str(says["unit"]), first, to_on, row)
