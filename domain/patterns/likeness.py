"""How alike two texts are, in any language, without a dictionary; and which passages they share.

A token is one character of a script that writes without spaces, else a word; digits are all alike, so that a
changed day hides nothing. Two texts are compared by their runs of four tokens.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple
from unicodedata import normalize

BINS: Final = 32
"""Parts of a sketch."""
_RUN: Final = 4
_ALONE: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN: Final = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = (1 << 32) - 1
_LONG: Final = (1 << 64) - 1
_FACTORS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
"""Odd numbers without a pattern, by which every bit of a run reaches the upper half."""
_NONE: Final = _WORD


class Passage(NamedTuple):
    """A piece of a text, and whether the other has it as well."""

    text: str
    shared: bool


def tokens(text: str) -> list[str]:
    """Return what a text is made of, without punctuation, case, width, and the values of numbers."""
    return _TOKEN.findall(_plain(text))


def runs(made: Sequence[str]) -> set[int]:
    """Return a number for each run of four tokens."""
    return set(_runs(made))


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of runs that both have, of those that either has: 0 to 1."""
    left, right = runs(one), runs(other)
    return len(left & right) / len(left | right) if left or right else 0.0


def sketch(made: Sequence[str]) -> array[int]:
    """Return BINS numbers, of which two texts have about as large a share in common as they are alike.

    One hash a run: each falls into a bin, and the least of a bin is kept (one-permutation MinHash). An empty
    bin takes what the next one has, so that short texts can be compared as well.
    """
    least = [_NONE] * BINS
    for number in _runs(made):
        place, value = number & (BINS - 1), number >> 5
        least[place] = min(least[place], value)
    filled = [value for value in least if value != _NONE]
    if not filled:
        return array("L", least)
    return array("L", [_next(least, place) if value == _NONE else value for place, value in enumerate(least)])


def in_common(one: Sequence[int], other: Sequence[int]) -> float:
    """Return about how alike the texts of two sketches are: 0 to 1."""
    return sum(left == right for left, right in zip(one, other, strict=True)) / BINS


def passages(one: str, other: str) -> tuple[list[Passage], list[Passage]]:
    """Return both texts in pieces, with what they share marked: from four tokens on."""
    left, right = list(_TOKEN.finditer(one)), list(_TOKEN.finditer(other))
    said, said_there = ([_plain(token.group()) for token in side] for side in (left, right))
    matcher = SequenceMatcher(None, said, said_there, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= _RUN]
    return (
        list(
            _pieces(one, [(left[block.a].start(), left[block.a + block.size - 1].end()) for block in blocks])
        ),
        list(
            _pieces(
                other, [(right[block.b].start(), right[block.b + block.size - 1].end()) for block in blocks]
            )
        ),
    )


def _plain(text: str) -> str:
    return _NUMBER.sub("0", normalize("NFKC", text).casefold())


def _runs(made: Sequence[str]) -> Iterator[int]:
    """Yield a number of 32 bits for each run: it is asked for every text, so it is worked out, not hashed."""
    named = [
        ord(token) if len(token) == 1 else zlib.crc32(token.encode("utf-8", "surrogatepass"))
        for token in made
    ]
    named += [0] * (_RUN - len(named)) if named else []
    for one, two, three, four in zip(named, named[1:], named[2:], named[3:], strict=False):
        number = (one * _FACTORS[0] + two * _FACTORS[1] + three * _FACTORS[2] + four * _FACTORS[3]) & _LONG
        number = ((number ^ (number >> 31)) * _FACTORS[0]) & _LONG
        yield number >> 32


def _next(least: Sequence[int], place: int) -> int:
    """Return what the next filled bin has, marked with how far away it is."""
    for distance in range(1, BINS):
        value = least[(place + distance) % BINS]
        if value != _NONE:
            return (value * 31 + distance) & (_WORD - 1)
    return _NONE


def _pieces(text: str, shared: Sequence[tuple[int, int]]) -> Iterator[Passage]:
    at = 0
    for first, end in shared:
        if first > at:
            yield Passage(text[at:first], shared=False)
        yield Passage(text[first:end], shared=True)
        at = end
    if at < len(text):
        yield Passage(text[at:], shared=False)
