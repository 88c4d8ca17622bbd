"""Compares the rows of a book with what the record says: what is new, would change, or is so already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Connection

from records import bulk
from services.books.reading import Row
from services.books.sheets import Entry, Sheet

_NAMESPACE: Final = UUID("0b1c6c1e-6a53-4e0e-8f0a-3c9d4b1b7a10")


class Compared(NamedTuple):
    """A row beside what the record says by its id. `before` is None where that is nothing."""

    row: Row
    id: str
    says: Entry
    """The whole of it; columns that the book has not are as they were."""
    before: Entry | None

    @property
    def is_new(self) -> bool:
        """Whether the record has nothing by this id."""
        return self.before is None

    @property
    def different(self) -> dict[str, tuple[object, object]]:
        """What would be different: by column, what it was and what it would be."""
        if self.before is None:
            return {}
        before = self.before
        return {
            key: (before[key], value)
            for key, value in self.says.items()
            if key != "id" and before[key] != value
        }

    @property
    def would_last_longer(self) -> bool:
        """Whether something that has a last day would have a later one, or none."""
        was, would_be = self.different.get("to", (None, None))
        return isinstance(was, date) and (not isinstance(would_be, date) or would_be > was)

    def would_end_before(self, today: date) -> bool:
        """Whether something that lasts would have a last day that is gone by."""
        _, would_be = self.different.get("to", (None, None))
        return isinstance(would_be, date) and would_be < today


def compared(connection: Connection, sheet: Sheet, rows: Sequence[Row]) -> list[Compared]:
    """Compare rows that name all they need; the others are left out."""
    whole = [row for row in rows if all(row.says.get(c.key) is not None for c in sheet.columns if c.required)]
    ids = _ids(connection, sheet, whole)
    known = bulk.entries(connection, sheet.name, ids.values())
    keys = sheet.keys
    defaults: Entry = {column.key: False if column.kind == "truth" else None for column in sheet.columns}
    defaults |= {"language": "zh"} if sheet.name == "people" else {}
    return [_beside(keys, defaults, row, ids[row.number], known.get(ids[row.number])) for row in whole]


def _beside(
    keys: Sequence[str], defaults: Entry, row: Row, own_id: str, before: Mapping[str, object] | None
) -> Compared:
    if before is None:
        return Compared(row, own_id, {**defaults, **row.says, "id": own_id}, None)
    as_it_is = {key: before[key] for key in keys}
    entry = {**as_it_is, "source": before["source"]} if "source" in before else as_it_is
    return Compared(row, own_id, {**as_it_is, **row.says, "id": own_id}, entry)


def _ids(connection: Connection, sheet: Sheet, rows: Sequence[Row]) -> dict[int, str]:
    """Return the id of each row: its own, that of what says the same, or one made from what it says."""
    nameless = [row for row in rows if row.says.get("id") is None]
    found = _natural(connection, sheet, nameless) if nameless else {}
    return {
        row.number: str(row.says["id"]) if row.says.get("id") is not None else _made(sheet, row, found)
        for row in rows
    }


def _made(sheet: Sheet, row: Row, found: Mapping[tuple[object, ...], str]) -> str:
    words = natural_key(sheet, row.says)
    return found.get(words) or uuid5(_NAMESPACE, "/".join(map(str, (sheet.name, *words)))).hex


def _natural(connection: Connection, sheet: Sheet, rows: Iterable[Row]) -> dict[tuple[object, ...], str]:
    owners = (str(row.says[sheet.natural[0]]) for row in rows)
    said = bulk.entries_of(connection, sheet.name, owners)
    return {natural_key(sheet, one): str(one["id"]) for one in said}


def natural_key(sheet: Sheet, says: Mapping[str, object]) -> tuple[object, ...]:
    """Return what makes a row the same as another that has no id."""
    return tuple(says[key] for key in sheet.natural)
