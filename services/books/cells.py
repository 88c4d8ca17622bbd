"""Cells: what stands in one becomes a value of its column, or a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

from domain.bounds import (
    EMAIL,
    FIRST_DAY,
    ID,
    LABEL,
    LAST_DAY,
    LONGEST_EMAIL,
    LONGEST_LABEL,
    is_storable,
)
from services.books.sheets import Kind

LINE: Final = 200
PROSE: Final = 2_000

_FORMULA_LIKE: Final = re.compile(r"'*[=+\-@\t\r]")
_ISO: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
_ID, _LABEL, _EMAIL = re.compile(ID), re.compile(LABEL), re.compile(EMAIL)
_TRUE: Final = frozenset({"yes", "true", "1", "是", "y"})
_FALSE: Final = frozenset({"no", "false", "0", "否", "n"})
_NO_LINE: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class Wrong(Exception):
    """A cell cannot be taken as it is."""

    def __init__(self, rule: str) -> None:
        """Keep the rule, a key of `faults.WORDS`."""
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Formula:
    """Stands in the place of a cell that holds a formula."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands in the place of a cell that holds an error of the spreadsheet program."""


def is_empty(cell: object) -> bool:
    """Whether a cell says nothing. Raises Wrong where nobody knows what it says."""
    if isinstance(cell, Formula):
        raise Wrong("formula")
    if isinstance(cell, Broken):
        raise Wrong("cell-error")
    return cell is None or (isinstance(cell, str) and not cell.strip())


def value_of(kind: Kind, cell: object) -> object:
    """Return what a cell says; None where it is empty. Raises Wrong."""
    return None if is_empty(cell) else _READERS[kind](cell)


def escaped(text: str) -> str:
    """Return text as it may stand in a cell: what could be taken for a formula gets a quote before it."""
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def _text(cell: object) -> str:
    """Return the text of a cell; whole numbers are what became of ids in digits."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    if not isinstance(cell, str):
        raise Wrong("wrong-type")
    if _FORMULA_LIKE.match(cell):
        if not cell.startswith("'"):
            raise Wrong("formula-like")
        cell = cell[1:]
    text = cell.strip()
    if not is_storable(text):
        raise Wrong("characters")
    return text


def _line(cell: object) -> str:
    text = _text(cell)
    if _NO_LINE.search(text) is not None:
        raise Wrong("characters")
    return _no_longer(text, LINE)


def _prose(cell: object) -> str:
    return _no_longer(_text(cell), PROSE)


def _no_longer(text: str, most: int) -> str:
    if len(text) > most:
        raise Wrong("too-long")
    return text


def _matching(pattern: re.Pattern[str], longest: int, rule: str) -> Callable[[object], str]:
    def read(cell: object) -> str:
        text = _text(cell)
        if len(text) > longest or not pattern.fullmatch(text):
            raise Wrong(rule)
        return text

    return read


def _words(cell: object) -> str:
    """Return ids or labels with one space between, however they are divided."""
    words = re.split(r"[\s,，、;；]+", _text(cell).strip(" ,，、;；"))
    for word in words:
        if len(word) > LONGEST_LABEL or not _ID.fullmatch(word):
            raise Wrong("not-an-id")
    return _no_longer(" ".join(dict.fromkeys(words)), PROSE)


def _language(cell: object) -> str:
    text = _text(cell).casefold()
    if text not in {"zh", "en"}:
        raise Wrong("not-a-language")
    return text


def _day(cell: object) -> date:
    day = _written_day(cell)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Wrong("day-out-of-range")
    return day


def _written_day(cell: object) -> date:
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise Wrong("has-a-time")
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        raise Wrong("wrong-type")
    return _day_of(cell)


@lru_cache(maxsize=4_096)
def _day_of(text: str) -> date:
    """Return the day that a text says: in a book, the same ones again and again. Raises Wrong."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        raise Wrong("not-a-day")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise Wrong("not-a-day") from None


def _truth(cell: object) -> bool:
    if isinstance(cell, bool):
        return cell
    text = _text(cell).casefold()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise Wrong("not-a-truth")


_READERS: Final[Mapping[Kind, Callable[[object], object]]] = {
    "id": _matching(_ID, LONGEST_LABEL, "not-an-id"),
    "label": _matching(_LABEL, LONGEST_LABEL, "not-a-label"),
    "line": _line,
    "prose": _prose,
    "email": _matching(_EMAIL, LONGEST_EMAIL, "not-an-email"),
    "language": _language,
    "day": _day,
    "birthday": _day,
    "truth": _truth,
    "words": _words,
}
