"""A process as a picture: stages side by side, their steps below each other, and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.process import Process, Stage
from domain.values import Language

_WIDE: Final = 168
"""Of a box, in the units of the picture."""
_HIGH: Final = 56
_BETWEEN: Final = 20
_COLUMN: Final = 204
_TOP: Final = 78
_MARGIN: Final = 24
_ON_A_LINE: Final = 19
"""Letters, a Chinese one counted as two."""
_LINES: Final = 3
_TIGHT: Final = 22
"""Letters of a smaller size, for a title that is too long for the lines there are."""


@dataclass(frozen=True)
class Box:
    """A step in the picture. `ends` says whether one of its outcomes ends the case."""

    step: str
    kind: str
    x: int
    y: int
    lines: tuple[str, ...]
    is_tight: bool
    is_optional: bool
    ends: bool

    @property
    def middle(self) -> int:
        """Where its words stand, so that they are in the middle."""
        return self.y + _HIGH // 2 + 5 - 8 * (len(self.lines) - 1)


@dataclass(frozen=True)
class Head:
    """A stage, above its steps."""

    x: int
    lines: tuple[str, ...]
    standing: str


@dataclass(frozen=True)
class Edge:
    """A way from one step to another: `path` is SVG's. `is_back` for one that is not always gone."""

    path: str
    is_back: bool


@dataclass(frozen=True)
class Picture:
    """All of it, with its size."""

    width: int
    height: int
    box_width: int
    box_height: int
    heads: tuple[Head, ...]
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def drawn(process: Process, language: Language) -> Picture:
    """Return the picture of a process."""
    boxes = {box.step: box for n, stage in enumerate(process.stages) for box in _boxes(stage, n, language)}
    heads = tuple(
        Head(
            x=_MARGIN + number * _COLUMN,
            lines=wrapped(stage.title.in_language(language), _ON_A_LINE, 2),
            standing=""
            if stage.standing is None
            else process.standings[stage.standing].in_language(language),
        )
        for number, stage in enumerate(process.stages)
    )
    return Picture(
        width=2 * _MARGIN + len(heads) * _COLUMN - (_COLUMN - _WIDE),
        height=max(box.y for box in boxes.values()) + _HIGH + _BETWEEN,
        box_width=_WIDE,
        box_height=_HIGH,
        heads=heads,
        boxes=tuple(boxes.values()),
        edges=tuple(_edges(process, boxes)),
    )


def wrapped(text: str, most: int, lines: int) -> tuple[str, ...]:
    """Return a title in at most so many lines, the last one cut where it is longer."""
    found: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and _length(line + piece.rstrip()) > most:
            found.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    found.append(line.rstrip())
    if len(found) > lines:
        return (*found[: lines - 1], f"{found[lines - 1]}…")
    return tuple(found)


def _pieces(text: str) -> Iterator[str]:
    """Give what is not broken: a Chinese letter, or a word with the space behind it."""
    word = ""
    for letter in text:
        if _is_wide(letter):
            if word:
                yield word
                word = ""
            yield letter
            continue
        word += letter
        if letter == " ":
            yield word
            word = ""
    if word:
        yield word


def _length(text: str) -> int:
    return sum(2 if _is_wide(letter) else 1 for letter in text)


def _is_wide(letter: str) -> bool:
    return letter > "\u2e7f"


def _boxes(stage: Stage, column: int, language: Language) -> Iterator[Box]:
    for row, step in enumerate(stage.steps):
        title = step.title.in_language(language)
        lines = wrapped(title, _ON_A_LINE, _LINES)
        is_tight = lines[-1].endswith("…")
        yield Box(
            step=step.id,
            kind=step.kind,
            x=_MARGIN + column * _COLUMN,
            y=_TOP + row * (_HIGH + _BETWEEN),
            lines=wrapped(title, _TIGHT, _LINES) if is_tight else lines,
            is_tight=is_tight,
            is_optional=step.optional or step.when is not None,
            ends=any(effect.end is not None for effect in step.outcomes.values()),
        )


def _edges(process: Process, boxes: dict[str, Box]) -> Iterator[Edge]:
    for step in process.steps.values():
        here = boxes[step.id]
        for before in process.predecessors[step.id]:
            yield Edge(_forwards(boxes[before], here), is_back=here.is_optional)
        for effect in step.outcomes.values():
            if effect.return_to is not None:
                yield Edge(_back(here, boxes[effect.return_to]), is_back=True)


def _forwards(start: Box, end: Box) -> str:
    if end.y - start.y == _HIGH + _BETWEEN:
        x = start.x + _WIDE // 2
        return f"M{x} {start.y + _HIGH}V{end.y - 3}"
    middle, target = start.y + _HIGH // 2, end.y + _HIGH // 2
    return f"M{start.x} {middle}C{start.x - 22} {middle} {start.x - 22} {target} {start.x - 3} {target}"


def _back(start: Box, end: Box) -> str:
    right, middle, target = start.x + _WIDE, start.y + _HIGH // 2, end.y + _HIGH // 2
    there = end.x + _WIDE
    return f"M{right} {middle}C{right + 28} {middle} {there + 28} {target} {there + 3} {target}"
