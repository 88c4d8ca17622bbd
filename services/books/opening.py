"""Opens a book, XLSX or CSV, without believing anything it says of itself, and reads it row by row."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Final, Protocol, Self, cast
from xml.etree.ElementTree import ParseError

from services.books.cells import Broken, Formula
from services.books.faults import Faults
from services.books.sheets import SHEETS, Sheet, SheetName, is_notes, sheet_called

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

LARGEST: Final = 500 << 20
"""Bytes of a file."""
_UNPACKED: Final = 4 << 30
_TIMES: Final = 200
"""How many times larger than packed an entry may be; a small one may be anything."""
_SMALL: Final = 8 << 20
_ENTRIES: Final = 2_000
MOST_ROWS: Final = 1_048_576
_WIDEST: Final = 64
_PIECE: Final = 1 << 20
_OLD: Final = b"\xd0\xcf\x11\xe0"
_PACKED: Final = b"PK"
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7})')
_TAIL: Final = 200
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""What the libraries raise over files that somebody has broken, by chance or on purpose."""

Cells = Sequence[object]


class _Rows(Protocol):
    """What openpyxl gives for a sheet that it reads row by row; its stubs say something else."""

    title: str
    sheet_state: str
    _worksheet_path: str

    def iter_rows(self) -> Iterator[Sequence[ReadOnlyCell | EmptyCell]]: ...

    def reset_dimensions(self) -> None: ...


class Unreadable(Exception):
    """Nothing can be read of a book, or of the rest of a sheet; `rule` is a key of `faults.WORDS`."""

    def __init__(self, rule: str) -> None:
        """Keep the rule."""
        super().__init__(rule)
        self.rule = rule


class Source(Protocol):
    """Where the rows of one sheet come from, as often as they are asked for."""

    def rows(self) -> Iterator[Cells]:
        """Yield the cells of each row, empty rows too. Raises Unreadable."""
        ...


@dataclass
class Book:
    """An open book: the sheets it has."""

    sources: dict[SheetName, Source]
    _stack: ExitStack

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stack.close()


def open_folder(folder: Path, faults: Faults) -> Book:
    """Open a folder with a CSV file for each sheet. Raises Unreadable."""
    stack, sources = ExitStack(), dict[SheetName, Source]()
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() == ".csv" and path.is_file() and not is_notes(path.stem):
            found = _place(path.stem, sources, faults)
            if found is not None:
                sources[found.name] = _Csv(stack.enter_context(path.open("rb")))
    return _whole(sources, stack)


def open_book(file: IO[bytes], name: str, faults: Faults) -> Book:
    """Open a file: a workbook, CSV named like its sheet, or an archive of these. Raises Unreadable."""
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST:
        raise Unreadable("too-large")
    file.seek(0)
    begins = file.read(4)
    file.seek(0)
    if begins == _OLD:
        raise Unreadable("old-format")
    if not begins.startswith(_PACKED):
        return _one_csv(file, name)
    try:
        archive = zipfile.ZipFile(file)
        _check_packing(archive)
        if "[Content_Types].xml" in archive.namelist():
            return _workbook(file, archive, faults)
        return _archive(archive, faults)
    except _UNREADABLE as error:
        raise Unreadable("damaged") from error


def _one_csv(file: IO[bytes], name: str) -> Book:
    sheet = sheet_called(PurePath(name).stem)
    if sheet is None:
        raise Unreadable("nothing" if name.casefold().endswith(".csv") else "damaged")
    return Book({sheet.name: _Csv(file)}, ExitStack())


def _archive(archive: zipfile.ZipFile, faults: Faults) -> Book:
    stack, sources = ExitStack(), dict[SheetName, Source]()
    for entry in archive.infolist():
        path = PurePath(entry.filename)
        if path.suffix.casefold() == ".csv" and not is_notes(path.stem):
            found = _place(path.stem, sources, faults)
            if found is not None:
                sources[found.name] = _Csv(stack.enter_context(archive.open(entry)))
    return _whole(sources, stack)


def _workbook(file: IO[bytes], archive: zipfile.ZipFile, faults: Faults) -> Book:
    stack = ExitStack()
    workbook = _loaded(file)
    stack.callback(workbook.close)
    sources: dict[SheetName, Source] = {}
    for page in cast("list[_Rows]", workbook.worksheets):
        if is_notes(page.title):
            continue
        found = _place(page.title, sources, faults)
        if found is None:
            continue
        if page.sheet_state != "visible":
            faults.add(found.name, 0, "", "sheet-hidden")
        _note_merged(archive, page, found, faults)
        sources[found.name] = _Page(page)
    return _whole(sources, stack)


@contextmanager
def open_pages(file: IO[bytes], widest: int) -> Iterator[dict[str, Source]]:
    """Open a workbook of another layout: its visible sheets by name. Raises Unreadable."""
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST:
        raise Unreadable("too-large")
    file.seek(0)
    try:
        _check_packing(zipfile.ZipFile(file))
        workbook = _loaded(file)
    except _UNREADABLE as error:
        raise Unreadable("damaged") from error
    try:
        pages = cast("list[_Rows]", workbook.worksheets)
        yield {page.title: _Page(page, widest) for page in pages if page.sheet_state == "visible"}
    finally:
        workbook.close()


def _place(name: str, sources: dict[SheetName, Source], faults: Faults) -> Sheet | None:
    sheet = sheet_called(name)
    if sheet is None:
        faults.add("", 0, "", "sheet-unknown")
        return None
    if sheet.name in sources:
        faults.add(sheet.name, 0, "", "sheet-twice")
        return None
    return sheet


def _whole(sources: dict[SheetName, Source], stack: ExitStack) -> Book:
    if not sources:
        stack.close()
        raise Unreadable("nothing")
    return Book({sheet.name: sources[sheet.name] for sheet in SHEETS if sheet.name in sources}, stack)


def _check_packing(archive: zipfile.ZipFile) -> None:
    """Raise Unreadable for what would fill memory or disk. Reading stops at the sizes that are named here."""
    entries = archive.infolist()
    sizes = [(entry.file_size, entry.compress_size) for entry in entries]
    if (
        len(entries) > _ENTRIES
        or sum(size for size, _ in sizes) > _UNPACKED
        or any(size > _SMALL and size > _TIMES * max(packed, 1) for size, packed in sizes)
        or any(entry.flag_bits & 1 for entry in entries)
    ):
        raise Unreadable("inflates" if not any(e.flag_bits & 1 for e in entries) else "old-format")


def _loaded(file: IO[bytes]) -> Workbook:
    """Return a workbook whose rows are read as they are asked for. Raises what is among `_UNREADABLE`."""
    from openpyxl import load_workbook  # noqa: PLC0415 - has 180 modules, and most processes open no book
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - the same

    try:
        return load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except InvalidFileException as error:
        raise ValueError(str(error)) from error


def _note_merged(archive: zipfile.ZipFile, page: _Rows, sheet: Sheet, faults: Faults) -> None:
    """Note merged cells, which a reader that goes row by row is not told of."""
    with archive.open(page._worksheet_path) as part:  # noqa: SLF001 - openpyxl keeps it nowhere else
        before = b""
        while piece := part.read(_PIECE):
            for column, row in _MERGED.findall(before + piece):
                faults.add(sheet.name, int(row), column.decode(), "merged")
            before = piece[-_TAIL:]


class _Page:
    """A sheet of a workbook."""

    def __init__(self, page: _Rows, widest: int = _WIDEST) -> None:
        self._page = page
        self._widest = widest

    def rows(self) -> Iterator[Cells]:
        try:
            # What a file says of its own width may be wrong, and rows filled up to the widest take longer to
            # read than all that stands in them: each comes as long as it is.
            self._page.reset_dimensions()
            for number, row in enumerate(self._page.iter_rows(), 1):
                if number > MOST_ROWS:
                    raise Unreadable("too-many-rows")
                yield [_plain(cell) for cell in row[: self._widest]]
        except _UNREADABLE as error:
            raise Unreadable("damaged") from error


def _plain(cell: ReadOnlyCell | EmptyCell) -> object:
    if cell.value is None:
        return None
    if cell.data_type == "f":
        return Formula()
    if cell.data_type == "e":
        return Broken()
    value = cell.value
    return value if isinstance(value, str | int | float | date | datetime) else Broken()


class _Csv:
    """A sheet in CSV."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def rows(self) -> Iterator[Cells]:
        encoding = _encoding(self._file)
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding, newline="")
        try:
            delimiter = max(",;\t", key=text.readline().count)
            text.seek(0)
            for number, row in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
                if number > MOST_ROWS:
                    raise Unreadable("too-many-rows")
                yield row[:_WIDEST]
        except csv.Error as error:
            raise Unreadable("damaged") from error
        finally:
            text.detach()


def _encoding(file: IO[bytes]) -> str:
    """Return how a file is written. Raises Unreadable for what is neither UTF-8 nor GBK."""
    for encoding in ("utf-8-sig", "gb18030"):
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            while piece := file.read(_PIECE):
                if b"\x00" in piece:
                    raise Unreadable("encoding")
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable("encoding")
