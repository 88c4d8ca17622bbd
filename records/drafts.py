"""Drafts: what somebody began to fill in. Changed and forgotten like notes; nothing rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.door_tables import drafts
from records.problems import NotFound


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """One draft. `content` is JSON that its owner's pages understand."""

    id: str
    person: str
    kind: str
    content: str
    created_at: datetime
    changed_at: datetime


def add_draft(connection: Connection, person: str, kind: str, content: str, now: datetime) -> KeptDraft:
    """Keep a new draft of a person."""
    made = KeptDraft(uuid4().hex, person, kind, content, now, now)
    connection.execute(
        sa.insert(drafts).values(
            id=made.id, person_id=person, kind=kind, content=content, created_at=now, changed_at=now
        )
    )
    return made


def change_draft(  # noqa: PLR0917 - whose, which, and what it says since when
    connection: Connection, person: str, kind: str, draft_id: str, content: str, now: datetime
) -> None:
    """Keep what a draft says now. Raises NotFound where it is none of this person's, or of another kind."""
    mine = _mine(person, kind, draft_id)
    done = connection.execute(sa.update(drafts).where(mine).values(content=content, changed_at=now))
    if not done.rowcount:
        raise NotFound("no such draft")


def draft(connection: Connection, person: str, kind: str, draft_id: str, *, lock: bool = False) -> KeptDraft:
    """Return a draft of a person; with `lock` nobody else changes it before the end of the transaction.

    Raises NotFound where it is none of his, or of another kind.
    """
    query = sa.select(drafts).where(_mine(person, kind, draft_id))
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("no such draft")
    return _draft(row)


def list_drafts(connection: Connection, person: str, kind: str, *, limit: int = 50) -> tuple[KeptDraft, ...]:
    """Return somebody's drafts of a kind, those changed last first."""
    query = (
        sa.select(drafts)
        .where(drafts.c.person_id == person, drafts.c.kind == kind)
        .order_by(drafts.c.changed_at.desc(), drafts.c.id)
        .limit(limit)
    )
    return tuple(_draft(row) for row in connection.execute(query))


def remove_draft(connection: Connection, person: str, kind: str, draft_id: str) -> None:
    """Forget a draft; one that is not there is forgotten already."""
    connection.execute(sa.delete(drafts).where(_mine(person, kind, draft_id)))


def forget_drafts(connection: Connection, person: str) -> None:
    """Forget what a person began to fill in, and what others began to fill in about him."""
    about = drafts.c.content.contains(f'"{person}"', autoescape=True)
    connection.execute(sa.delete(drafts).where(sa.or_(drafts.c.person_id == person, about)))


def _mine(person: str, kind: str, draft_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(drafts.c.id == draft_id, drafts.c.person_id == person, drafts.c.kind == kind)


def _draft(row: Row[Any]) -> KeptDraft:
    return KeptDraft(row.id, row.person_id, row.kind, row.content, row.created_at, row.changed_at)
