"""Requests that come twice: the same key and request give the first answer, and are done once."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection

from records import idempotency
from records.idempotency import Answer
from services.parts import Caller, Parts
from services.views import View

V = TypeVar("V", bound=View)


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
    asked = [part if isinstance(part, str) else part.model_dump(mode="json") for part in request]
    found = idempotency.begin(
        connection, caller.person, key, idempotency.request_digest(*asked), parts.clock()
    )
    return None if found is None else shape.model_validate(found.body)


def answered(connection: Connection, caller: Caller, key: str | None, answer: View) -> None:
    """Keep the answer beside its key."""
    if key is not None:
        body = answer.model_dump(mode="json", by_alias=True)
        idempotency.finish(connection, caller.person, key, Answer(200, body))
