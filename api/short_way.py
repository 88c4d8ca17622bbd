"""The short way of an act: what has nothing odd about it needs no framework to be taken apart.

Acts are most of what is waited for, and the framework takes longer over each than the rules do. Whatever is
not plainly in order (a header too many, a body that does not fit) goes the long way, through the route that
also describes it, and is told there what is the matter. Both ways end in `Acting`.
"""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.callers import actor_of, head_in, parts_of
from api.routes.acts import KINDS, Acting
from domain.library import UnknownProcess
from domain.refusals import RuleViolation
from services.refusals import Refusal

_ADDRESS: Final = re.compile(
    r"/v1/cases/(?P<case>[0-9A-Za-z][0-9A-Za-z._:-]{0,79})/"
    r"(?:steps/(?P<step>[a-z0-9](?:[a-z0-9.-]{0,78}[a-z0-9])?)|(?P<kind>[a-z]{1,20}))"
)
_LONGEST_ETAG: Final = 300
_LONGEST_KEY: Final = 255


class ShortWay:
    """Performs plain acts itself and passes everything else on. Stands behind the layers of the intake."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the framework."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        plain = _plain(scope)
        if plain is None:
            await self._app(scope, receive, send)
            return
        try:
            answer = await plain.perform()
        except (RuleViolation, Refusal, UnknownProcess) as refused:
            answer = await problems.answer_to(plain.request, refused)
        await answer(scope, receive, send)


class _PlainAct:
    """An act whose every part is in order, as far as can be seen without looking anything up."""

    def __init__(self, scope: Scope, found: re.Match[str]) -> None:
        """Take the parts of the request. Raises KeyError or ValueError for what is odd."""
        step = found["step"]
        self.kind = "step" if step else found["kind"]
        self._more = {"step": step} if step else {}
        self._body = KINDS[self.kind].body.model_validate(scope["accede.json"])
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if len(headers) != len(scope["headers"]) or headers[b"content-type"] != b"application/json":
            raise ValueError("headers")
        if len(headers[b"if-match"]) > _LONGEST_ETAG:
            raise ValueError("if-match")
        key = headers.get(b"idempotency-key")
        if key is not None and not 0 < len(key) <= _LONGEST_KEY:
            raise ValueError("idempotency-key")
        self._case = found["case"]
        self._head = head_in(headers[b"if-match"].decode("latin-1"))
        self._key = None if key is None else key.decode("latin-1")
        self.request = Request(scope)

    async def perform(self) -> Response:
        """Perform it. Raises RuleViolation, Refusal."""
        caller = await actor_of(self.request)
        acting = Acting(self._case, parts_of(self.request), caller, self._head, key=self._key)
        return await acting.perform(self.kind, self._body, **self._more)


def _plain(scope: Scope) -> _PlainAct | None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope.get("root_path"):
        return None
    found = _ADDRESS.fullmatch(scope["path"])
    if found is None:
        return None
    try:
        plain = _PlainAct(scope, found)
    except (KeyError, ValueError):
        return None
    scope["route"] = KINDS[plain.kind].route
    return plain
