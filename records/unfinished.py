"""Ways in that wait for their next step: begun by one browser, gone on with by the same one, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from records.accounts import digest_of
from records.door_tables import unfinished

Purpose = Literal["provider", "second-step", "passkey", "new-passkey"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A way in that waits. `data` is JSON of whoever began it; `login` is None where nobody is known yet."""

    login: str | None
    data: str


def begin(
    connection: Connection,
    purpose: Purpose,
    data: str,
    *,
    now: datetime,
    lasts: timedelta,
    login: str | None = None,
) -> str:
    """Note what is to be gone on with; return the secret that the browser brings again, which is not kept."""
    secret = secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(unfinished).values(
            id_hash=digest_of(secret), purpose=purpose, login=login, data=data, expires_at=now + lasts
        )
    )
    return secret


def look(connection: Connection, purpose: Purpose, secret: str, now: datetime) -> Unfinished | None:
    """Return what a browser began, or None where that is over or was for another purpose."""
    query = sa.select(unfinished.c.login, unfinished.c.data).where(
        unfinished.c.id_hash == digest_of(secret),
        unfinished.c.purpose == purpose,
        unfinished.c.expires_at > now,
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Unfinished(row.login, row.data)


def take(connection: Connection, purpose: Purpose, secret: str, now: datetime) -> Unfinished | None:
    """Return what a browser began and end it: of two who bring the same secret, one gets it."""
    found = look(connection, purpose, secret, now)
    ended = connection.execute(sa.delete(unfinished).where(unfinished.c.id_hash == digest_of(secret)))
    return found if ended.rowcount == 1 else None
