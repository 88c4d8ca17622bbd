"""Writes books: the organisation as it is, and an empty one with explanations to begin with.

The same organisation gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Final, Literal, Protocol

import xlsxwriter  # type: ignore[import-untyped] # it has no types
from sqlalchemy import Connection

from records import bulk
from services.books.cells import escaped
from services.books.sheets import NOTES, SHEETS, Entry, Sheet, heading, tab

Format = Literal["xlsx", "csv"]
Rows = Callable[[Sheet], Iterable[Entry]]
Watch = Callable[[str, int], None]


class _Writable(Protocol):
    """A sheet as xlsxwriter has it."""

    def write_datetime(self, row: int, column: int, moment: datetime, form: object) -> int: ...

    def write_string(self, row: int, column: int, text: str, form: object) -> int: ...


_ONCE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - stands in the file as it is, always the same
_ZIPPED: Final = (2026, 1, 1, 0, 0, 0)
_BOM: Final = "\ufeff"
_IN_MEMORY: Final = 16 << 20
_WIDTH: Final = 22
_NOTES_FILE: Final = f"{NOTES.en.casefold()}.csv"


def rows_of(
    connection: Connection,
    within: Sequence[str] | None = None,
    watch: Watch = lambda _sheet, _more: None,
) -> Rows:
    """Return what gives the rows of each sheet: of everything, or of what is in units and below them."""

    def rows(sheet: Sheet) -> Iterator[Entry]:
        for one in bulk.all_entries(connection, sheet.name, within):
            yield one
            watch(sheet.name, 1)

    return rows


def no_rows(_sheet: Sheet) -> Iterable[Entry]:
    """Give none: what is written then is the template."""
    return ()


def write_book(rows: Rows, form: Format, into: IO[bytes]) -> None:
    """Write a workbook, or an archive with a CSV file for each sheet."""
    if form == "xlsx":
        _write_workbook(rows, into)
        return
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, write in _files(rows):
            with archive.open(zipfile.ZipInfo(name, _ZIPPED), "w", force_zip64=True) as entry:
                text = io.TextIOWrapper(entry, "utf-8", newline="")
                write(text)
                text.flush()
                text.detach()


def write_folder(rows: Rows, folder: Path) -> None:
    """Write a CSV file for each sheet into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in _files(rows):
        with (folder / name).open("w", encoding="utf-8", newline="") as text:
            write(text)


def temporary() -> IO[bytes]:
    """Return a file that is gone when it is closed, on the disk once it is large."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


def _files(rows: Rows) -> Iterator[tuple[str, Callable[[IO[str]], None]]]:
    for sheet in SHEETS:

        def write(into: IO[str], sheet: Sheet = sheet) -> None:
            _write_csv(into, [heading(column) for column in sheet.columns], _lines(sheet, rows(sheet)))

        yield f"{sheet.name}.csv", write
    head, *notes = _notes()
    yield _NOTES_FILE, lambda into: _write_csv(into, head, notes)


def _write_csv(into: IO[str], head: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    into.write(_BOM)
    writer = csv.writer(into)
    writer.writerow(head)
    writer.writerows(lines)


def _lines(sheet: Sheet, rows: Iterable[Entry]) -> Iterator[list[str]]:
    return ([_as_text(one[key]) for key in sheet.keys] for one in rows)


def _write_workbook(rows: Rows, into: IO[bytes]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(into, options) as workbook:
        workbook.set_properties({"created": _ONCE, "title": "Accede"})
        bold = workbook.add_format({"bold": True})
        day, text = (
            workbook.add_format({"num_format": "yyyy-mm-dd"}),
            workbook.add_format({"num_format": "@"}),
        )
        for sheet in SHEETS:
            page = workbook.add_worksheet(tab(sheet))
            page.freeze_panes(1, 0)
            for place, column in enumerate(sheet.columns):
                page.set_column(place, place, _WIDTH, day if column.kind in {"day", "birthday"} else text)
                page.write_string(0, place, heading(column), bold)
            for number, one in enumerate(rows(sheet), 1):
                _write_row(page, number, sheet, one, day, text)
        notes = workbook.add_worksheet(f"{NOTES.zh} {NOTES.en}")
        notes.set_column(0, 4, _WIDTH)
        for number, line in enumerate(_notes()):
            for place, words in enumerate(line):
                notes.write_string(number, place, words, text if number else bold)


def _write_row(  # noqa: PLR0917 - a row, where it goes and how it looks
    page: _Writable, number: int, sheet: Sheet, one: Entry, day: object, text: object
) -> None:
    for place, key in enumerate(sheet.keys):
        value = one[key]
        if isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day, wherever it is
            page.write_datetime(number, place, moment, day)
        elif value is not None:
            page.write_string(number, place, _as_text(value), text)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else escaped(str(value))


def _notes() -> Iterator[list[str]]:
    """Yield what each column means, in both languages."""
    yield ["表 Sheet", "列 Column", "必填 Required", "说明", "Meaning"]
    for sheet in SHEETS:
        yield [tab(sheet), "", "", sheet.says.zh, sheet.says.en]
        for column in sheet.columns:
            needs = "是 yes" if column.required else ""
            yield [tab(sheet), heading(column), needs, column.says.zh, column.says.en]
