"""Imports a book: checks all of it, says what it would change, and changes it where it is clean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection

from domain.batches import in_batches
from domain.values import Language
from records import visible
from services.books.applying import Author, apply_rows, catch_up
from services.books.checking import Change, Checking, Found, Watch
from services.books.faults import Fault, Faults
from services.books.known import Places, Rights, place_of
from services.books.opening import Book, Unreadable, open_book, open_folder
from services.books.reading import AT_ONCE, Row, read_rows
from services.books.sheets import BY_NAME, Sheet
from services.parts import Caller, Parts
from services.refusals import NotPermitted
from services.views import View
from services.vocabulary import Vocabulary

BookPlace = Path | tuple[IO[bytes], str]
"""A folder, or an open file and its name."""

_MOST_OVER_HTTP: Final = 2_000
_REASON: Final = "import"


class FaultView(View):
    """One thing that is wrong with a book. `row` 0 is the sheet as a whole, or the book."""

    sheet: str
    row: int
    column: str
    rule: str
    detail: str
    doubt: bool


class SheetView(View):
    """How many rows of a sheet there are, and what they come to."""

    sheet: str
    rows: int
    new: int
    changed: int
    same: int


class DifferenceView(View):
    """What one column of a row was, and what it would be."""

    column: str
    was: str | None
    becomes: str | None


class ChangeView(View):
    """A row that would change something the record has."""

    sheet: str
    row: int
    id: str
    different: tuple[DifferenceView, ...]


class ImportView(View):
    """What came of a book. Nothing was changed unless it is `applied`."""

    applied: bool
    clean: bool
    problem_count: int
    problems: tuple[FaultView, ...]
    """The first ones; `problem_count` counts all."""
    sheets: tuple[SheetView, ...]
    changes: tuple[ChangeView, ...]
    """The first ones of what would change, or has changed; new rows are only counted."""


@dataclass(frozen=True)
class Bringing:
    """How a book is brought in."""

    apply: bool = False
    accept_doubts: bool = False
    most: int = _MOST_OVER_HTTP
    """Problems that are listed."""


async def import_book(
    parts: Parts,
    caller: Caller | None,
    place: BookPlace,
    how: Bringing,
    watch: Watch = lambda _sheet, _more: None,
    *,
    language: Language = "zh",
) -> ImportView:
    """Check a folder, or a file with its name, and bring it in where that is asked and it is clean.

    `caller` is None at the machine itself, which may do everything. Raises NotPermitted for who administers
    nothing.
    """
    rights = Rights() if caller is None else await parts.read(lambda c: rights_of(c, caller, parts.today()))
    faults = Faults(how.most)
    try:
        book = await asyncio.to_thread(_opened, place, faults)
    except Unreadable as unreadable:
        faults.add("", 0, "", unreadable.rule)
        return _view(Found(), faults, language, applied=False, clean=False)
    with book:
        words, today = Vocabulary.of(parts.library), parts.today()
        found = await parts.read(
            lambda connection: Checking(connection, words, rights, today, faults, watch).run(book)
        )
        clean = faults.are_none(accept_doubts=how.accept_doubts)
        if how.apply and clean:
            author = Author(rights.who, parts.clock(), today, _REASON)
            await _applied(parts, book, author, watch)
    return _view(found, faults, language, applied=how.apply and clean, clean=clean)


def rights_of(connection: Connection, caller: Caller, today: date) -> Rights:
    """Return what somebody administers. Raises NotPermitted where that is nothing."""
    tops = visible.administered(connection, caller.person, today)
    if not tops:
        raise NotPermitted
    return Rights(caller.person, frozenset(tops))


def _opened(place: BookPlace, faults: Faults) -> Book:
    return open_folder(place, faults) if isinstance(place, Path) else open_book(*place, faults)


async def _applied(parts: Parts, book: Book, author: Author, watch: Watch) -> None:
    """Write the whole of a book, sheet by sheet."""
    places = await parts.read(Places.of)
    for name in book.sources:
        sheet = BY_NAME[name]
        batches = _in_order(sheet, book, places)
        while rows := await asyncio.to_thread(next, batches, ()):
            await parts.write(_writing(sheet, rows, places, author))
            watch(sheet.name, len(rows))
        if sheet.name == "units":
            await parts.write(lambda connection: catch_up(connection, author))


def _writing(
    sheet: Sheet, rows: Sequence[Row], places: Places, author: Author
) -> Callable[[Connection], tuple[int, int]]:
    return lambda connection: apply_rows(connection, sheet, rows, places, author)


def _in_order(sheet: Sheet, book: Book, places: Places) -> Iterator[Sequence[Row]]:
    """Yield the rows of a sheet some at a time; units after those they stand below."""
    rows = read_rows(sheet, book.sources[sheet.name], Faults(0))
    if sheet.name != "units":
        return in_batches(rows, AT_ONCE)
    every = list(rows)
    for row in every:
        own_id = str(row.says["id"])
        as_it_is = places.record.get(own_id)
        parent = row.says.get("parent", None if as_it_is is None else as_it_is.parent)
        whole = {"parent": parent, "from": None, "to": None, **row.says}
        places.book[own_id] = place_of(whole, row.number)
    every.sort(key=lambda row: len(places.path(str(row.says["id"]))))
    return in_batches(every, AT_ONCE)


def _view(found: Found, faults: Faults, language: Language, *, applied: bool, clean: bool) -> ImportView:
    return ImportView(
        applied=applied,
        clean=clean,
        problem_count=faults.count,
        problems=tuple(fault_view(fault, language) for fault in faults.first),
        sheets=tuple(SheetView(sheet=name, **counts) for name, counts in found.counts.items()),
        changes=tuple(map(_change_view, found.changes)),
    )


def fault_view(fault: Fault, language: Language) -> FaultView:
    """Return a fault in somebody's language."""
    return FaultView(
        sheet=fault.sheet,
        row=fault.row,
        column=fault.column,
        rule=fault.rule,
        detail=fault.detail.in_language(language),
        doubt=fault.is_doubt,
    )


def _change_view(change: Change) -> ChangeView:
    different = tuple(
        DifferenceView(column=column, was=_shown(was), becomes=_shown(becomes))
        for column, (was, becomes) in change.different.items()
    )
    return ChangeView(sheet=change.sheet, row=change.row, id=change.id, different=different)


def _shown(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)
