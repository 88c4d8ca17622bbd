"""Judges what was counted: which figures are beyond their threshold, and beyond what chance does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.patterns import shares, spells
from domain.patterns.catalogue import PATTERNS
from domain.patterns.copies import Pair
from domain.patterns.counting import Counts, Tally
from domain.patterns.facts import Population, Waiting
from domain.patterns.raised import Findings, Raised

_ORDER: Final = {name: place for place, name in enumerate(PATTERNS)}


@dataclass(frozen=True)
class Around:
    """What has to be known beside the histories."""

    parents: Mapping[str, str | None]
    """What stands above each unit."""
    members: Mapping[str, int] = field(default_factory=dict)
    """How many could introduce somebody, by unit."""
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    """What waits for people today."""
    left_findings: Mapping[Population, Tally] = field(default_factory=dict)
    """Findings that were raised long ago, by unit; hits are those nobody said a word of."""
    returning_findings: Mapping[Population, Tally] = field(default_factory=dict)
    """Findings that were said to be remedied, by unit; hits are those that came back."""
    plans: Mapping[tuple[Population, int], int] = field(default_factory=dict)
    """How many were to gain a standing, by unit and standing, and year."""
    holds: Callable[[Population], bool] = lambda _: True
    """Whether somebody still holds the post he acted by."""


@dataclass(frozen=True)
class Judged:
    """What was found, and how many units and people were compared for it, by pattern."""

    raised: tuple[Raised, ...]
    looked_at: Mapping[str, int]


def judge(counts: Counts, around: Around, alike: Mapping[Population, Sequence[Pair]]) -> Judged:
    """Return the patterns in what was counted; `alike` are texts that were read and are alike, by unit."""
    found = Findings({name: counts.limit(name) for name in counts.limits})
    parents = around.parents
    shares.look_at_copies(found, counts.copies.seen, alike)
    shares.look_at_files(found, counts.tallies["same-files"])
    for name in ("last-day", "first-day", "one-sitting", "late-entries", "left-waiting", "relatives"):
        shares.look_at_shares(found, name, counts.tallies[name])
    shares.look_at_shares(found, "left-findings", around.left_findings)
    shares.look_at_shares(found, "returning-findings", around.returning_findings)
    spells.look_at_plans(found, counts, parents, around.plans)
    shares.look_at_shares(found, "fast-decisions", shares.fast(counts))
    shares.look_for_missing(found, "unanimous", counts.tallies["unanimous"], parents)
    shares.look_for_missing(found, "nothing-returned", shares.long_enough(counts), parents)
    shares.look_at_pairs(found, counts, around.members)
    spells.look_for_waves(found, counts, parents)
    spells.look_for_droughts(found, counts, parents)
    spells.look_for_silence(found, counts, around.waiting, around.holds)
    spells.look_at_loads(found, counts)
    raised = sorted(found.raised, key=lambda one: (_ORDER[one.pattern], -one.of, one.whose))
    return Judged(tuple(raised), {name: found.looked_at[name] for name in PATTERNS})
