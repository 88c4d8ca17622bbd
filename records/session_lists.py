"""Sessions and tokens as their owner sees and ends them: by a name that opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.accounts import digest_of
from records.door_tables import sessions
from records.problems import NotFound

_MOST = 200
"""Of one person, that are listed; the latest ones."""


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session or token that still works. `scope` is JSON, None where it has all the rights of its login."""

    id: str
    kind: str
    login: str
    name: str | None
    created_at: datetime
    expires_at: datetime | None
    scope: str | None
    proof: str


def list_sessions(
    connection: Connection, now: datetime, *, person: str | None = None, login: str | None = None
) -> tuple[ListedSession, ...]:
    """Return what still works of a person or of a login, latest first."""
    query = sa.select(sessions).where(sa.or_(sessions.c.expires_at.is_(None), sessions.c.expires_at > now))
    if person is not None:
        query = query.where(sessions.c.person_id == person)
    if login is not None:
        query = query.where(sessions.c.login == login)
    latest = query.order_by(sessions.c.created_at.desc(), sessions.c.id).limit(_MOST)
    return tuple(_listed(row) for row in connection.execute(latest))


def id_of(connection: Connection, secret: str) -> str | None:
    """Return the name of the session a secret belongs to, or None."""
    query = sa.select(sessions.c.id).where(sessions.c.id_hash == digest_of(secret))
    return connection.execute(query).scalar_one_or_none()


def proof_of(connection: Connection, secret: str) -> str:
    """Return by what the session was proven that a secret belongs to. Raises NotFound."""
    query = sa.select(sessions.c.proof).where(sessions.c.id_hash == digest_of(secret))
    proof = connection.execute(query).scalar_one_or_none()
    if proof is None:
        raise NotFound("no such session")
    return str(proof)


def end_one(
    connection: Connection, session_id: str, *, person: str | None = None, login: str | None = None
) -> ListedSession:
    """End one session or token of a person or of a login, by its name; return it. Raises NotFound."""
    query = sa.delete(sessions).where(sessions.c.id == session_id)
    if person is not None:
        query = query.where(sessions.c.person_id == person)
    if login is not None:
        query = query.where(sessions.c.login == login)
    for row in connection.execute(query.returning(sessions)).all():
        return _listed(row)
    raise NotFound("no such session")


def end_others(connection: Connection, person: str, secret: str) -> None:
    """End every session and token of a person but the one a secret belongs to."""
    connection.execute(
        sa.delete(sessions).where(sessions.c.person_id == person, sessions.c.id_hash != digest_of(secret))
    )


def end_every(connection: Connection, person: str) -> None:
    """End every session and token of a person."""
    connection.execute(sa.delete(sessions).where(sessions.c.person_id == person))


def _listed(row: Row[Any]) -> ListedSession:
    return ListedSession(
        id=row.id,
        kind=row.kind,
        login=row.login,
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        scope=row.scope,
        proof=row.proof,
    )
