"""The way in, as plain ASGI layers: what is too large, unreadable or from another site goes no further.

What was read of a JSON body on the way is handed on as `accede.json` in the scope.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, answered
from api.strict_json import NotJson, NotStorable, read_json
from telemetry import metrics, tracing

_UPLOADS = frozenset({"materials", "import"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
    ),
)
"""On every answer that does not say otherwise: nothing here needs a script, a style or an image."""


class Watched:
    """Gives every request a trace id, times it, counts it, and puts the security headers on its answer."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        """Wrap an application; `https` says that people reach it over HTTPS only."""
        self._app = app
        self._headers = list(SECURITY_HEADERS)
        if https:
            self._headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        place = tracing.a_place(_traceparent(scope))
        tracing.arrive(place)
        if tracing.is_on():
            await self._traced(scope, receive, send, started)
        else:
            await self._timed(scope, receive, send, started, tracing.trace_id(place))

    async def _traced(self, scope: Scope, receive: Receive, send: Send, started: float) -> None:
        """Pass the request on in a span of its own, below that of whoever sent it."""
        method = scope["method"] if scope["method"] in _COUNTED else "other"
        given = _traceparent(scope) or ""
        with tracing.span(method, parent=given, kind="server", http__request__method=method) as span:
            place = tracing.here()
            tracing.arrive(place)
            try:
                status = await self._timed(scope, receive, send, started, tracing.trace_id(place))
                span.note(http__response__status_code=status)
                if status >= _FAULTS:
                    span.fails(str(status))
            finally:
                span.name(f"{method} {_route(scope)}")
                span.note(http__route=_route(scope))

    async def _timed(self, scope: Scope, receive: Receive, send: Send, started: float, trace: str) -> int:
        scope["accede.trace"] = trace
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                metrics.answered(scope["method"], _route(scope), status, time.perf_counter() - started)
                message["headers"] = self._dressed(message.get("headers", ()), trace)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            # Answered further out, where nobody counts.
            metrics.answered(scope["method"], _route(scope), _FAULTS, time.perf_counter() - started)
            raise
        return status

    def _dressed(self, headers: Iterable[tuple[bytes, bytes]], trace: str) -> list[tuple[bytes, bytes]]:
        present = list(headers)
        names = {name for name, _ in present}
        added = [(name, value) for name, value in self._headers if name not in names]
        if b"cache-control" not in names:
            added.append((b"cache-control", b"no-store"))
        return [*present, *added, (b"x-trace", trace.encode())]


_COUNTED = _SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
_FAULTS = 500
"""Statuses from here on are our own faults."""


def _route(scope: Scope) -> str:
    """Return the route's own text, with names in the places of ids; none of that of a stranger's guesses."""
    return getattr(scope.get("route"), "path", "none")


def _traceparent(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"traceparent":
            given: str = value.decode("latin-1")
            return given
    return None


class SameOrigin:
    """Refuses what a page of another site makes a browser send, so that nobody borrows a log-in.

    Browsers say where a request started, in Sec-Fetch-Site and Origin; programs say neither.
    """

    def __init__(self, app: ASGIApp, *, public_url: str = "") -> None:
        """Wrap an application that people reach at `public_url`."""
        self._app = app
        self._own = urlsplit(public_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            request = Request(scope)
            if not self._is_ours(request):
                await _refuse(Problem("foreign-origin"), scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_ours(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = request.headers.get("origin")
        if origin is None:
            return True
        try:
            place = urlsplit(origin).netloc.lower()
        except ValueError:
            return False
        return bool(place) and place in {request.headers.get("host", "").lower(), self._own}


class Intake:
    """Refuses what is too large or cannot be read, before anything is parsed or looked up."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: int = 1 << 20,
        uploads: frozenset[str] = _UPLOADS,
        upload: int = 50 << 20,
    ) -> None:
        """Wrap an application. Sizes are in bytes; addresses whose last part is in `uploads` take files."""
        self._app = app
        self._largest = largest
        self._uploads = uploads
        self._upload = upload + (64 << 10)  # what multipart needs around the document

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _has_control_letters(scope):
            await _refuse(Problem("malformed"), scope, receive, send)
            return
        request = Request(scope)
        limit = (
            self._upload if scope["path"].rstrip("/").rpartition("/")[2] in self._uploads else self._largest
        )
        if _announced(request) > limit:
            await _refuse(Problem("too-large"), scope, receive, send)
            return
        counted = _Counted(receive, limit)
        if not _is_json(request):
            await self._streamed(scope, counted, send)
            return
        try:
            body = await counted.whole()
            scope["accede.json"] = read_json(body)
        except _TooLarge:
            await _refuse(Problem("too-large"), scope, receive, send)
        except NotJson:
            await _refuse(Problem("malformed"), scope, receive, send)
        except NotStorable:
            await _refuse(Problem("invalid-input", more={"errors": []}), scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _streamed(self, scope: Scope, counted: _Counted, send: Send) -> None:
        """Pass a body on as it comes. One that turns out too large is cut off, and answered as such."""
        answered = False

        async def sending(message: Message) -> None:
            nonlocal answered
            if counted.exceeded and not answered:
                return  # what the application says about a body that was cut off
            answered = True
            await send(message)

        await self._app(scope, counted.receive, sending)
        if counted.exceeded and not answered:
            await _refuse(Problem("too-large"), scope, counted.receive, send)


class _TooLarge(Exception):
    """More came than was announced or allowed."""


class _Counted:
    """A body that ends, as if the sender had gone, once it is larger than allowed."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.exceeded = False

    async def receive(self) -> Message:
        if self.exceeded:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.exceeded = True
                return {"type": "http.disconnect"}
        return message

    async def whole(self) -> bytes:
        parts: list[bytes] = []
        while True:
            message = await self.receive()
            if self.exceeded:
                raise _TooLarge
            if message["type"] != "http.request":
                break
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await answered(Request(scope), problem)(scope, receive, send)


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0  # noqa: PLR2004 - 64 bits


def _has_control_letters(scope: Scope) -> bool:
    query: bytes = unquote_to_bytes(scope.get("query_string", b""))
    return _CONTROL.search(scope["path"]) is not None or b"\x00" in query
