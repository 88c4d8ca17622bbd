"""Checkpoints of the log, keys that signed them, what witnesses signed below them; all of it only grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.notes import VerifierKey
from records.cursors import Page, cursor_of, place_of
from records.dialects import insert_new
from records.log_tables import checkpoints, cosignatures, log_keys


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key that signs checkpoints from a moment on, until the next one's."""

    verifier: VerifierKey
    from_at: datetime
    sealed: str | None
    """The private key, sealed; None where a file holds it."""
    handover: str | None
    """The signed note in which the key before it names this one."""


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A signed checkpoint, with what witnesses signed below it."""

    size: int
    key_id: str
    root: str
    made_at: datetime
    note: str
    cosigned: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The note as it is handed on: our signature first."""
        return self.note + "".join(self.cosigned)


def log_keys_of(connection: Connection) -> tuple[KeptKey, ...]:
    """Return every key there was, oldest first."""
    query = sa.select(log_keys).order_by(log_keys.c.from_at, log_keys.c.key_id)
    return tuple(
        KeptKey(VerifierKey.read(row.verifier), row.from_at, row.sealed, row.handover)
        for row in connection.execute(query)
    )


def add_key(connection: Connection, key: KeptKey) -> None:
    """Keep a key, which signs from now on."""
    connection.execute(
        sa.insert(log_keys).values(
            key_id=key.verifier.id.hex(),
            verifier=key.verifier.text,
            from_at=key.from_at,
            sealed=key.sealed,
            handover=key.handover,
        )
    )


def add_checkpoint(connection: Connection, made: KeptCheckpoint) -> None:
    """Keep a checkpoint; one over as many events by the same key stays as it is."""
    row = {
        "size": made.size,
        "key_id": made.key_id,
        "root": made.root,
        "made_at": made.made_at,
        "note": made.note,
    }
    connection.execute(insert_new(connection, checkpoints), row)


def add_cosignature(
    connection: Connection, checkpoint: KeptCheckpoint, witness: str, line: str, now: datetime
) -> None:
    """Keep the line that a witness signed below a checkpoint; his first one stays."""
    row = {
        "size": checkpoint.size,
        "key_id": checkpoint.key_id,
        "witness": witness,
        "line": line,
        "received_at": now,
    }
    connection.execute(insert_new(connection, cosignatures), row)


def latest_checkpoint(connection: Connection) -> KeptCheckpoint | None:
    """Return the checkpoint over most events, or None."""
    query = sa.select(checkpoints).order_by(checkpoints.c.size.desc(), checkpoints.c.made_at.desc()).limit(1)
    return next(iter(_with_witnesses(connection, connection.execute(query).all())), None)


def checkpoint_over(connection: Connection, size: int) -> KeptCheckpoint | None:
    """Return the first checkpoint over at least so many events, or None: later ones never take its place."""
    query = sa.select(checkpoints).where(checkpoints.c.size >= size)
    query = query.order_by(checkpoints.c.size, checkpoints.c.made_at, checkpoints.c.key_id).limit(1)
    return next(iter(_with_witnesses(connection, connection.execute(query).all())), None)


def checkpoints_after(connection: Connection, size: int, limit: int = 1_000) -> tuple[KeptCheckpoint, ...]:
    """Return checkpoints over more events than `size`, smallest first."""
    query = sa.select(checkpoints).where(checkpoints.c.size > size)
    query = query.order_by(checkpoints.c.size, checkpoints.c.key_id).limit(limit)
    return _with_witnesses(connection, connection.execute(query).all())


def list_checkpoints(
    connection: Connection, *, cursor: str | None = None, limit: int = 50
) -> Page[KeptCheckpoint]:
    """Return checkpoints, latest first. Raises BadCursor."""
    query = sa.select(checkpoints).order_by(checkpoints.c.size.desc(), checkpoints.c.key_id.desc())
    if cursor is not None:
        size, key_id = place_of(cursor, 2)
        whole = int(size) if str(size).isdecimal() else 0
        query = query.where(
            sa.or_(
                checkpoints.c.size < whole,
                sa.and_(checkpoints.c.size == whole, checkpoints.c.key_id < key_id),
            )
        )
    rows = connection.execute(query.limit(limit + 1)).all()
    items = _with_witnesses(connection, rows[:limit])
    following = cursor_of(str(items[-1].size), items[-1].key_id) if len(rows) > limit else None
    return Page(items, following)


def _with_witnesses(connection: Connection, rows: Any) -> tuple[KeptCheckpoint, ...]:  # noqa: ANN401 - rows of `checkpoints`
    sizes = sorted({row.size for row in rows})
    lines: dict[tuple[int, str], list[str]] = {}
    if sizes:
        query = sa.select(cosignatures).where(cosignatures.c.size.in_(sizes))
        for row in connection.execute(query.order_by(cosignatures.c.witness)):
            lines.setdefault((row.size, row.key_id), []).append(row.line)
    return tuple(_kept(row, lines.get((row.size, row.key_id), [])) for row in rows)


def _kept(row: Row[Any], lines: list[str]) -> KeptCheckpoint:
    return KeptCheckpoint(row.size, row.key_id, row.root, row.made_at, row.note, tuple(lines))
