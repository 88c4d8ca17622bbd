"""What was found in patterns over many cases, for auditors of the units it was found in.

Texts are not kept with a look: they are read anew, as far as the caller is shown them, so that what was
erased or is withheld is gone from here as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.patterns.catalogue import PATTERNS
from domain.patterns.copies import Pair, Place
from domain.patterns.likeness import passages
from domain.patterns.pattern import Pattern
from domain.patterns.thresholds import THRESHOLDS
from domain.values import Language
from records import cases, organisation, pattern_runs, units
from records.pattern_runs import Audited, Result, Run
from records.problems import NotFound
from records.stored import events_after
from services.parts import Caller, Parts
from services.pattern_runs import pairs_in, part_of
from services.pattern_views import (
    CaseRef,
    FoundDetail,
    FoundPage,
    FoundView,
    PairView,
    PatternView,
    PieceView,
    RunView,
    TextView,
    ThresholdView,
)
from services.scoping import scope_of
from services.seeing import look_at, opened
from services.views import Named

_PAIRS: Final = 10
"""Pairs of texts that are shown beside each other, at most."""


Narrowed = tuple[str | None, str | None]
"""A pattern, and a unit with all below it."""


async def listed(
    parts: Parts,
    caller: Caller,
    narrowed: Narrowed = (None, None),
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> FoundPage:
    """Return what the latest look found in the units the caller audits; nothing where he audits none."""

    def work(connection: Connection) -> FoundPage:
        audited = pattern_runs.audited_by(connection, caller.person, parts.today())
        if not audited.everything and not audited.units:
            return FoundPage(items=())
        run = pattern_runs.latest(connection, audited)
        if run is None:
            return FoundPage(items=())
        pattern, unit = narrowed
        page = pattern_runs.list_results(
            connection, run.id, audited, pattern=pattern, unit=unit, cursor=cursor, limit=limit
        )
        return FoundPage(
            items=_found(connection, parts, caller.language, run, page.items),
            next=page.next,
            run=_run(connection, run, caller.language),
            patterns=tuple(_pattern(one, run, caller.language) for one in PATTERNS.values()),
        )

    return await parts.read(work)


async def one(parts: Parts, caller: Caller, run_id: str, number: int) -> FoundDetail:
    """Return one pattern that was found with its evidence, for who audits the unit. Raises NotFound."""

    def work(connection: Connection) -> FoundDetail:
        audited = pattern_runs.audited_by(connection, caller.person, parts.today())
        result = _result(connection, run_id, number, audited)
        run = pattern_runs.find_run(connection, run_id)
        people = organisation.names_of(connection, set(result.told["people"]))
        pairs = pairs_in(result.told)
        return FoundDetail(
            found=_found(connection, parts, caller.language, run, (result,))[0],
            pattern=_pattern(PATTERNS[result.pattern], run, caller.language),
            run=_run(connection, run, caller.language),
            people=tuple(Named(id=one, name=people.get(one, "")) for one in result.told["people"]),
            cases=tuple(cases_shown(connection, parts, caller, result.told["cases"])),
            pairs=tuple(_pair(connection, parts, caller, pair) for pair in pairs[:_PAIRS]),
            more_pairs=max(0, len(pairs) - _PAIRS),
        )

    return await parts.read(work)


def view_of(connection: Connection, parts: Parts, language: Language, run: Run) -> FoundPage:
    """Return a look with all it found, for who works on this machine."""
    page = pattern_runs.list_results(connection, run.id, Audited(everything=True, units=()), limit=100_000)
    return FoundPage(
        items=_found(connection, parts, language, run, page.items),
        run=_run(connection, run, language),
        patterns=tuple(_pattern(one, run, language) for one in PATTERNS.values()),
    )


def _result(connection: Connection, run_id: str, number: int, audited: Audited) -> Result:
    if not audited.everything and not audited.units:
        raise NotFound("audits nothing")
    return pattern_runs.find_result(connection, run_id, number, audited)


def _run(connection: Connection, run: Run, language: Language) -> RunView:
    told = run.told
    return RunView(
        id=run.id,
        made_at=run.made_at,
        since=run.since,
        until=run.until,
        unit=None if run.unit is None else Named(id=run.unit, name=units.unit(connection, run.unit).name),
        cases=told["cases"],
        events=told["events"],
        texts=told["texts"],
        unread=told["unread"],
        thresholds=tuple(
            ThresholdView(id=name, value=value, why=THRESHOLDS[name].why.in_language(language))
            for name, value in told["thresholds"].items()
            if name in THRESHOLDS
        ),
    )


def _pattern(pattern: Pattern, run: Run, language: Language) -> PatternView:
    return PatternView(
        id=pattern.id,
        title=pattern.title.in_language(language),
        says=pattern.says.in_language(language),
        innocent=pattern.innocent.in_language(language),
        compares=pattern.compares.in_language(language),
        measure=pattern.measure,
        below=pattern.below,
        basis=pattern.basis,
        looked_at=run.told["looked_at"].get(pattern.id, 0),
    )


def _found(
    connection: Connection, parts: Parts, language: Language, run: Run, results: Sequence[Result]
) -> tuple[FoundView, ...]:
    people = organisation.names_of(connection, {one.told["person"] for one in results if one.told["person"]})
    places = {one.unit: units.unit(connection, one.unit).name for one in results}
    return tuple(
        FoundView(
            run=run.id,
            number=one.number,
            pattern=one.pattern,
            unit=Named(id=one.unit, name=places[one.unit]),
            person=_named(one.told["person"], people),
            narrowed=_title(parts, language, one.told) or None,
            process=_process(parts, language, one.told["process"]),
            population=one.told["population"],
            figure=one.told["figure"],
            threshold=one.told["threshold"],
            chance=one.told["chance"],
            from_=_day(one.told, 0),
            to=_day(one.told, 1),
        )
        for one in results
    )


def _named(person: str, names: Mapping[str, str]) -> Named | None:
    return Named(id=person, name=names.get(person, "")) if person else None


def _process(parts: Parts, language: Language, name: str) -> Named | None:
    if not name:
        return None
    titles = {one.process: one.title.in_language(language) for one in parts.library}
    return Named(id=name, name=titles.get(name, name))


def _title(parts: Parts, language: Language, told: Mapping[str, Any]) -> str:
    """Return what a standing, role or case role is called by the definitions."""
    name = told["narrowed"]
    for edition in parts.library:
        if told["process"] and edition.process != told["process"]:
            continue
        if name in edition.standings:
            return edition.standings[name].in_language(language)
        if name in edition.case_roles:
            return edition.case_roles[name].title.in_language(language)
        if name in edition.roles:
            return edition.roles[name].title.in_language(language)
    return str(name)


def _day(told: Mapping[str, Any], place: Literal[0, 1]) -> date | None:
    return date.fromisoformat(told["days"][place]) if "days" in told else None


def cases_shown(
    connection: Connection, parts: Parts, caller: Caller, ids: Sequence[str]
) -> Iterator[CaseRef]:
    """Yield those of some cases that the caller sees, and is shown findings of.

    Whether he is cannot be read where the definition is not published here.
    """
    scope = scope_of(connection, caller, parts.today())
    seen = {}
    for case_id in ids:
        try:
            found = cases.find_case(connection, parts.library, case_id, scope)
        except (NotFound, UnknownProcess):
            continue
        if look_at(connection, parts, caller, found.process, found.case).viewer.sees("findings"):
            seen[case_id] = found.case.subject
    names = organisation.names_of(connection, set(seen.values()))
    for case_id, subject in seen.items():
        yield CaseRef(id=case_id, subject=Named(id=subject, name=names.get(subject, "")))


def _pair(connection: Connection, parts: Parts, caller: Caller, pair: Pair) -> PairView:
    one, other = (_text(connection, parts, caller, place) for place in pair)
    if one[0] is None or other[0] is None:
        return PairView(one=_bare(one, pair.one), other=_bare(other, pair.other))
    left, right = passages(one[0], other[0])
    return PairView(
        one=_bare(one, pair.one).model_copy(update={"pieces": tuple(PieceView(**p._asdict()) for p in left)}),
        other=_bare(other, pair.other).model_copy(
            update={"pieces": tuple(PieceView(**p._asdict()) for p in right)}
        ),
    )


_Shown = tuple[str | None, Named | None, date | None]


def _bare(shown: _Shown, place: Place) -> TextView:
    """Return where a text stands; the text itself where the other one is not shown."""
    text, subject, day = shown
    pieces = None if text is None else (PieceView(text=text, shared=False),)
    return TextView(
        case=place.case, seq=place.seq, part=place.part, subject=subject, occurred_on=day, pieces=pieces
    )


def _text(connection: Connection, parts: Parts, caller: Caller, place: Place) -> _Shown:
    """Return a text as far as the caller is shown it, without stating a reason for what asks for one."""
    try:
        found = cases.find_case(
            connection, parts.library, place.case, scope_of(connection, caller, parts.today())
        )
    except (NotFound, UnknownProcess):
        return None, None, None
    look = look_at(connection, parts, caller, found.process, found.case)
    look = replace(look, viewer=look.viewer.model_copy(update={"stated": False}))
    stored = opened(
        connection, parts, found.case, events_after(connection, place.case, place.seq - 1, limit=1)
    )
    if not stored or not look.is_told_of(stored[0].event) or not look.viewer.sees("findings"):
        return None, None, None
    names = organisation.names_of(connection, {found.case.subject})
    subject = Named(id=found.case.subject, name=names.get(found.case.subject, ""))
    shown = look.event(stored[0].event)
    return part_of(shown.data or {}, place.part), subject, shown.occurred_on
