"""What is found: a figure beyond its threshold, and how it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from domain.patterns.copies import Pair
from domain.patterns.facts import Population
from domain.patterns.thresholds import Limits

T = TypeVar("T")

YEAR: Final = 365.25
"""Days."""


@dataclass(frozen=True)
class Raised:
    """A pattern that was found."""

    pattern: str
    whose: Population
    of: int
    """How many were looked at."""
    figure: float
    threshold: float
    chance: float | None = None
    """How probable it is that chance alone does as much where the threshold is usual."""
    cases: tuple[str, ...] = ()
    """Some that show it."""
    people: tuple[str, ...] = ()
    """Those it is about, beside whose doings they are."""
    pairs: tuple[Pair, ...] = ()
    """Texts that are nearly the same."""
    days: tuple[int, int] | None = None
    """From which day until which it was."""


@dataclass
class Findings:
    """What is found while it is looked for, and how much was compared for it."""

    limits: Limits
    raised: list[Raised] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=dict)

    def certainty(self, pattern: str, compared: int) -> float:
        """Return what chance may do at most for one, so that all that are compared keep the promise."""
        self.looked_at[pattern] = compared
        return self.limits["certainty"] / max(1, compared)


def above(unit: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the units above one, the nearest first."""
    passed = {unit}
    over = parents.get(unit)
    while over is not None and over not in passed:
        passed.add(over)
        yield over
        over = parents.get(over)


def rolled_up(
    found: Iterable[tuple[Population, T]], parents: Mapping[str, str | None], add: Callable[[T, T], T]
) -> dict[Population, T]:
    """Return what was found of units, each with what was found of all below it."""
    made: dict[Population, T] = {}
    for whose, value in found:
        for unit in (whose.unit, *above(whose.unit, parents)):
            owner = whose._replace(unit=unit)
            made[owner] = add(made[owner], value) if owner in made else value
    return made


def told_once(
    raised: Iterable[Raised], parents: Mapping[str, str | None], *, widest: bool
) -> Iterator[Raised]:
    """Yield what was raised of units, only the narrowest or the widest of several that contain each other."""
    every = list(raised)
    known = {one.whose for one in every}
    over = {
        one.whose: {one.whose._replace(unit=unit) for unit in above(one.whose.unit, parents)} for one in every
    }
    wider = {whose for above_it in over.values() for whose in above_it} & known
    for one in every:
        if not (over[one.whose] & known if widest else one.whose in wider):
            yield one
