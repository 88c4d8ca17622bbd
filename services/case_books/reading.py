"""Reads a book of cases: each row as values by the keys of its columns, and what of it cannot be taken."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Final

from domain.chain import canonical
from domain.evidence import LARGEST_NUMBER
from services.books.cells import Wrong, is_empty, value_of
from services.books.opening import Cells, Source, Unreadable, open_pages
from services.books.reading import letters
from services.case_books.columns import Column
from services.case_books.template import CASES, MARK, MORE

FIRST_ROW: Final = 3
"""The first row that tells of a case: before it come the headings and the explanations."""

_WIDEST: Final = 1_000
_KEY: Final = re.compile(r"\[([\w.-]+)\]\s*$")
_CHOSEN: Final = re.compile(r"\[([\w.-]+)\]\s*$|^([\w.-]+)$")
ALL: Final = "all"
"""What is read where a cell says that everything a step asks for is kept on paper."""
_EVERYTHING: Final = frozenset({ALL, "全部", "齐全"})
_SEPARATORS: Final = re.compile(r"[\s,，、;；]+")
_PROCESS: Final = re.compile(rf"{MARK}\s*([a-z0-9][a-z0-9.-]*)")


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that cannot be taken, or a heading; `rule` is a key of the words of books."""

    row: int
    column: str
    rule: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row that says something: its number as spreadsheet programs count, and its values by column."""

    number: int
    says: Mapping[str, object]
    faults: tuple[CellFault, ...] = ()
    digest: str = ""
    """Of what the row says, however the file is formatted."""


@dataclass
class CaseBook:
    """An open book of cases."""

    source: Source
    faults: list[CellFault] = field(default_factory=list)
    process: str | None = None
    """The process its explanations name; None where somebody took them away."""
    _head: Cells = ()
    _more: Source | None = None

    def lines(self, columns: Sequence[Column]) -> Iterator[Line]:
        """Yield the rows that say something. What is wrong with headings is in `faults` then."""
        return self._lines(self.source, self._head, columns)

    def more(self, columns: Sequence[Column]) -> dict[str, list[Line]]:
        """Return the lines of the sheet for more, by the case they name; those that name none under ''."""
        found: dict[str, list[Line]] = {}
        if self._more is not None:
            head = next(iter(self._more.rows()), ())
            for line in self._lines(self._more, head, columns):
                found.setdefault(str(line.says.get("more.case", "")), []).append(line)
        return found

    def _lines(self, source: Source, head: Cells, columns: Sequence[Column]) -> Iterator[Line]:
        known = {column.key: column for column in columns}
        placed = self._placed(head, known)
        try:
            for number, cells in enumerate(source.rows(), 1):
                if number >= FIRST_ROW and any(cell not in {None, ""} for cell in cells):
                    yield _line(number, cells, placed)
        except Unreadable as unreadable:
            self.faults.append(CellFault(0, "", unreadable.rule))

    def _placed(self, head: Cells, known: Mapping[str, Column]) -> dict[int, Column]:
        placed: dict[int, Column] = {}
        for place, above in enumerate(head):
            if above is None or not str(above).strip():
                continue
            found = _KEY.search(str(above))
            column = None if found is None else known.get(found[1])
            if column is None:
                self.faults.append(CellFault(1, letters(place), "heading-unknown"))
            elif column in placed.values():
                self.faults.append(CellFault(1, column.key, "heading-twice"))
            else:
                placed[place] = column
        for column in known.values():
            if column.required and column not in placed.values():
                self.faults.append(CellFault(1, column.key, "heading-missing"))
        return placed


def digest_of(file: IO[bytes]) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    file.seek(0)
    made = hashlib.sha256()
    while piece := file.read(1 << 20):
        made.update(piece)
    return made.hexdigest()


@contextmanager
def open_case_book(file: IO[bytes]) -> Iterator[CaseBook]:
    """Open a workbook, and look at the headings of its cases. Raises Unreadable."""
    with open_pages(file, _WIDEST) as pages:
        if not pages:
            raise Unreadable("damaged")
        source = pages.get(CASES) or next(iter(pages.values()))
        rows = iter(source.rows())
        head, says = next(rows, ()), next(rows, ())
        named = _PROCESS.search(str(says[0])) if says and says[0] is not None else None
        process = None if named is None else named[1]
        more = pages.get(MORE)
        yield CaseBook(source, process=process, _head=head, _more=None if more is source else more)


def _line(number: int, cells: Cells, placed: Mapping[int, Column]) -> Line:
    says: dict[str, object] = {}
    faults: list[CellFault] = []
    for place, column in placed.items():
        cell = cells[place] if place < len(cells) else None
        if cell is None and not column.required:
            continue
        try:
            value = _value(column, cell)
        except Wrong as wrong:
            faults.append(CellFault(number, column.key, wrong.rule))
            continue
        if value is not None:
            says[column.key] = value
        elif column.required:
            faults.append(CellFault(number, column.key, "missing"))
    told = {key: _plain(value) for key, value in says.items()}
    return Line(number, says, tuple(faults), hashlib.sha256(canonical(told)).hexdigest())


def _value(column: Column, cell: object) -> object:
    """Return what a cell says; None where it is empty. Raises Wrong."""
    if is_empty(cell):
        return None
    match column.kind:
        case "number":
            return _number(cell)
        case "days":
            return _days(cell)
        case "choice":
            return _choice(column, cell)
        case "words" if column.part == "papers" and str(cell).strip() in _EVERYTHING:
            return ALL
        case kind:
            return value_of(kind, cell)


def _number(cell: object) -> int:
    text = str(value_of("line", cell))
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_NUMBER:
        raise Wrong("not-a-number")
    return int(text)


def _days(cell: object) -> tuple[date, ...]:
    if not isinstance(cell, str):
        return (_day(cell),)
    return tuple(sorted({_day(one) for one in _SEPARATORS.split(cell.strip(" ,，、;；")) if one}))


def _day(cell: object) -> date:
    day = value_of("day", cell)
    if not isinstance(day, date):
        raise Wrong("not-a-day")
    return day


def _choice(column: Column, cell: object) -> str:
    text = str(value_of("line", cell))
    found = _CHOSEN.search(text)
    wanted = text if found is None else found[1] or found[2]
    for name, title in column.choices:
        if wanted == name or text in {title.zh, title.en}:
            return name
    raise Wrong("not-a-choice")


def _plain(value: object) -> str | bool | int | list[str]:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, bool | int) else str(value)
