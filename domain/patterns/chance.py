"""How often chance alone does as much: exact tails, so that small groups are not accused by accident."""

from __future__ import annotations

from itertools import count
from math import exp, inf, lgamma, log, log1p
from typing import Final

_NEGLIGIBLE: Final = 1e-17


def at_least(hits: int, of: int, share: float) -> float:
    """Return how probable `hits` or more of `of` are where each is hit with the probability `share`."""
    if hits <= 0:
        return 1.0
    if hits > of or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    # The sum runs over the side of the centre on which its terms become small.
    if hits <= of * share:
        return 1.0 - _binomial(range(hits - 1, -1, -1), of, share)
    return _binomial(range(hits, of + 1), of, share)


def at_most(hits: int, of: int, share: float) -> float:
    """Return how probable `hits` or fewer of `of` are where each is hit with the probability `share`."""
    return at_least(of - hits, of, 1.0 - share)


def events_at_least(seen: int, expected: float) -> float:
    """Return how probable `seen` or more independent events are where `expected` are usual."""
    if seen <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if seen <= expected:
        return 1.0 - _sum(range(seen - 1, -1, -1), expected)
    return _sum(count(seen), expected)


def silence(gaps: int, times_longest: float) -> float:
    """Return how probable it is that the next gap is so many times the longest of `gaps` before it.

    For gaps of any one mean that come by chance: the exponential distribution has no memory, so the mean
    falls out of the formula.
    """
    if gaps <= 0:
        return 1.0
    return exp(lgamma(gaps + 1) + lgamma(times_longest + 1) - lgamma(gaps + times_longest + 1))


def _binomial(hits: range, of: int, share: float) -> float:
    whole, found = lgamma(of + 1) + of * log1p(-share), 0.0
    odds = log(share) - log1p(-share)
    for number in hits:
        term = exp(whole - lgamma(number + 1) - lgamma(of - number + 1) + number * odds)
        found += term
        if term < _NEGLIGIBLE:
            break
    return min(found, 1.0)


def _sum(seen: range | count[int], expected: float) -> float:
    found, logged = 0.0, log(expected) if expected < inf else inf
    for number in seen:
        term = exp(number * logged - expected - lgamma(number + 1))
        found += term
        if term < _NEGLIGIBLE:
            break
    return min(found, 1.0)
