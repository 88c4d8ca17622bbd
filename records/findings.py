"""What audits found: every word about it is only added to, and the present picture follows from the words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.auditing.answers import Evidence
from domain.auditing.evaluating import Found
from domain.auditing.lives import OVER, found_again
from domain.case import Case
from records import words
from records.below import units_below
from records.cursors import Page, cursor_of, place_of
from records.finding_tables import finding_words, findings
from records.lives import Lives
from records.problems import NotFound
from records.scope import Scope
from records.tables import cases, people, units

BY_HAND = "hand"
"""The rule of a finding that somebody raised himself."""

_LIVES = Lives(findings, finding_words)
_BY_MOMENT = "INDEXED BY ix_findings_raised_at_id"
"""Told to SQLite, which does not know how few findings there are until it counts rows, and asked each of a
hundred thousand cases for its own.
"""


@dataclass(frozen=True, slots=True)
class Word:
    """One word about a finding."""

    number: int
    kind: str
    said_by: str | None
    post: str | None
    on_behalf_of: str | None
    said_at: datetime
    reason: str | None
    evaluation: int | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a case, as it stands now."""

    id: str
    case: str
    process: str
    subject: str
    subject_name: str
    unit: str
    unit_name: str
    rule: str
    place: str
    step: str | None
    level: str
    basis: str
    version: str
    state: str
    present: bool
    raised_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What a list of findings is narrowed to; None: not narrowed."""

    kind: Literal["rule", "pattern", "hand"] | None = None
    """Raised by an audit rule in a case, by a look for patterns over many, or by an auditor by hand."""

    unit: str | None = None
    """Of this unit and of all below it."""
    case: str | None = None
    process: str | None = None
    level: str | None = None
    rule: str | None = None
    """A rule, a letter for all rules of one subject, or a pattern."""
    state: str | None = None
    present: bool | None = None
    without: tuple[str, ...] = ()
    """Cases that are left out, because the viewer keeps out of them."""


def keep(
    connection: Connection, case: Case, found: Sequence[Found], evaluation: int, now: datetime
) -> tuple[int, int]:
    """Write down what an evaluation found: what is new, what is there again, what is no more.

    Returns how many are new (or there again), and how many are no more. Twice does no harm.
    """
    rows = connection.execute(
        sa.select(findings).where(findings.c.case_id == case.id, findings.c.rule != BY_HAND)
    ).all()
    known = {(row.rule, row.place): row for row in rows}
    new = gone = 0
    for one in found:
        row = known.pop((one.rule, one.place), None)
        if row is None:
            raise_one(connection, case, one, now, evaluation=evaluation)
            new += 1
        elif not row.present or _evidence_of(connection, row.id) != one.evidence:
            again = not row.present or row.state in OVER
            word = _word("found-again", now, evaluation=evaluation, evidence=one.evidence)
            _LIVES.add(connection, row.id, word, state=found_again(row.state), present=True)
            new += again
    for row in known.values():
        if row.present:
            _LIVES.add(
                connection, row.id, _word("gone", now, evaluation=evaluation), state=row.state, present=False
            )
            gone += 1
    return new, gone


def raise_one(
    connection: Connection,
    case: Case,
    found: Found,
    now: datetime,
    *,
    evaluation: int | None = None,
    said_by: str | None = None,
    reason: str | None = None,
) -> str:
    """Write down a new finding and return its id."""
    made = uuid4().hex
    step = next((one.step for one in found.evidence if one.step is not None), None)
    connection.execute(
        sa.insert(findings).values(
            id=made,
            case_id=case.id,
            rule=found.rule,
            place=found.place,
            step=step,
            level=found.level,
            basis=found.basis,
            version=found.version,
            unit_id=case.unit,
            state="raised",
            present=True,
            raised_at=now,
            changed_at=now,
        )
    )
    kept = words.sealed(connection, (case.subject,), reason, now)
    word = _word("raised", now, evaluation=evaluation, evidence=found.evidence, by=said_by, reason=kept)
    connection.execute(sa.insert(finding_words).values(finding_id=made, number=1, **word))
    return made


def say(  # noqa: PLR0917 - who says what
    connection: Connection,
    finding_id: str,
    kind: str,
    said_by: str,
    post: tuple[str, str | None],
    reason: str,
    now: datetime,
) -> None:
    """Write down a word of a person, said by a post, own or lent. Whether he may is asked before."""
    kept = words.sealed(connection, (_subject_of(connection, finding_id),), reason, now)
    word = _word(kind, now, by=said_by, reason=kept) | {"post": post[0], "on_behalf_of": post[1]}
    row = connection.execute(sa.select(findings.c.present).where(findings.c.id == finding_id)).one()
    _LIVES.add(connection, finding_id, word, state=kind, present=row.present)


def find(connection: Connection, finding_id: str, *, lock: bool = False) -> Finding:
    """Return a finding. Raises NotFound."""
    query = _select().where(findings.c.id == finding_id)
    if lock:
        query = query.with_for_update(of=findings)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("no such finding")
    return _finding(row)


def words_of(connection: Connection, finding_id: str) -> tuple[Word, ...]:
    """Return every word about a finding, the first one first."""
    query = sa.select(finding_words).where(finding_words.c.finding_id == finding_id)
    rows = connection.execute(query.order_by(finding_words.c.number)).all()
    about = (_subject_of(connection, finding_id),) if rows else ()
    reasons = words.opened(connection, [(about, row.reason) for row in rows])
    return tuple(_read(row, reason) for row, reason in zip(rows, reasons, strict=True))


def list_findings(
    connection: Connection,
    scope: Scope,
    narrowed: FindingFilter,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Finding]:
    """Return findings in cases seen by a post and about others, latest raised first. Raises BadCursor."""
    query = _select().where(*conditions(scope, narrowed))
    if cursor is not None:
        raised_at, finding_id = place_of(cursor, 2)
        place = sa.tuple_(sa.literal(raised_at), sa.literal(finding_id))
        query = query.where(sa.tuple_(sa.type_coerce(findings.c.raised_at, sa.String), findings.c.id) < place)
    ordered = query.order_by(findings.c.raised_at.desc(), findings.c.id.desc()).limit(limit + 1)
    if narrowed.case is None:
        ordered = ordered.with_hint(findings, _BY_MOMENT, "sqlite")
    rows = connection.execute(
        ordered.add_columns(sa.type_coerce(findings.c.raised_at, sa.String).label("raised_text"))
    ).all()
    following = cursor_of(rows[limit - 1].raised_text, rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(_finding(row) for row in rows[:limit]), following)


def conditions(scope: Scope, narrowed: FindingFilter) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on findings joined with their cases: what is seen, and what it is narrowed to."""
    found = [scope.by_posts(), cases.c.subject_id != scope.person]
    if narrowed.without:
        found.append(cases.c.id.not_in(narrowed.without))
    if narrowed.unit is not None:
        found.append(cases.c.unit_id.in_(units_below((narrowed.unit,))))
    equal = (
        (findings.c.case_id, narrowed.case),
        (cases.c.process, narrowed.process),
        (findings.c.level, narrowed.level),
        (findings.c.state, narrowed.state),
        (findings.c.present, narrowed.present),
    )
    found += [column == value for column, value in equal if value is not None]
    if narrowed.kind is not None:
        by_hand = findings.c.rule == BY_HAND
        found.append({"hand": by_hand, "rule": sa.not_(by_hand), "pattern": sa.false()}[narrowed.kind])
    if narrowed.rule is not None:
        letter = len(narrowed.rule) == 1
        found.append(
            findings.c.rule.like(f"{narrowed.rule}%") if letter else findings.c.rule == narrowed.rule
        )
    return found


def _select() -> sa.Select[Any]:
    return (
        sa.select(
            findings,
            cases.c.process,
            cases.c.subject_id,
            people.c.name.label("subject_name"),
            cases.c.unit_id.label("case_unit"),
            units.c.name.label("unit_name"),
        )
        .join(cases, cases.c.id == findings.c.case_id)
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
    )


def _subject_of(connection: Connection, finding_id: str) -> str:
    query = sa.select(cases.c.subject_id).join(findings, findings.c.case_id == cases.c.id)
    return str(connection.execute(query.where(findings.c.id == finding_id)).scalar_one())


def _word(
    kind: str,
    now: datetime,
    *,
    evaluation: int | None = None,
    evidence: Iterable[Evidence] = (),
    by: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    rests_on = [one.model_dump(mode="json") for one in evidence]
    return {
        "kind": kind,
        "said_by": by,
        "said_at": now,
        "reason": reason,
        "evaluation": evaluation,
        "evidence": json.dumps(rests_on, ensure_ascii=False) if rests_on else None,
    }


def _evidence_of(connection: Connection, finding_id: str) -> tuple[Evidence, ...]:
    query = sa.select(finding_words.c.evidence).where(
        finding_words.c.finding_id == finding_id, finding_words.c.evidence.is_not(None)
    )
    text = connection.execute(query.order_by(finding_words.c.number.desc()).limit(1)).scalar()
    return _evidence(text)


def _evidence(text: str | None) -> tuple[Evidence, ...]:
    return tuple(Evidence.model_validate(one, extra="ignore") for one in json.loads(text or "[]"))


def _read(row: Row[Any], reason: str | None) -> Word:
    return Word(
        row.number,
        row.kind,
        row.said_by,
        row.post,
        row.on_behalf_of,
        row.said_at,
        reason,
        row.evaluation,
        _evidence(row.evidence),
    )


def _finding(row: Row[Any]) -> Finding:
    return Finding(
        id=row.id,
        case=row.case_id,
        process=row.process,
        subject=row.subject_id,
        subject_name=row.subject_name,
        unit=row.case_unit,
        unit_name=row.unit_name,
        rule=row.rule,
        place=row.place,
        step=row.step,
        level=row.level,
        basis=row.basis,
        version=row.version,
        state=row.state,
        present=bool(row.present),
        raised_at=row.raised_at,
        changed_at=row.changed_at,
    )
