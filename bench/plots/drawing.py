"""A little SVG: charts on paper of their own, so that they are readable on a light and on a dark page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

WIDTH: Final = 860
_LEFT: Final = 250
"""Where the values begin; to the left of it stand the names."""
_RIGHT: Final = 130
"""Room for what is written behind a bar."""
_ROW: Final = 26
_GROUP: Final = 34
_HEAD: Final = 74
COLOURS: Final = ("#a3312b", "#5b6f96", "#4d7a55", "#b08a3e", "#7d6b8a", "#6b6555")
"""Ours is the first."""
_STYLE: Final = """
    .paper { fill: #fdfcf9; stroke: #d9d4c7; }
    .grid { stroke: #e4dfd2; }
    .bound { stroke: #26231c; stroke-dasharray: 4 3; stroke-width: 1.5; }
    text { fill: #26231c; font: 13px system-ui, "Segoe UI", "Noto Sans", sans-serif; }
    .title { font-size: 17px; font-weight: 600; }
    .head { font-weight: 600; }
    .quiet { fill: #645e4f; font-size: 12px; }
"""


@dataclass
class Chart:
    """A title, what the values are, and rows drawn from the top down."""

    title: str
    says: str
    """One line below the title: what is measured, and in which unit."""
    top: float
    """The largest value there is room for."""
    bottom: float = 0
    """The smallest; a chart that begins above 0 has a logarithmic axis."""
    _parts: list[str] = field(default_factory=list)
    _y: float = _HEAD
    _bound: float = 0

    def x(self, value: float) -> float:
        """Return how far to the right a value stands."""
        span = WIDTH - _LEFT - _RIGHT
        if self.bottom <= 0:
            return _LEFT + span * min(max(value / self.top, 0), 1)
        place = math.log(max(value, self.bottom) / self.bottom) / math.log(self.top / self.bottom)
        return _LEFT + span * min(place, 1)

    def group(self, name: str) -> None:
        """Begin a group of rows."""
        self._y += _GROUP
        self._text(24, self._y - 10, name, "head")

    def bar(self, name: str, value: float, colour: str, behind: str) -> None:
        """Draw one row with one bar, and what is written behind it."""
        self.stack(name, {"": value}, {"": colour}, behind)

    def stack(self, name: str, values: Mapping[str, float], colours: Mapping[str, str], behind: str) -> None:
        """Draw one row with several values, one after the other."""
        self._name(name)
        begun = 0.0
        for part, value in values.items():
            left, right = self.x(begun), self.x(begun + value)
            self._parts.append(
                f'<rect x="{left:.1f}" y="{self._y + 4:.0f}" width="{max(right - left, 1):.1f}" '
                f'height="{_ROW - 8}" fill="{colours[part]}"/>'
            )
            begun += value
        # Beyond the bound, where there is one, so that its line crosses no text.
        self._text(max(self.x(begun), self._bound) + 8, self._y + 17, behind)
        self._y += _ROW

    def span(self, name: str, values: Sequence[float], colour: str, behind: str) -> None:
        """Draw one row with a line through several points, the first of them the thickest."""
        self._name(name)
        middle, ends = self._y + _ROW / 2, (self.x(min(values)), self.x(max(values)))
        self._line(ends[0], middle, ends[1], middle, f'stroke="{colour}" stroke-width="2"')
        for number, value in enumerate(values):
            radius = 6 if number == 0 else 4
            self._parts.append(
                f'<circle cx="{self.x(value):.1f}" cy="{middle:.0f}" r="{radius}" fill="{colour}"/>'
            )
        self._text(ends[1] + 12, self._y + 17, behind)
        self._y += _ROW

    def bound(self, value: float, rows: int = 1) -> None:
        """Mark a value across the rows that follow."""
        self._bound = self.x(value)
        self._line(self._bound, self._y, self._bound, self._y + rows * _ROW, 'class="bound"')

    def legend(self, colours: Mapping[str, str]) -> None:
        """Say what the colours mean."""
        self._y += _ROW
        x = float(_LEFT)
        for name, colour in colours.items():
            self._parts.append(
                f'<rect x="{x:.0f}" y="{self._y - 5:.0f}" width="12" height="12" fill="{colour}"/>'
            )
            self._text(x + 18, self._y + 6, name, "quiet")
            x += 34 + 8 * len(name)
        self._y += 14

    def svg(self) -> str:
        """Return the picture."""
        height = self._y + 30
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
            f'height="{height:.0f}" role="img" aria-labelledby="title desc">'
        )
        lines = [head, f'<title id="title">{escape(self.title)}</title>']
        lines += [f'<desc id="desc">{escape(self.says)}</desc>', f"<style>{_STYLE}</style>"]
        lines += [
            f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="6"/>'
        ]
        lines += [_text_at(24, 34, self.title, "title"), _text_at(24, 56, self.says, "quiet")]
        return "\n".join([*lines, *self._grid(height - 30), *self._parts, "</svg>\n"])

    def _grid(self, end: float) -> list[str]:
        drawn = []
        for value in ticks(self.bottom, self.top):
            x = self.x(value)
            drawn.append(f'<line class="grid" x1="{x:.1f}" y1="{_HEAD}" x2="{x:.1f}" y2="{end:.0f}"/>')
            drawn.append(_text_at(x, end + 16, f"{value:g}", "quiet", 'text-anchor="middle"'))
        return drawn

    def _name(self, name: str) -> None:
        self._text(_LEFT - 10, self._y + 17, name, "", 'text-anchor="end"')

    def _text(self, x: float, y: float, text: str, kind: str = "", more: str = "") -> None:
        self._parts.append(_text_at(x, y, text, kind, more))

    def _line(self, x1: float, y1: float, x2: float, y2: float, more: str) -> None:
        self._parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {more}/>')


def ticks(bottom: float, top: float) -> list[float]:
    """Return round values for an axis: 1, 2, 5, 10 … where it is logarithmic, else about five steps."""
    if bottom > 0:
        powers = range(math.floor(math.log10(bottom)), math.floor(math.log10(top)) + 1)
        return [v for power in powers for times in (1, 2, 5) if bottom <= (v := times * 10.0**power) <= top]
    rough = top / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough)
    return [step * number for number in range(int(top / step) + 1)]


def _text_at(x: float, y: float, text: str, kind: str = "", more: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}{" " + more if more else ""}>{escape(text)}</text>'
