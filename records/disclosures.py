"""Why somebody looked into sensitive material, and at what by that reason. Both are only ever added to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records import words
from records.cursors import Page, cursor_of, place_of
from records.door_tables import disclosed, disclosures
from records.held_units import held_units, units_in
from records.scope import AUDITOR, Scope
from records.tables import cases, posts

_AUDITED = held_units(shows=posts.c.role == AUDITOR)


@dataclass(frozen=True, slots=True)
class Read:
    """One look: at a document, by its digest, or at a history."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A reason, for one case and one person, until a moment; and what was looked at."""

    id: str
    case: str
    person: str
    reason: str
    created_at: datetime
    ends_at: datetime
    reads: tuple[Read, ...] = ()


def state(
    connection: Connection, *, case_id: str, person: str, reason: str, now: datetime, ends_at: datetime
) -> Disclosure:
    """Write a reason down."""
    # Sorts as it was made, so that lists go from the latest to the first.
    made_id = f"{int(now.timestamp() * 1_000_000):016x}{secrets.token_hex(8)}"
    about = connection.execute(sa.select(cases.c.subject_id).where(cases.c.id == case_id)).scalar_one()
    kept = words.sealed(connection, (about,), reason, now)
    made = Disclosure(made_id, case_id, person, reason, now, ends_at)
    connection.execute(
        sa.insert(disclosures).values(
            id=made.id, case_id=case_id, person_id=person, reason=kept, created_at=now, ends_at=ends_at
        )
    )
    return made


def open_one(connection: Connection, case_id: str, person: str, now: datetime) -> str | None:
    """Return the id of the latest reason somebody stated for a case that still holds, or None."""
    query = sa.select(disclosures.c.id).where(
        disclosures.c.case_id == case_id, disclosures.c.person_id == person, disclosures.c.ends_at > now
    )
    return connection.execute(query.order_by(disclosures.c.id.desc()).limit(1)).scalar_one_or_none()


def note_read(connection: Connection, disclosure_id: str, what: str, now: datetime) -> None:
    """Write down that something was looked at by a reason."""
    connection.execute(
        sa.insert(disclosed).values(id=uuid4().hex, disclosure_id=disclosure_id, what=what, at=now)
    )


def list_disclosures(
    connection: Connection,
    *,
    viewer: str,
    today: date,
    case_id: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Disclosure]:
    """Return what was stated for cases in units of somebody's posts as an auditor, latest first.

    Raises BadCursor.
    """
    audited = units_in(connection, _AUDITED, viewer, today)
    seen = Scope(viewer, today, audited.are_all, audited.wholly, audited.partly).by_posts()
    query = sa.select(disclosures, cases.c.subject_id).join(cases, cases.c.id == disclosures.c.case_id)
    query = query.where(seen)
    if case_id is not None:
        query = query.where(disclosures.c.case_id == case_id)
    if cursor is not None:
        query = query.where(disclosures.c.id < place_of(cursor, 1)[0])
    rows = connection.execute(query.order_by(disclosures.c.id.desc()).limit(limit + 1)).all()
    reads = _reads(connection, [row.id for row in rows[:limit]])
    reasons = words.opened(connection, [((row.subject_id,), row.reason) for row in rows[:limit]])
    items = tuple(
        _disclosure(row, reason or "", tuple(reads.get(row.id, ())))
        for row, reason in zip(rows[:limit], reasons, strict=True)
    )
    return Page(items, cursor_of(rows[limit - 1].id) if len(rows) > limit else None)


def _reads(connection: Connection, ids: list[str]) -> dict[str, list[Read]]:
    query = sa.select(disclosed).where(disclosed.c.disclosure_id.in_(ids)).order_by(disclosed.c.at)
    found: dict[str, list[Read]] = {}
    for row in connection.execute(query):
        found.setdefault(row.disclosure_id, []).append(Read(row.what, row.at))
    return found


def _disclosure(row: Row[Any], reason: str, reads: tuple[Read, ...]) -> Disclosure:
    return Disclosure(row.id, row.case_id, row.person_id, reason, row.created_at, row.ends_at, reads)
