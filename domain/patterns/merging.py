"""Puts together what was counted of different cases, as if one had counted them one after the other."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from domain.patterns.counting import EXAMPLES, Counts
from domain.patterns.facts import Population

K = TypeVar("K")


def merge(into: Counts, other: Counts) -> None:
    """Count what another one counted of the cases that follow."""
    into.cases += other.cases
    into.copies.merge(other.copies)
    for pattern, tallies in other.tallies.items():
        for whose, tally in tallies.items():
            into.tally(pattern, whose).add(tally)
    for whose, together in other.pairs.items():
        into.pairs.setdefault(whose, Counter()).update(together)
    _join(into.pair_cases, other.pair_cases)
    _join(into.waiting_cases, other.waiting_cases)
    _extend(into.moved_on, other.moved_on)
    _extend(into.active, other.active)
    into.waited.update(other.waited)
    into.advanced.update(other.advanced)
    into.acts.update(other.acts)
    for whose, decided in other.decided.items():
        into.decided.setdefault(whose, []).extend(decided)
    for whose, (first, last) in other.decided_on.items():
        into.span(whose, first)
        into.span(whose, last)


def _join(into: dict[K, list[str]], other: Mapping[K, list[str]]) -> None:
    for key, cases in other.items():
        into[key] = (into.get(key, []) + cases)[:EXAMPLES]


def _extend(into: dict[Population, array[int]], other: Mapping[Population, array[int]]) -> None:
    for whose, days in other.items():
        into.setdefault(whose, array("l")).extend(days)
