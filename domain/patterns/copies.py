"""Finds, among any number of texts, those that are nearly the same as another: each text once, by its sketch.

A text costs some 300 bytes here, whatever its length: it is not kept, only where it stands.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from domain.patterns.facts import Population
from domain.patterns.likeness import BINS, in_common, likeness, sketch, tokens

_ROWS: Final = 4
"""Parts of a sketch that have to agree for two texts to be compared at all."""
_LATEST: Final = 4
"""Texts of the same such parts with which another is compared."""
_WORTH_READING: Final = 0.6
"""The likeness of sketches from which on texts are read: below what is asked, because it is an estimate."""


class Place(NamedTuple):
    """Where a text stands in the record: in the data of an event."""

    case: str
    seq: int
    part: str


class Pair(NamedTuple):
    """Two texts."""

    one: Place
    other: Place


class Copies:
    """The sketches of texts, with where they stand and whose unit it is."""

    def __init__(self, least: int) -> None:
        """Look at texts of at least so many tokens."""
        self._least = least
        self._sketches = array("L")
        self._places: list[Place] = []
        self._owners: list[Population] = []
        self.seen: dict[Population, int] = {}
        """How many texts were long enough, by unit."""

    def add(self, place: Place, owner: Population, text: str) -> None:
        """Take a text in, if it is long enough."""
        made = tokens(text)
        if len(made) < self._least:
            return
        self._sketches.extend(sketch(made))
        self._places.append(place)
        self._owners.append(owner)
        self.seen[owner] = self.seen.get(owner, 0) + 1

    def merge(self, other: Copies) -> None:
        """Take in what another one saw."""
        self._sketches.extend(other._sketches)
        self._places.extend(other._places)
        self._owners.extend(other._owners)
        for owner, number in other.seen.items():
            self.seen[owner] = self.seen.get(owner, 0) + number

    def likely(self) -> dict[Population, list[Pair]]:
        """Return texts that are probably nearly the same as another, each with that one, by unit."""
        closest: dict[int, tuple[float, int]] = {}
        for one, other in self._neighbours():
            alike = in_common(self._sketch(one), self._sketch(other))
            if alike < _WORTH_READING:
                continue
            for number, partner in ((one, other), (other, one)):
                if alike > closest.get(number, (0.0, 0))[0]:
                    closest[number] = alike, partner
        found: dict[Population, list[Pair]] = {}
        for number in sorted(closest):
            pair = Pair(self._places[number], self._places[closest[number][1]])
            found.setdefault(self._owners[number], []).append(pair)
        return found

    def _sketch(self, number: int) -> array[int]:
        return self._sketches[number * BINS : (number + 1) * BINS]

    def _neighbours(self) -> Iterator[tuple[int, int]]:
        """Yield pairs that agree in some parts of their sketches; parts by parts, so that little is held."""
        for first in range(0, BINS, _ROWS):
            latest: dict[bytes, list[int]] = {}
            for number in range(len(self._places)):
                start = number * BINS + first
                same = latest.setdefault(self._sketches[start : start + _ROWS].tobytes(), [])
                yield from ((number, earlier) for earlier in same)
                if len(same) < _LATEST:
                    same.append(number)


def really_alike(pairs: list[Pair], texts: Mapping[Place, str], threshold: float) -> list[Pair]:
    """Return the pairs whose texts could be read and are as alike as is asked."""
    return [
        pair
        for pair in pairs
        if pair.one in texts
        and pair.other in texts
        and likeness(tokens(texts[pair.one]), tokens(texts[pair.other])) >= threshold
    ]
