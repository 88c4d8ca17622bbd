"""Patterns as findings: each is one however often it is found, with every word about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.auditing.lives import OVER, found_again
from domain.patterns.again import has_moved, is_worse, place_of
from records import words
from records.below import units_below
from records.cursors import place_of as place_in
from records.findings import FindingFilter
from records.lives import Lives
from records.pattern_runs import Result
from records.pattern_tables import pattern_findings, pattern_results, pattern_words
from records.problems import NotFound
from records.scope import Scope
from records.tables import people, unit_closure, units

_LIVES = Lives(pattern_findings, pattern_words)
_BY_MOMENT = "INDEXED BY ix_pattern_findings_raised_at_id"
"""Told to SQLite, which else asks every unit for its own: see `records/findings.py`."""


@dataclass(frozen=True, slots=True)
class PatternFinding:
    """A pattern that was found, as it stands now."""

    id: str
    pattern: str
    unit: str
    unit_name: str
    person: str | None
    person_name: str | None
    process: str
    state: str
    present: bool
    raised_at: datetime
    changed_at: datetime
    raised_text: str
    """The moment it was raised as it is kept, by which lists are in order."""


@dataclass(frozen=True, slots=True)
class PatternWord:
    """One word about it; of a look with what that look found."""

    number: int
    kind: str
    said_by: str | None
    on_behalf_of: str | None
    said_at: datetime
    reason: str | None
    run: str | None
    result: int | None
    told: Mapping[str, Any] | None


class Kept(NamedTuple):
    """What became of what a look found."""

    new: int
    again: int
    gone: int


class Group(NamedTuple):
    """How many findings there are of a pattern, in a state, in a unit, raised in a month such as 2026-05."""

    pattern: str
    state: str
    unit: str
    month: str
    number: int

    @property
    def left(self) -> int:
        """How many of them something is yet to be done about."""
        return 0 if self.state in OVER else self.number


def keep(connection: Connection, run_id: str, results: Sequence[Result], now: datetime) -> Kept:
    """Raise what a look over the whole organisation found, and say what it found no more.

    What was found before is no second finding: its figure is kept where it moved. What was said to be over is
    open again only where it is worse than it was then, or was gone in between. Twice does no harm.
    """
    rows = connection.execute(sa.select(pattern_findings).with_for_update()).all()
    known = {(row.pattern, row.place): row for row in rows}
    figures = _words_with_figures(connection, [row.id for row in rows])
    latest = dict(figures)
    settled = _when_over(connection, figures)
    new = again = gone = 0
    for one in results:
        row = known.pop((one.pattern, place_of(one.pattern, one.unit, one.told)), None)
        word = {"said_at": now, "run_id": run_id, "result": one.number}
        if row is None:
            _raise(connection, one, word)
            new += 1
            continue
        opens = not row.present or (row.state in OVER and is_worse(settled[row.id], one.told))
        if opens or has_moved(latest[row.id].told or {}, one.told):
            state = found_again(row.state) if opens else row.state
            _LIVES.add(connection, row.id, word | {"kind": "found-again"}, state=state, present=True)
            again += opens
    for row in known.values():
        if row.present:
            word = {"kind": "gone", "said_at": now, "run_id": run_id}
            _LIVES.add(connection, row.id, word, state=row.state, present=False)
            gone += 1
    return Kept(new, again, gone)


def find(connection: Connection, finding_id: str, *, lock: bool = False) -> PatternFinding:
    """Return a finding. Raises NotFound."""
    query = _select().where(pattern_findings.c.id == finding_id)
    if lock:
        query = query.with_for_update(of=pattern_findings)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("no such finding")
    return _finding(row)


def is_seen(connection: Connection, finding_id: str, scope: Scope) -> bool:
    """Whether somebody sees a finding by a post."""
    query = sa.select(pattern_findings.c.id).where(
        pattern_findings.c.id == finding_id, *_conditions(scope, FindingFilter())
    )
    return connection.execute(query).first() is not None


def say(  # noqa: PLR0917 - who says what
    connection: Connection,
    finding: PatternFinding,
    kind: str,
    said_by: str,
    post: tuple[str, str | None],
    reason: str,
    now: datetime,
) -> None:
    """Write down a word of a person, said by a post, own or lent. Whether he may is asked before."""
    kept = words.sealed(connection, _about(finding), reason, now) if finding.person else reason
    who: dict[str, Any] = {"said_by": said_by, "post": post[0], "on_behalf_of": post[1]}
    word = who | {"kind": kind, "said_at": now, "reason": kept}
    _LIVES.add(connection, finding.id, word, state=kind, present=finding.present)


def words_of(connection: Connection, finding: PatternFinding) -> tuple[PatternWord, ...]:
    """Return every word about a finding, the first one first."""
    found = sa.and_(
        pattern_results.c.run_id == pattern_words.c.run_id, pattern_results.c.number == pattern_words.c.result
    )
    query = (
        sa.select(pattern_words, pattern_results.c.told)
        .outerjoin(pattern_results, found)
        .where(pattern_words.c.finding_id == finding.id)
    )
    rows = connection.execute(query.order_by(pattern_words.c.number)).all()
    reasons = words.opened(connection, [(_about(finding), row.reason) for row in rows])
    return tuple(_word(row, reason) for row, reason in zip(rows, reasons, strict=True))


def list_findings(
    connection: Connection, scope: Scope, narrowed: FindingFilter, *, cursor: str | None, limit: int
) -> tuple[PatternFinding, ...]:
    """Return findings in units somebody has a post in or above, latest raised first. Raises BadCursor."""
    query = _select().where(*_conditions(scope, narrowed))
    if cursor is not None:
        place = sa.tuple_(*(sa.literal(part) for part in place_in(cursor, 2)))
        query = query.where(sa.tuple_(_RAISED, pattern_findings.c.id) < place)
    ordered = query.order_by(pattern_findings.c.raised_at.desc(), pattern_findings.c.id.desc())
    ordered = ordered.with_hint(pattern_findings, _BY_MOMENT, "sqlite")
    return tuple(map(_finding, connection.execute(ordered.limit(limit))))


def latest_figures(connection: Connection, ids: Sequence[str]) -> dict[str, PatternWord]:
    """Return of each finding the last word that has a figure."""
    return dict(_words_with_figures(connection, ids))


def count(connection: Connection, scope: Scope, narrowed: FindingFilter) -> tuple[Group, ...]:
    """Return how many there are by pattern, state, unit and month: what lists show under the same filter."""
    month = sa.func.substr(_RAISED, 1, 7)
    groups = (pattern_findings.c.pattern, pattern_findings.c.state, pattern_findings.c.unit_id, month)
    query = (
        sa.select(*groups, sa.func.count())
        .select_from(pattern_findings)
        .where(*_conditions(scope, narrowed))
        .group_by(*groups)
        .order_by(*groups)
    )
    return tuple(Group(*row) for row in connection.execute(query))


def above(connection: Connection, unit_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return of each unit itself and all above it."""
    query = sa.select(unit_closure.c.unit_id, unit_closure.c.ancestor_id).where(
        unit_closure.c.unit_id.in_(unit_ids)
    )
    found: dict[str, tuple[str, ...]] = {}
    for unit, ancestor in connection.execute(query):
        found[unit] = (*found.get(unit, ()), ancestor)
    return found


_RAISED = sa.type_coerce(pattern_findings.c.raised_at, sa.String)


def _conditions(scope: Scope, narrowed: FindingFilter) -> list[sa.ColumnElement[bool]]:
    found = [scope.units_by_posts(pattern_findings.c.unit_id)]
    if scope.processes:
        found.append(pattern_findings.c.process.in_(scope.processes))
    if narrowed.case is not None or narrowed.kind not in {None, "pattern"}:
        found.append(sa.false())
    if narrowed.level not in {None, "finding"}:
        found.append(sa.false())
    if narrowed.unit is not None:
        found.append(pattern_findings.c.unit_id.in_(units_below((narrowed.unit,))))
    equal = (
        (pattern_findings.c.pattern, narrowed.rule),
        (pattern_findings.c.process, narrowed.process),
        (pattern_findings.c.state, narrowed.state),
        (pattern_findings.c.present, narrowed.present),
    )
    return found + [column == value for column, value in equal if value is not None]


def _select() -> sa.Select[Any]:
    return (
        sa.select(
            pattern_findings,
            _RAISED.label("raised_text"),
            units.c.name.label("unit_name"),
            people.c.name.label("person_name"),
        )
        .join(units, units.c.id == pattern_findings.c.unit_id)
        .outerjoin(people, people.c.id == pattern_findings.c.person_id)
    )


def _raise(connection: Connection, one: Result, word: Mapping[str, Any]) -> None:
    made, at = uuid4().hex, word["said_at"]
    connection.execute(
        sa.insert(pattern_findings).values(
            id=made,
            pattern=one.pattern,
            place=place_of(one.pattern, one.unit, one.told),
            unit_id=one.unit,
            person_id=one.told["person"] or None,
            process=one.told["process"],
            state="raised",
            present=True,
            raised_at=at,
            changed_at=at,
        )
    )
    connection.execute(sa.insert(pattern_words).values(finding_id=made, number=1, kind="raised", **word))


def _when_over(
    connection: Connection, figures: Sequence[tuple[str, PatternWord]]
) -> dict[str, Mapping[str, Any]]:
    """Return of each finding the figure it had when it was last said to be over, or else its latest."""
    query = (
        sa.select(pattern_words.c.finding_id, sa.func.max(pattern_words.c.number))
        .where(pattern_words.c.kind.in_(OVER))
        .group_by(pattern_words.c.finding_id)
    )
    said = {row[0]: row[1] for row in connection.execute(query)}
    return {
        finding: word.told or {}
        for finding, word in figures
        if finding not in said or word.number < said[finding]
    }


def _words_with_figures(connection: Connection, ids: Sequence[str]) -> list[tuple[str, PatternWord]]:
    """Return those words, the latest of each finding last."""
    if not ids:
        return []
    found = sa.and_(
        pattern_results.c.run_id == pattern_words.c.run_id, pattern_results.c.number == pattern_words.c.result
    )
    query = (
        sa.select(pattern_words, pattern_results.c.told)
        .join(pattern_results, found)
        .where(pattern_words.c.finding_id.in_(ids))
        .order_by(pattern_words.c.finding_id, pattern_words.c.number)
    )
    return [(row.finding_id, _word(row, None)) for row in connection.execute(query)]


def _about(finding: PatternFinding) -> tuple[str, ...]:
    return () if finding.person is None else (finding.person,)


def _word(row: Row[Any], reason: str | None) -> PatternWord:
    return PatternWord(
        row.number,
        row.kind,
        row.said_by,
        row.on_behalf_of,
        row.said_at,
        reason,
        row.run_id,
        row.result,
        None if row.told is None else json.loads(row.told),
    )


def _finding(row: Row[Any]) -> PatternFinding:
    return PatternFinding(
        row.id,
        row.pattern,
        row.unit_id,
        row.unit_name,
        row.person_id,
        row.person_name,
        row.process,
        row.state,
        bool(row.present),
        row.raised_at,
        row.changed_at,
        row.raised_text,
    )
