"""How days are spread over many cases: quarters, the middle, nine tenths, by nearest rank."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from services.views import View

_QUARTER, _HALF, _THREE_QUARTERS = Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)
_NINE_TENTHS: Final = Fraction(9, 10)


class SpreadView(View):
    """Days: half are at most `median`, nine tenths at most `p90`."""

    number: int
    least: int
    quarter: int
    median: int
    three_quarters: int
    p90: int
    most: int


def spread_of(histogram: Iterable[tuple[int, int]]) -> SpreadView | None:
    """Return the spread of days, each with how often it was so many; None where nothing was counted."""
    ordered = sorted(histogram)
    number = sum(times for _, times in ordered)
    if not number:
        return None
    return SpreadView(
        number=number,
        least=ordered[0][0],
        quarter=_rank(ordered, number, _QUARTER),
        median=_rank(ordered, number, _HALF),
        three_quarters=_rank(ordered, number, _THREE_QUARTERS),
        p90=_rank(ordered, number, _NINE_TENTHS),
        most=ordered[-1][0],
    )


def _rank(ordered: list[tuple[int, int]], number: int, share: Fraction) -> int:
    """Return the smallest of the days below or at which that share lies."""
    passed = 0
    for days, times in ordered:
        passed += times
        if passed >= share * number:
            return days
    return ordered[-1][0]
