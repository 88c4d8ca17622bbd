"""Requests that come twice: the same key and request give the first answer, and are done once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection

from records import idempotency
from records.idempotency import Answer
from records.prepared import Sent
from services.parts import Caller, Parts
from services.views import View

V = TypeVar("V", bound=View)

_LASTS: Final = timedelta(seconds=10)
"""How long an act may take from its moment until others can read what it wrote."""


def earlier(  # noqa: PLR0917 - a request has these parts
    connection: Connection,
    parts: Parts,
    caller: Caller,
    key: str | None,
    request: tuple[str | BaseModel, ...],
    shape: type[V],
) -> V | None:
    """Take the key for this request, or return what it was answered before. Raises the record's KeyReused.

    What the caller saw of the case is no part of the request: whoever repeats it has not seen the answer.
    """
    if key is None:
        return None
    found = idempotency.begin(connection, caller.person, key, _digest(request), parts.clock())
    return None if found is None else shape.model_validate(found.body)


def has_acted(connection: Connection, caller: Caller, at: datetime) -> bool:
    """Whether the caller changed something since figures were counted, or as they were."""
    return idempotency.acted_since(connection, caller.person, at - _LASTS)


class Once:
    """One request about a case: whoever sends it again with the same key gets the first answer.

    For works that lock the case first: then every request with the same key and case is one after another.
    """

    def __init__(self, person: str, key: str | None, request: tuple[str | BaseModel, ...]) -> None:
        """Take the parts of the request. What was seen of the case is none: a repeat saw no answer."""
        self._person = person
        self._key = key
        self._digest = "" if key is None else _digest(request)

    def ask(self, connection: Connection) -> Sent | None:
        """Ask, after the lock was asked for, what the request was answered before."""
        return None if self._key is None else idempotency.ask(connection, self._person, self._key)

    def earlier(self, asked: Sent | None) -> str | None:
        """Return the first answer, JSON, if there was one. Raises the record's KeyReused."""
        return None if asked is None else idempotency.answered(asked, self._digest)

    def keep(self, connection: Connection, answer: str, now: datetime) -> None:
        """Keep the answer, JSON, beside its key, or without a key that something was done.

        Send it inside the record's `refusing`.
        """
        if self._key is None:
            idempotency.note(connection, self._person, now)
        else:
            idempotency.keep(connection, self._person, self._key, self._digest, answer, now)


def answered(connection: Connection, parts: Parts, caller: Caller, key: str | None, answer: View) -> None:
    """Keep the answer beside its key, or without a key that something was done."""
    if key is None:
        idempotency.note(connection, caller.person, parts.clock())
    else:
        body = answer.model_dump(mode="json", by_alias=True)
        idempotency.finish(connection, caller.person, key, Answer(200, body))


def _digest(request: tuple[str | BaseModel, ...]) -> str:
    asked = [part if isinstance(part, str) else part.model_dump(mode="json") for part in request]
    return idempotency.request_digest(*asked)
