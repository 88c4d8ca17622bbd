"""Patterns in time: too much at once, nothing for years, silence; and too much for one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import exp
from statistics import median
from typing import Final

from domain.patterns import chance
from domain.patterns.counting import Counts
from domain.patterns.facts import Population, Waiting
from domain.patterns.raised import YEAR, Findings, Raised, rolled_up, told_once

_YEARS_TO_COMPARE: Final = 2


def look_for_waves(findings: Findings, counts: Counts, parents: Mapping[str, str | None]) -> None:
    """Raise where more people move on within some days than in two usual years of the same unit."""
    every = rolled_up(
        ((whose, days.tolist()) for whose, days in counts.moved_on.items()),
        parents,
        lambda one, other: one + other,
    )
    judged = {
        whose: sorted(days)
        for whose, days in every.items()
        if len(days) >= findings.limits["least"] and counts.today - min(days) >= _YEARS_TO_COMPARE * YEAR
    }
    certainty = findings.certainty("wave", len(judged))
    lasts = int(findings.limits["wave.days"])
    found = (_wave(findings, whose, days, counts.today, lasts) for whose, days in judged.items())
    raised = [one for one in found if (one.chance or 0.0) < certainty]
    findings.raised += told_once(raised, parents, widest=False)


def _wave(findings: Findings, whose: Population, days: Sequence[int], today: int, lasts: int) -> Raised:
    first, times = densest(days, lasts)
    years = (today - days[0]) / YEAR
    around = sum(first - YEAR / 2 < day < first + lasts + YEAR / 2 for day in days)
    usual = (len(days) - around) / max(1.0, years - 1)
    threshold = findings.limits["wave.times-usual-year"] * max(usual, 1.0)
    # It might have begun on any day of all these years.
    by_chance = min(1.0, years * YEAR / lasts * chance.events_at_least(times, threshold))
    return Raised("wave", whose, len(days), times, threshold, by_chance, days=(first, first + lasts))


def look_for_droughts(findings: Findings, counts: Counts, parents: Mapping[str, str | None]) -> None:
    """Raise where people wait and nobody moves on, though half the usual pace would have moved several."""
    waited = rolled_up(counts.waited.items(), parents, int.__add__)
    advanced = rolled_up(counts.advanced.items(), parents, int.__add__)
    judged = {whose: days for whose, days in waited.items() if days > 0}
    certainty = findings.certainty("nobody-admitted", len(judged))
    whole = sum(counts.waited.values())
    usual = findings.limits["nobody-admitted.times-usual"] * counts.advanced.total()
    raised = []
    for whose, days in judged.items():
        expected = usual * days / whole
        if advanced.get(whose, 0) == 0 and exp(-expected) < certainty:
            cases = tuple(counts.waiting_cases.get(whose, ()))
            raised.append(
                Raised("nobody-admitted", whose, round(days / YEAR), 0, expected, exp(-expected), cases)
            )
    findings.raised += told_once(raised, parents, widest=True)


def look_at_plans(
    findings: Findings,
    counts: Counts,
    parents: Mapping[str, str | None],
    plans: Mapping[tuple[Population, int], int],
) -> None:
    """Raise where more gained a standing in a year, in a unit and below, than was planned for it."""
    findings.looked_at["over-plan"] = len(plans)
    every = rolled_up(
        ((whose, days.tolist()) for whose, days in counts.moved_on.items()),
        parents,
        lambda one, other: one + other,
    )
    for (whose, year), planned in plans.items():
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        gained = sum(first <= day <= last for day in every.get(whose, ()))
        if gained > planned and first >= counts.since:
            findings.raised.append(
                Raised("over-plan", whose, gained, gained, planned, days=(first, min(last, counts.today)))
            )


def look_for_silence(
    findings: Findings, counts: Counts, waiting: Mapping[str, Waiting], held: Callable[[Population], bool]
) -> None:
    """Raise where something waits for somebody who has never paused for nearly so long."""
    judged = {
        whose: different
        for whose, acted in counts.active.items()
        if whose.person in waiting and held(whose)
        if len(different := sorted(set(acted))) > findings.limits["least"]
    }
    certainty = findings.certainty("silent", len(judged))
    for whose, days in judged.items():
        longest = max(later - earlier for earlier, later in pairwise(days))
        # Nobody is silent before there is something to do.
        silent = counts.today - max(days[-1], waiting[whose.person].since)
        threshold = max(findings.limits["silent.times-longest"] * longest, findings.limits["silent.days"])
        by_chance = chance.silence(len(days) - 1, silent / longest) if silent > 0 else 1.0
        if silent > threshold and by_chance < certainty:
            steps = waiting[whose.person].steps
            since = counts.today - silent
            findings.raised.append(
                Raised("silent", whose, steps, silent, threshold, by_chance, days=(since, counts.today))
            )


def look_at_loads(findings: Findings, counts: Counts) -> None:
    """Raise where somebody did far more in a year than others who hold such a post."""
    roles: dict[str, list[int]] = {}
    for whose, acts in counts.acts.items():
        roles.setdefault(whose.of, []).append(acts)
    usual = {role: median(acts) for role, acts in roles.items()}
    certainty = findings.certainty("load", len(counts.acts))
    for whose, acts in counts.acts.items():
        threshold = max(findings.limits["load.acts"], findings.limits["load.times-peers"] * usual[whose.of])
        by_chance = chance.events_at_least(acts, threshold)
        if by_chance < certainty:
            findings.raised.append(Raised("load", whose, len(roles[whose.of]), acts, threshold, by_chance))


def densest(days: Sequence[int], lasts: int) -> tuple[int, int]:
    """Return where the window of so many days begins that holds most of some days in order, and how many."""
    best, times, first = days[0], 0, 0
    for last, day in enumerate(days):
        while day - days[first] >= lasts:
            first += 1
        if last - first + 1 > times:
            best, times = days[first], last - first + 1
    return best, times
