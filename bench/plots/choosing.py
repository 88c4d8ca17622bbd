"""Which promises are shown, where a part has more than anybody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_MANY: Final = 40
_SHOWN: Final = 24

Promised = Mapping[str, Any]
"""A promise, as `bench.promises.report` wrote it."""


def share(promise: Promised) -> float:
    """Return how much of its bound a promise takes: above 1 it is missed."""
    figure, bound = float(promise["figure"]), float(promise["bound"])
    if promise["at_most"]:
        return figure / bound if bound else float(not promise["kept"]) * 2
    return bound / max(figure, 1e-9)


def worth_showing(promises: Sequence[Promised]) -> list[Promised]:
    """Return all promises of a few, in order; of many those that are missed, and those nearest to it."""
    if len(promises) <= _MANY:
        return list(promises)
    nearest = sorted(range(len(promises)), key=lambda place: -share(promises[place]))
    shown = {place for place, one in enumerate(promises) if not one["kept"]} | set(nearest[:_SHOWN])
    return [promises[place] for place in sorted(shown)]
