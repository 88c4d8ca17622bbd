"""Which checkpoint each witness and each auditor has, and what stood in the way of a later one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from records.dialects import insert_new
from records.held_units import held_now
from records.log_tables import checkpoint_places
from records.scope import AUDITOR
from records.tables import people, posts


@dataclass(frozen=True, slots=True)
class Place:
    """Where checkpoints go: `witness/NAME` or `mail/PERSON`, and how far it came."""

    place: str
    size: int
    """Of the checkpoint that is there; 0: none is."""
    reached_at: datetime | None
    tried_at: datetime
    tries: int
    """Since the last that went well."""
    failure: str | None


def places(connection: Connection) -> tuple[Place, ...]:
    """Return all that were ever tried."""
    query = sa.select(checkpoint_places).order_by(checkpoint_places.c.place)
    return tuple(Place(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - the public way to a row's columns by name


def claim(connection: Connection, place: str, now: datetime, pause: timedelta) -> Place | None:
    """Take it on oneself to bring a checkpoint somewhere, and return how far it came there.

    None where somebody tried within `pause`: of several workers one goes.
    """
    fresh = {"place": place, "size": 0, "tried_at": now - 2 * pause, "tries": 0}
    connection.execute(insert_new(connection, checkpoint_places), fresh)
    here = checkpoint_places.c.place == place
    late = checkpoint_places.c.tried_at <= now - pause
    known = connection.execute(sa.select(checkpoint_places).where(here)).one()
    taken = sa.update(checkpoint_places).where(here, late).values(tried_at=now)
    if connection.execute(taken.values(tries=checkpoint_places.c.tries + 1)).rowcount != 1:
        return None
    return Place(**known._mapping)  # noqa: SLF001 - as above


def reached(connection: Connection, place: str, size: int, now: datetime) -> None:
    """Write down that a checkpoint is there."""
    here = checkpoint_places.c.place == place
    came = {"size": size, "reached_at": now, "tries": 0, "failure": None}
    connection.execute(sa.update(checkpoint_places).where(here).values(**came))


def failed(connection: Connection, place: str, why: str) -> None:
    """Write down what stood in the way."""
    here = checkpoint_places.c.place == place
    connection.execute(sa.update(checkpoint_places).where(here).values(failure=why[:400]))


def auditors(connection: Connection, today: date) -> tuple[tuple[str, str, str], ...]:
    """Return those who hold the post of an auditor today and can be written to: id, address, language."""
    query = (
        sa.select(people.c.id, people.c.email, people.c.language)
        .join(posts, posts.c.person_id == people.c.id)
        .where(posts.c.role == AUDITOR, people.c.email.is_not(None), held_now(posts, today))
        .distinct()
        .order_by(people.c.id)
    )
    return tuple((row.id, row.email, row.language) for row in connection.execute(query))
