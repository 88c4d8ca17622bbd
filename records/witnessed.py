"""What this installation signed, as a witness, below checkpoints of others' logs, and what it did not sign.

All of it only grows: what was signed is what the next checkpoint of that log has to continue.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.checkpoints import Handover
from domain.notes import VerifierKey
from records.dialects import insert_new
from records.log_tables import witness_handovers, witness_keys, witness_refusals, witnessed

_LOCK: Final = zlib.crc32(b"accede witness")
"""What PostgreSQL knows the right to sign for others by."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The key this installation signs with as a witness."""

    verifier: VerifierKey
    sealed: str
    from_at: datetime


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint of another log, and our line below it."""

    origin: str
    size: int
    root: str
    note: str
    line: str
    seen_at: datetime

    @property
    def whole(self) -> str:
        """The checkpoint as it is handed on, with our line."""
        return self.note + self.line


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A checkpoint that its log's key signed, and that contradicts what we signed before."""

    origin: str
    size: int
    root: str
    why: str
    """`rolled-back` or `forked`."""
    seen_size: int
    note: str
    refused_at: datetime


def alone(connection: Connection) -> None:
    """Let nobody else sign for others until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def witness_key(connection: Connection) -> WitnessKey | None:
    """Return the key, or None before it was needed."""
    query = sa.select(witness_keys).order_by(witness_keys.c.from_at.desc()).limit(1)
    for row in connection.execute(query):
        return WitnessKey(VerifierKey.read(row.verifier), row.sealed, row.from_at)
    return None


def add_witness_key(connection: Connection, key: WitnessKey) -> None:
    """Keep the key."""
    row = {"key_id": key.verifier.id.hex(), "verifier": key.verifier.text}
    connection.execute(sa.insert(witness_keys).values(**row, sealed=key.sealed, from_at=key.from_at))


def longest_of(connection: Connection, origin: str) -> Witnessed | None:
    """Return the longest log of a name below which we signed, or None."""
    query = sa.select(witnessed).where(witnessed.c.origin == origin).order_by(witnessed.c.size.desc())
    return next((_signed(row) for row in connection.execute(query.limit(1))), None)


def was_signed(connection: Connection, origin: str, size: int, root: str) -> bool:
    """Whether we signed below a checkpoint that says just this."""
    here = (witnessed.c.origin == origin, witnessed.c.size == size, witnessed.c.root == root)
    return connection.execute(sa.select(witnessed.c.size).where(*here)).first() is not None


def add_witnessed(connection: Connection, signed: Witnessed) -> None:
    """Keep what we signed; our first line below a checkpoint stays."""
    row = {name: getattr(signed, name) for name in witnessed.c.keys()}  # noqa: SIM118 - columns by name
    connection.execute(insert_new(connection, witnessed), row)


def add_contradiction(connection: Connection, found: Contradiction) -> None:
    """Keep a checkpoint that contradicts what we signed; the first time it was shown stays."""
    row = {name: getattr(found, name) for name in witness_refusals.c.keys()}  # noqa: SIM118 - as above
    connection.execute(insert_new(connection, witness_refusals), row)


def add_handover(connection: Connection, handover: Handover, now: datetime) -> bool:
    """Keep which key comes after another; return False, and keep nothing, where that one named another."""
    alone(connection)
    before = {"origin": handover.before.name, "before_id": handover.before.id.hex()}
    named = sa.select(witness_handovers.c.verifier).filter_by(**before)
    known = connection.execute(named).scalar()
    if known is not None:
        return bool(known == handover.after.text)
    row = {**before, "verifier": handover.after.text, "note": handover.note, "followed_at": now}
    connection.execute(sa.insert(witness_handovers).values(row))
    return True


def handovers_of(connection: Connection, origin: str) -> list[str]:
    """Return the notes in which keys of a log named the ones after them."""
    query = sa.select(witness_handovers.c.note).where(witness_handovers.c.origin == origin)
    return list(connection.execute(query.order_by(witness_handovers.c.followed_at)).scalars())


def all_longest(connection: Connection) -> tuple[Witnessed, ...]:
    """Return the longest log of each name below which we signed, by name."""
    most = sa.select(witnessed.c.origin, sa.func.max(witnessed.c.size).label("size"))
    longest = most.group_by(witnessed.c.origin).subquery()
    same = sa.and_(witnessed.c.origin == longest.c.origin, witnessed.c.size == longest.c.size)
    query = sa.select(witnessed).join(longest, same).order_by(witnessed.c.origin)
    return tuple(map(_signed, connection.execute(query)))


def contradictions(connection: Connection, limit: int = 200) -> tuple[Contradiction, ...]:
    """Return what contradicted, latest first."""
    query = sa.select(witness_refusals).order_by(witness_refusals.c.refused_at.desc()).limit(limit)
    return tuple(Contradiction(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - the public way to a row's columns by name


def _signed(row: Row[Any]) -> Witnessed:
    return Witnessed(**row._mapping)  # noqa: SLF001 - as above
