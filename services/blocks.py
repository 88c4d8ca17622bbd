"""The parts a printed form is made of, as the template sets them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]
"""One part of a form; `kind` says which."""


def facts(rows: Iterable[tuple[str, str]], wide: Iterable[tuple[str, str]] = ()) -> Block:
    """Return pairs of a label and what was recorded, two in a row; `wide` ones have a row each."""
    short, long = list(rows), list(wide)
    if len(short) % 2:
        long.insert(0, short.pop())
    made = [{"label": label, "value": value, "wide": False} for label, value in short]
    made += [{"label": label, "value": value, "wide": True} for label, value in long]
    return {"kind": "facts", "rows": made}


def letter(to: str, *lines: str) -> Block:
    """Return running text to somebody."""
    return {"kind": "letter", "to": to, "lines": [line for line in lines if line]}


def prose(label: str, lines: Iterable[str], room: int) -> Block:
    """Return a box with text; where there is none, with as many lines to write on."""
    return {"kind": "prose", "label": label, "lines": [line for line in lines if line], "room": room}


def table(
    heads: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    room: int = 0,
) -> Block:
    """Return a table with so many empty rows below; a width of 0 is as wide as needed."""
    return {
        "kind": "table",
        "title": title,
        "heads": list(heads),
        "widths": list(widths),
        "rows": [list(row) for row in rows],
        "room": room,
    }


def signs(day: str, *labels: str) -> Block:
    """Return places to sign."""
    return {"kind": "signs", "rows": [{"label": label, "day": day} for label in labels]}


def closing(*lines: str) -> Block:
    """Return what stands below a letter: who writes, and the day."""
    return {"kind": "closing", "lines": list(lines)}


def note(text: str) -> Block:
    """Return something said in small type."""
    return {"kind": "note", "text": text}
