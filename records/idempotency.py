"""Idempotency keys: the same request sent twice has one effect and one answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from records.dialects import insert_into
from records.prepared import Prepared, Sent
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
    """Keep the answer beside a key that was taken, in the same transaction."""
    connection.execute(
        sa.update(idempotency)
        .where(idempotency.c.person_id == person, idempotency.c.key == key)
        .values(status=answer.status, answer=json.dumps(answer.body, ensure_ascii=True))
    )


def ask(connection: Connection, person: str, key: str) -> Sent:
    """Ask what a key was answered; `answered` reads it.

    For those who hold a lock that every request with this key waits for. Ask after the lock, then `keep`.
    """
    return _ASK.send(connection, {"of_person": person, "of_key": key})


def answered(asked: Sent, request: str) -> str | None:
    """Return what the same request was answered before, as JSON. Raises KeyReused for another request."""
    for known, answer in asked.rows():
        if known != request or answer is None:
            raise KeyReused("the key was used for another request")
        return str(answer)
    return None


def keep(connection: Connection, person: str, key: str, request: str, answer: str, now: datetime) -> None:  # noqa: PLR0917 - the columns of its row
    """Keep an answer, JSON, beside its key. Send it inside `refusing`."""
    row = {
        "person_id": person,
        "key": key,
        "request": request,
        "status": _DONE,
        "answer": answer,
        "created_at": now,
    }
    _KEEP.send(connection, row)


def note(connection: Connection, person: str, now: datetime) -> None:
    """Keep that somebody did something without a key: to them, figures counted before are old."""
    keep(connection, person, f"{_NO_KEY}{uuid4().hex}", "", "", now)


@contextmanager
def refusing() -> Iterator[None]:
    """Raise KeyReused where a key was taken before it was kept, which only another request can have done."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        if _KEY in str(error.orig):
            raise KeyReused("the key was used for another request") from error
        raise


_NO_KEY: Final = "no key, "
"""With what a name begins that nobody gave."""
_KEY: Final = "idempotency"
"""In what both databases say of a key that is there."""
_DONE = 200
"""The status of every answer that is kept."""

_ASK = Prepared(
    sa.select(idempotency.c.request, idempotency.c.answer).where(
        idempotency.c.person_id == sa.bindparam("of_person"), idempotency.c.key == sa.bindparam("of_key")
    )
)


_KEEP = Prepared(sa.insert(idempotency))


def acted_since(connection: Connection, person: str, moment: datetime) -> bool:
    """Whether somebody changed anything since a moment, as keys say and what is noted beside them."""
    taken = idempotency.c.person_id == person, idempotency.c.created_at >= moment
    return connection.execute(sa.select(idempotency.c.key).where(*taken).limit(1)).first() is not None


def forget(connection: Connection, before: datetime) -> int:
    """Forget keys from before a moment and return how many there were."""
    return connection.execute(sa.delete(idempotency).where(idempotency.c.created_at < before)).rowcount
