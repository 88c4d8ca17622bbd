"""The key of each person, with which what is personal in events about him is sealed, and the end of it.

A key is kept wrapped by a key that is not in the database; see services/person_keys.py. Nobody keeps one in
memory: it is read with every act and every look, so a destroyed key is gone for the next of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from records.dialects import insert_new, put_new
from records.prepared import Prepared
from records.privacy_tables import person_keys

_FIND = Prepared(sa.select(person_keys.c.wrapped).where(person_keys.c.person_id == sa.bindparam("of_person")))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a person's key; `wrapped` is None once it was destroyed."""

    wrapped: str | None


def find_key(connection: Connection, person_id: str) -> Kept | None:
    """Return what is known of a person's key; None where he never had one."""
    rows = _FIND.rows(connection, {"of_person": person_id})
    return Kept(rows[0][0]) if rows else None


def find_wrapped(connection: Connection, people: Iterable[str]) -> dict[str, str]:
    """Return the keys of people as they are wrapped, of those who have one."""
    wanted = sorted(set(people))
    query = sa.select(person_keys.c.person_id, person_keys.c.wrapped).where(
        person_keys.c.person_id.in_(wanted), person_keys.c.wrapped.is_not(None)
    )
    return {row.person_id: row.wrapped for row in connection.execute(query)}


def keep_key(connection: Connection, person_id: str, wrapped: str, now: datetime) -> Kept:
    """Keep a new key of a person and return it, or the one somebody else kept at the same time."""
    row = {"person_id": person_id, "wrapped": wrapped, "created_at": now}
    put_new(connection, person_keys, tuple(row)).send(connection, row)
    found = find_key(connection, person_id)
    if found is None:
        raise AssertionError("a key that was kept is there")
    return found


def destroy_key(connection: Connection, person_id: str, erasure_id: str, now: datetime) -> None:
    """Destroy a person's key, for good; that he has none any more is kept also where he never had one."""
    gone = {"wrapped": None, "destroyed_at": now, "erasure_id": erasure_id}
    row = {"person_id": person_id, "created_at": now}
    connection.execute(insert_new(connection, person_keys), [row])
    connection.execute(sa.update(person_keys).where(person_keys.c.person_id == person_id).values(gone))


def change_wrapping(connection: Connection, person_id: str, old: str, new: str) -> bool:
    """Put a key wrapped anew in the place of the old; False where it was destroyed or wrapped meanwhile."""
    query = sa.update(person_keys).where(person_keys.c.person_id == person_id, person_keys.c.wrapped == old)
    return connection.execute(query.values(wrapped=new)).rowcount == 1


def wrapped_keys(connection: Connection, after: str = "", limit: int = 500) -> list[tuple[str, str]]:
    """Return people with their keys as they are wrapped, in order, from the one that follows `after`."""
    query = sa.select(person_keys.c.person_id, person_keys.c.wrapped).where(
        person_keys.c.wrapped.is_not(None), person_keys.c.person_id > after
    )
    rows = connection.execute(query.order_by(person_keys.c.person_id).limit(limit)).all()
    return [(row.person_id, row.wrapped) for row in rows]
