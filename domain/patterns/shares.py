"""Patterns of many alike: how large a share is as it should not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import comb
from typing import Final

from domain.patterns import chance
from domain.patterns.copies import Pair
from domain.patterns.counting import DAY, Counts, Tally
from domain.patterns.facts import Population
from domain.patterns.raised import YEAR, Findings, Raised, above

_SHOWN: Final = 50
"""Pairs of texts that are named with a figure, at most."""
_EXAMPLES: Final = 20
_OTHERS: Final = 2
"""What others do may be so many times rarer here before chance is ruled out."""


def look_at_shares(findings: Findings, pattern: str, tallies: Mapping[Population, Tally]) -> None:
    """Raise where a share is above its threshold, and cannot well be so by chance."""
    judged = _large(findings, tallies)
    certainty = findings.certainty(pattern, len(judged))
    threshold = findings.limits[f"{pattern}.share"]
    for whose, tally in judged.items():
        by_chance = chance.at_least(tally.hits, tally.of, threshold)
        if by_chance < certainty:
            findings.raised.append(_raised(pattern, whose, tally, threshold, by_chance))


def look_for_missing(
    findings: Findings,
    pattern: str,
    tallies: Mapping[Population, Tally],
    parents: Mapping[str, str | None],
) -> None:
    """Raise where what should happen now and then hardly does.

    It has to be as rare as the threshold says, and rarer than chance makes it where it is half as usual as
    among the others of the kind. The whole organisation has no others.
    """
    whole = _whole(tallies, parents)
    judged = _large(findings, {**tallies, **whole})
    certainty = findings.certainty(pattern, len(judged))
    threshold = findings.limits[f"{pattern}.share"]
    kinds: dict[tuple[str, bool, str], Tally] = {}
    for whose, tally in tallies.items():
        kinds.setdefault(_kind(whose), Tally()).add(tally)
    for whose, tally in judged.items():
        alike = kinds[_kind(whose)]
        of, hits = alike.of - tally.of, alike.hits - tally.hits
        usual = hits / of / _OTHERS if of > 0 and whose in tallies else 0.0
        by_chance = chance.at_most(tally.hits, tally.of, max(threshold, usual))
        if tally.hits <= threshold * tally.of and by_chance < certainty:
            findings.raised.append(_raised(pattern, whose, tally, threshold, by_chance))


def look_at_copies(
    findings: Findings, seen: Mapping[Population, int], alike: Mapping[Population, Sequence[Pair]]
) -> None:
    """Raise where several texts of a unit are nearly the same as others: nobody writes so by chance."""
    findings.looked_at["copied-texts"] = len(seen)
    threshold = findings.limits["copied-texts.texts"]
    for whose, pairs in alike.items():
        if len(pairs) < threshold:
            continue
        named = dict.fromkeys(place.case for pair in pairs for place in pair)
        findings.raised.append(
            Raised(
                "copied-texts",
                whose,
                seen.get(whose, 0),
                len(pairs),
                threshold,
                cases=tuple(named)[:_EXAMPLES],
                pairs=tuple(pairs[:_SHOWN]),
            )
        )


def look_at_files(findings: Findings, tallies: Mapping[Population, Tally]) -> None:
    """Raise where several documents about one person each are files of others: chance makes no such thing."""
    findings.looked_at["same-files"] = len(tallies)
    threshold = findings.limits["same-files.documents"]
    findings.raised += [
        Raised("same-files", whose, tally.of, tally.hits, threshold, cases=tuple(tally.cases))
        for whose, tally in tallies.items()
        if tally.hits >= threshold
    ]


def look_at_pairs(findings: Findings, counts: Counts, members: Mapping[str, int]) -> None:
    """Raise where one pair introduces most, though others could; `members` is how many, by unit."""
    judged = {
        whose: pairs for whose, pairs in counts.pairs.items() if pairs.total() >= findings.limits["least"]
    }
    certainty = findings.certainty("same-pair", len(judged))
    for whose, pairs in judged.items():
        together, times = pairs.most_common(1)[0]
        known = len({person for pair in pairs for person in pair})
        could = comb(max(known, members.get(whose.unit, 0)), 2)
        threshold = max(findings.limits["same-pair.share"], findings.limits["same-pair.times-even"] / could)
        # Any of the pairs might have been the one.
        by_chance = min(1.0, could * chance.at_least(times, pairs.total(), threshold))
        if threshold < 1 and by_chance < certainty:
            tally = Tally(pairs.total(), times, list(counts.pair_cases.get((whose, together), ())))
            findings.raised.append(_raised("same-pair", whose, tally, threshold, by_chance, together))


def fast(counts: Counts) -> dict[Population, Tally]:
    """Return how often people decided on a case at once after another, of what followed on the same day."""
    within = counts.limit("fast-decisions.seconds")
    made: dict[Population, Tally] = {}
    for whose, decided in counts.decided.items():
        tally = made[whose] = Tally()
        for (earlier, before), (later, case) in pairwise(sorted(decided)):
            if later // DAY == earlier // DAY and case != before:
                hit = later - earlier < within
                tally.count(case, hit=hit, telling=hit)
    return made


def long_enough(counts: Counts) -> dict[Population, Tally]:
    """Return the decisions of those who have decided for some years."""
    lasts = YEAR * counts.limit("nothing-returned.years")
    spans = counts.decided_on
    return {
        whose: tally
        for whose, tally in counts.tallies["nothing-returned"].items()
        if spans[whose][1] - spans[whose][0] >= lasts
    }


def _kind(whose: Population) -> tuple[str, bool, str]:
    return whose.process, bool(whose.person), whose.of


def _whole(tallies: Mapping[Population, Tally], parents: Mapping[str, str | None]) -> dict[Population, Tally]:
    """Return the tallies of units put together for the unit that stands above them all."""
    made: dict[Population, Tally] = {}
    for whose, tally in tallies.items():
        over = list(above(whose.unit, parents))
        if over and not whose.person:
            made.setdefault(whose._replace(unit=over[-1]), Tally()).add(tally)
    return {whose: tally for whose, tally in made.items() if whose not in tallies}


def _large(findings: Findings, tallies: Mapping[Population, Tally]) -> dict[Population, Tally]:
    return {whose: tally for whose, tally in tallies.items() if tally.of >= findings.limits["least"]}


def _raised(  # noqa: PLR0917 - what a pattern is raised with
    pattern: str,
    whose: Population,
    tally: Tally,
    threshold: float,
    by_chance: float,
    people: tuple[str, ...] = (),
) -> Raised:
    figure = tally.hits / tally.of
    return Raised(pattern, whose, tally.of, figure, threshold, by_chance, tuple(tally.cases), people)
