"""A pattern that is found in look after look: whether it is the same one, and whether it grew worse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

_OWN_PEOPLE: Final = frozenset({"same-pair"})
"""Patterns of which there is one for the people it names: another pair is another finding."""
_OWN_DAYS: Final = frozenset({"wave", "over-plan"})
"""Patterns that began on a day: another wave, or another year, is another finding."""
_WORSE: Final = 1.5
"""So many times as far beyond the threshold as when it was said to be over: it is open again."""
_MOVED: Final = 0.1
"""A change in how far it is beyond the threshold that is worth a word, as a part of that."""


def place_of(pattern: str, unit: str, told: Mapping[str, Any]) -> str:
    """Return what tells a pattern that was found from any other: of what it is, not how large its figure."""
    parts = [pattern, unit, told.get("process", ""), told.get("person", ""), told.get("narrowed", "")]
    if pattern in _OWN_PEOPLE:
        parts += told.get("people", ())
    if pattern in _OWN_DAYS:
        parts += told.get("days", ())[:1]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def has_moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a figure changed by so much that the change is kept."""
    was, is_ = _beyond(before), _beyond(now)
    return abs(is_ - was) > _MOVED * max(was, is_)


def is_worse(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a figure is so much further beyond its threshold that what was said of it covers it no more."""
    was, is_ = _beyond(before), _beyond(now)
    return is_ > _WORSE * was and has_moved(before, now)


def _beyond(told: Mapping[str, Any]) -> float:
    return abs(float(told["figure"]) - float(told["threshold"]))
