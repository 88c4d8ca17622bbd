"""Log-ins that failed, by what they have in common, and places from which a login has worked.

Keys and marks are digests, so that nobody reads from here who tried to come in from where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from records.dialects import insert_into
from records.door_tables import familiar_places, login_attempts, sessions, unfinished

_PLACES = 20
"""Of one login, that are remembered."""


@dataclass(frozen=True, slots=True)
class Failures:
    """How many log-ins failed, and when the last of them did."""

    number: int
    last: datetime


def note_failure(connection: Connection, keys: Iterable[str], now: datetime) -> None:
    """Note that a log-in failed, for everything it is counted by."""
    connection.execute(sa.insert(login_attempts), [{"key": key, "at": now} for key in keys])


def failures(connection: Connection, key: str, since: datetime) -> Failures | None:
    """Return the failures of a key since a moment, or None."""
    last = sa.func.max(login_attempts.c.at, type_=login_attempts.c.at.type)
    query = sa.select(sa.func.count(), last).where(login_attempts.c.key == key, login_attempts.c.at >= since)
    number, at = connection.execute(query).one()
    return Failures(number, at) if number else None


def forget_failures(connection: Connection, key: str) -> None:
    """Forget the failures of a key, after a log-in that worked."""
    connection.execute(sa.delete(login_attempts).where(login_attempts.c.key == key))


def is_familiar(connection: Connection, mark: str, since: datetime) -> bool:
    """Whether a login has worked from a place since a moment; the mark stands for both."""
    query = sa.select(familiar_places.c.mark).where(
        familiar_places.c.mark == mark, familiar_places.c.seen_at >= since
    )
    return connection.execute(query).first() is not None


def note_familiar(connection: Connection, login: str, mark: str, now: datetime) -> None:
    """Note that a login worked from a place. The places of a login that were not used for longest go."""
    # In one statement, because two may come in at once.
    noted = insert_into(connection, familiar_places).values(mark=mark, login=login, seen_at=now)
    connection.execute(noted.on_conflict_do_update(index_elements=["mark"], set_={"seen_at": now}))
    of_login = sa.select(familiar_places.c.mark).where(familiar_places.c.login == login)
    oldest = (
        of_login.order_by(familiar_places.c.seen_at.desc(), familiar_places.c.mark)
        .offset(_PLACES)
        .limit(1_000)
    )
    gone = connection.execute(oldest).scalars().all()
    if gone:
        connection.execute(sa.delete(familiar_places).where(familiar_places.c.mark.in_(gone)))


def clear(
    connection: Connection,
    now: datetime,
    *,
    ended_before: datetime | None,
    attempts_before: datetime | None,
    familiar_before: datetime | None,
) -> None:
    """Forget sessions that ended, ways in nobody went to their end, and what is too old to count.

    None: nothing of that.
    """
    connection.execute(sa.delete(unfinished).where(unfinished.c.expires_at <= now))
    if ended_before is not None:
        connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= ended_before))
    if attempts_before is not None:
        connection.execute(sa.delete(login_attempts).where(login_attempts.c.at < attempts_before))
    if familiar_before is not None:
        connection.execute(sa.delete(familiar_places).where(familiar_places.c.seen_at < familiar_before))
