"""Idempotency keys: the same request sent twice has one effect and one answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from records.dialects import insert_into
from records.problems import KeyReused
from records.tables import idempotency


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time. `body` is JSON; headers a caller needs belong into it."""

    status: int
    body: Any


def request_digest(*parts: object) -> str:
    """Return a digest of what was asked: method, path, precondition, body, as JSON values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def begin(connection: Connection, person: str, key: str, request: str, now: datetime) -> Answer | None:
    """Take a key for a request, or return the answer it got before. Call first in the act's transaction.

    Another transaction with the same key waits here until the first one has ended; a refused act gives the
    key back, because nothing of its transaction is kept. Raises KeyReused where the key stood for something
    else.
    """
    taken = insert_into(connection, idempotency).values(
        person_id=person, key=key, request=request, created_at=now
    )
    if connection.execute(taken.on_conflict_do_nothing().returning(idempotency.c.key)).first() is not None:
        return None
    query = sa.select(idempotency).where(idempotency.c.person_id == person, idempotency.c.key == key)
    row = connection.execute(query).one()
    if row.request != request:
        raise KeyReused("the key was used for another request")
    if row.status is None:
        raise KeyReused("the key was used by an act that gave no answer")
    return Answer(row.status, json.loads(row.answer))


def finish(connection: Connection, person: str, key: str, answer: Answer) -> None:
    """Keep the answer beside its key, in the same transaction."""
    connection.execute(
        sa.update(idempotency)
        .where(idempotency.c.person_id == person, idempotency.c.key == key)
        .values(status=answer.status, answer=json.dumps(answer.body, ensure_ascii=True))
    )


def forget(connection: Connection, before: datetime) -> int:
    """Forget keys from before a moment and return how many there were."""
    return connection.execute(sa.delete(idempotency).where(idempotency.c.created_at < before)).rowcount
