"""Looks for patterns over many cases: one pass over the record, some at a time; keeps what is found.

A look over the whole organisation by the usual thresholds raises it as findings; any other is only looked at.

Free text is sealed for each person: what cannot be opened any more is passed over and counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from domain.patterns.copies import Pair, Place, really_alike
from domain.patterns.counting import Counts
from domain.patterns.facts import Line, Population, shapes_of
from domain.patterns.judging import Around, Judged, judge
from domain.patterns.raised import Raised
from domain.patterns.thresholds import limits
from domain.personal import together
from records import histories, pattern_findings, pattern_runs, units
from records.histories import History
from records.pattern_runs import Result, Run
from services.parts import Parts

_AT_ONCE: Final = 400
"""Cases that are read at a time."""
_PAIRS: Final = 200
"""Texts of one unit that are read to be compared, at most."""

Progress = Callable[[str, int, int], None]
"""Told what is looked at, how many are done, and of how many."""


@dataclass
class Looked:
    """How much was read."""

    lines: int = 0
    unread: int = 0
    """Events whose free text cannot be opened any more."""


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


async def look(parts: Parts, asked: Asked, progress: Progress = lambda *_: None) -> Run:
    """Look for patterns, keep what is found, and return the look. Raises NotFound, UnknownThreshold."""
    figures, today, looked = limits(asked.changed), parts.today(), Looked()
    if asked.unit is not None:
        await parts.read(partial(units.unit, unit_id=asked.unit))
    around = await parts.read(partial(histories.surroundings, today=today))
    since = 0 if asked.since is None else asked.since.toordinal()
    counts = Counts(shapes_of(parts.library), around.posts, figures, today.toordinal(), since)
    await _count(parts, asked, counts, looked, progress)
    alike = await _alike(parts, counts, progress)
    known = await parts.read(partial(histories.members, today=today, names=_standings(parts)))
    held = {(post.person, post.unit, post.role) for post in around.posts.values() if post.is_held}
    judged = judge(
        counts,
        Around(
            around.parents,
            known,
            around.waiting,
            lambda whose: (whose.person, whose.unit, whose.of) in held,
        ),
        alike,
    )
    run = _run(parts, asked, counts, judged, looked)
    results = tuple(_result(number, one) for number, one in enumerate(judged.raised, 1))

    def keep(connection: Connection) -> Run:
        pattern_runs.keep(connection, run, results)
        if not asked.raises:
            return run
        kept = pattern_findings.keep(connection, run.id, results, run.made_at)
        return replace(run, told={**run.told, "findings": kept._asdict()})

    return await parts.write(keep)


async def _count(parts: Parts, asked: Asked, counts: Counts, looked: Looked, progress: Progress) -> None:
    whole = await parts.read(partial(histories.count_cases, within=asked.unit))
    offset = parts.clock().astimezone(parts.zone).utcoffset()
    ahead = 0 if offset is None else int(offset.total_seconds())
    after: str | None = ""
    done = 0
    while after is not None:
        some, after = await parts.read(
            partial(_next, parts=parts, after=after, within=asked.unit, ahead=ahead)
        )
        for history, unread in some:
            counts.add(history.head, history.lines)
            looked.lines += len(history.lines)
            looked.unread += unread
        done += len(some)
        progress("cases", done, whole)


def _next(
    connection: Connection, parts: Parts, after: str, within: str | None, ahead: int
) -> tuple[list[tuple[History, int]], str | None]:
    """Return the next cases with what is personal put back, each with how many lines could not be opened."""
    found, following = histories.histories_after(connection, after, _AT_ONCE, within, ahead)
    opened = _opener(connection, parts, {one.subject for one in found if one.sealed})
    return [_whole(one, opened) for one in found], following


Opener = Callable[[str, str, int, str], Mapping[str, Any] | None]


def _opener(connection: Connection, parts: Parts, people: Collection[str]) -> Opener:
    return (lambda *_: None) if parts.keys is None else parts.keys.opener(connection, people)


def _whole(history: History, opened: Opener) -> tuple[History, int]:
    if not history.sealed:
        return history, 0
    unread, lines = 0, list[Line]()
    for line in history.lines:
        sealed = history.sealed.get(line.seq)
        if sealed is None:
            lines.append(line)
            continue
        told = opened(history.subject, history.head.id, line.seq, sealed)
        unread += told is None
        lines.append(line._replace(data=together(line.data, told or {})))
    return history._replace(lines=lines, sealed={}), unread


async def _alike(parts: Parts, counts: Counts, progress: Progress) -> dict[Population, list[Pair]]:
    """Read the texts that are probably alike, and return those that are."""
    likely = {whose: pairs[:_PAIRS] for whose, pairs in counts.copies.likely().items()}
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
    opened = _opener(connection, parts, {subject for _, subject, _, _, sealed in rows if sealed})
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
