"""Reads the rows of a sheet as values, and notes what of them cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from services.books.cells import Wrong, value_of
from services.books.faults import Faults
from services.books.opening import Source, Unreadable
from services.books.sheets import Column, Entry, Sheet, column_called

T = TypeVar("T")

AT_ONCE: Final = 4_000
"""Rows that are looked at, or written, together: a transaction, and a few statements, for so many."""
_DEFAULTS: Final[dict[str, object]] = {"truth": False, "language": "zh"}


class Row(NamedTuple):
    """A row of a sheet. What was empty, or wrong, is None; a column the sheet has not is not there."""

    number: int
    says: Entry


def read_rows(sheet: Sheet, source: Source, faults: Faults) -> Iterator[Row]:
    """Yield the rows that say something."""
    rows = iter(source.rows())
    try:
        columns = _columns(sheet, next(rows, ()), faults)
        for number, cells in enumerate(rows, 2):
            row = _row(sheet, columns, number, cells, faults)
            if row is not None:
                yield row
    except Unreadable as unreadable:
        faults.add(sheet.name, 0, "", unreadable.rule)


def _columns(sheet: Sheet, heads: Sequence[object], faults: Faults) -> dict[int, Column]:
    found: dict[int, Column] = {}
    for place, head in enumerate(heads):
        if head is None or not str(head).strip():
            continue
        column = column_called(sheet, head) if isinstance(head, str) else None
        if column is None:
            faults.add(sheet.name, 1, letters(place), "heading-unknown")
        elif column in found.values():
            faults.add(sheet.name, 1, column.key, "heading-twice")
        else:
            found[place] = column
    for column in sheet.columns:
        if column.required and column not in found.values():
            faults.add(sheet.name, 1, column.key, "heading-missing")
    return found


def _row(
    sheet: Sheet, columns: dict[int, Column], number: int, cells: Sequence[object], faults: Faults
) -> Row | None:
    given = {place: cell for place, cell in enumerate(cells) if cell is not None and cell != ""}
    if not given:
        return None
    says: Entry = {}
    for place, column in columns.items():
        try:
            value = value_of(column.kind, given.get(place))
        except Wrong as wrong:
            faults.add(sheet.name, number, column.key, wrong.rule)
            value = None
        else:
            if value is None and column.required:
                faults.add(sheet.name, number, column.key, "missing")
        says[column.key] = _DEFAULTS.get(column.kind) if value is None else value
    for place in given.keys() - columns.keys():
        faults.add(sheet.name, 1, letters(place), "heading-unknown")
    return Row(number, says)


def letters(place: int) -> str:
    """Return how spreadsheet programs name a column, from 0."""
    name, left = "", place + 1
    while left:
        left, digit = divmod(left - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
