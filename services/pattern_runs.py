"""Looks for patterns over many cases: one pass over the record, some at a time; keeps what is found.

A look over the whole organisation by the usual thresholds raises it as findings; any other is only looked at.

Free text is sealed for each person: what cannot be opened any more is passed over and counted.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from domain.patterns.copies import Pair, Place, really_alike
from domain.patterns.counting import Beside, Counts
from domain.patterns.facts import Population, shapes_of
from domain.patterns.judging import Around, Judged, judge
from domain.patterns.raised import Raised
from domain.patterns.thresholds import Limits, limits
from domain.personal import together
from records import histories, pattern_facts, pattern_findings, pattern_runs, units
from records.histories import Surroundings
from records.pattern_runs import Result, Run
from services.parts import Parts
from services.pattern_counting import Counting, Looked, Progress, Source, count, opener

_PAIRS: Final = 200
"""Texts of one unit that are read to be compared, at most."""


@dataclass(frozen=True)
class Asked:
    """What is to be looked at."""

    unit: str | None = None
    """With everything below it; None: the whole organisation."""
    since: date | None = None
    changed: Mapping[str, float] = field(default_factory=dict)
    """Thresholds that are to be others than usual."""

    @property
    def raises(self) -> bool:
        """Whether what is found are findings: only where everything is looked at, as always."""
        return self.unit is None and self.since is None and not self.changed


async def look(
    parts: Parts, asked: Asked, progress: Progress = lambda *_: None, *, source: Source | None = None
) -> Run:
    """Look for patterns, keep what is found, and return the look. Raises NotFound, UnknownThreshold.

    `source` is how other processes open the record, where there is enough for several to count.
    """
    figures, today = limits(asked.changed), parts.today()
    if asked.unit is not None:
        await parts.read(partial(units.unit, unit_id=asked.unit))
    around = await parts.read(partial(histories.surroundings, today=today))
    beside = await parts.read(
        lambda connection: Beside(
            pattern_facts.shared_documents(connection), pattern_facts.cases_of_kin(connection, today)
        )
    )
    offset = parts.clock().astimezone(parts.zone).utcoffset()
    counting = Counting(
        shapes_of(parts.library),
        around.posts,
        figures,
        today.toordinal(),
        0 if asked.since is None else asked.since.toordinal(),
        beside,
        within=asked.unit,
        ahead=0 if offset is None else int(offset.total_seconds()),
    )
    counts, looked = await count(parts, counting, progress, source)
    alike = await _alike(parts, counts, progress)
    beyond = await _around(parts, asked, around, figures)
    # It takes seconds, during which others have their turn.
    judged = await asyncio.to_thread(judge, counts, beyond, alike)
    run = _run(parts, asked, counts, judged, looked)
    results = tuple(_result(number, one) for number, one in enumerate(judged.raised, 1))

    def keep(connection: Connection) -> Run:
        pattern_runs.keep(connection, run, results)
        if not asked.raises:
            return run
        kept = pattern_findings.keep(connection, run.id, results, run.made_at)
        return replace(run, told={**run.told, "findings": kept._asdict()})

    return await parts.write(keep)


async def _around(parts: Parts, asked: Asked, around: Surroundings, figures: Limits) -> Around:
    """Return what is judged beside the histories; of lives of findings and of plans only over everything."""
    today, whole = parts.today(), asked.unit is None and asked.since is None
    known = await parts.read(partial(histories.members, today=today, names=_standings(parts)))
    held = {(post.person, post.unit, post.role) for post in around.posts.values() if post.is_held}
    lasts = int(figures["left-findings.days"])
    left, returning = (
        await parts.read(partial(pattern_facts.lives_of_findings, today=today, lasts=lasts))
        if whole
        else ({}, {})
    )
    return Around(
        around.parents,
        known,
        around.waiting,
        left_findings=left,
        returning_findings=returning,
        plans=await parts.read(pattern_facts.plans) if whole else {},
        holds=lambda whose: (whose.person, whose.unit, whose.of) in held,
    )


async def _alike(parts: Parts, counts: Counts, progress: Progress) -> dict[Population, list[Pair]]:
    """Read the texts that are probably alike, and return those that are."""
    every = await asyncio.to_thread(counts.copies.likely)
    likely = {whose: pairs[:_PAIRS] for whose, pairs in every.items()}
    likely = {
        whose: pairs for whose, pairs in likely.items() if len(pairs) >= counts.limit("copied-texts.texts")
    }
    found: dict[Population, list[Pair]] = {}
    for done, (whose, pairs) in enumerate(likely.items(), 1):
        places = {place for pair in pairs for place in pair}
        texts = await parts.read(partial(texts_at, parts=parts, places=places))
        alike = really_alike(pairs, texts, counts.limit("copied-texts.likeness"))
        if alike:
            found[whose] = alike
        progress("texts", done, len(likely))
    return found


def texts_at(connection: Connection, parts: Parts, places: Collection[Place]) -> dict[Place, str]:
    """Return the texts that stand there, as far as they can be opened."""
    rows = list(histories.sealed_lines(connection, {(place.case, place.seq) for place in places}))
    opened = opener(connection, parts.keys, {subject for _, subject, _, _, sealed in rows if sealed})
    data = {}
    for case, subject, seq, told, sealed in rows:
        data[case, seq] = told if sealed is None else together(told, opened(subject, case, seq, sealed) or {})
    found = {place: part_of(data.get((place.case, place.seq), {}), place.part) for place in places}
    return {place: text for place, text in found.items() if text is not None}


def part_of(data: Mapping[str, Any], part: str) -> str | None:
    """Return the text that stands in the data of an event under a path such as `texts.opinion`, or None."""
    outer, _, inner = part.partition(".")
    value = data.get(outer)
    if inner:
        value = value.get(inner) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None


def _standings(parts: Parts) -> set[str]:
    """Return the standings of which case roles that two hold together ask one."""
    named = (
        (edition, name) for edition in parts.library for name in shapes_of([edition])[edition.digest].pairs
    )
    roles = (edition.case_roles[name] for edition, name in named)
    return {role.standing for role in roles if role.standing is not None}


def _run(parts: Parts, asked: Asked, counts: Counts, judged: Judged, looked: Looked) -> Run:
    now = parts.clock()
    told = {
        "thresholds": dict(counts.limits),
        "looked_at": dict(judged.looked_at),
        "cases": counts.cases,
        "events": looked.lines,
        "texts": sum(counts.copies.seen.values()),
        "unread": looked.unread,
        "found": len(judged.raised),
    }
    # Sorts as it was made.
    made_id = f"{int(now.timestamp() * 1_000_000):016x}{secrets.token_hex(8)}"
    return Run(made_id, now, parts.today(), asked.since, asked.unit, told)


def _result(number: int, found: Raised) -> Result:
    return Result(number, found.pattern, found.whose.unit, dict(_told(found)))


def _told(found: Raised) -> Iterator[tuple[str, Any]]:
    yield "process", found.whose.process
    yield "person", found.whose.person
    yield "narrowed", found.whose.of
    yield "population", found.of
    yield "figure", found.figure
    yield "threshold", found.threshold
    yield "chance", found.chance
    yield "cases", list(found.cases)
    yield "people", list(found.people)
    yield "pairs", [[list(pair.one), list(pair.other)] for pair in found.pairs]
    if found.days is not None:
        yield "days", [date.fromordinal(day).isoformat() for day in found.days]


def pairs_in(told: Mapping[str, Any]) -> Sequence[Pair]:
    """Return the texts that a result names."""
    return [Pair(Place(*one), Place(*other)) for one, other in told.get("pairs", ())]
