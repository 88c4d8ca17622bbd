"""A lean HTTP client: one kept connection, one request at a time.

The client shares the machine's cores with what it measures, so it does nothing that is not needed: requests
are bytes made beforehand, and of an answer the status, the ETag and the bare body are kept.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httptools


class ConnectionLost(Exception):
    """The server closed the connection before it had answered."""


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    etag: bytes
    cookie: bytes
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Return the body read as JSON."""
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """One kept connection."""

    _etag: bytes
    _cookie: bytes

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._begin()

    @classmethod
    async def to(cls, address: str) -> Self:
        """Connect to `http://host:port`. Raises OSError."""
        parts = urlsplit(address)
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(cls, parts.hostname or "", parts.port or 80)
        return made

    async def ask(self, request: bytes) -> Answer:
        """Send a whole request and return the whole answer. Raises ConnectionLost."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise ConnectionLost
        self._waiting = asyncio.get_running_loop().create_future()
        transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Let go of the connection."""
        if self._transport is not None:
            self._transport.close()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports are none of asyncio's classes, and behave as they do.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionLost(str(exc or "closed")))

    # What the parser tells.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the two headers that matter."""
        lower = name.lower()
        if lower == b"etag":
            self._etag = value
        elif lower == b"set-cookie" and not self._cookie:
            # The first is the session's; others only say how this browser is known.
            self._cookie = value

    def on_body(self, part: bytes) -> None:
        """Keep the body."""
        self._body.append(part)

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        answer = Answer(self._parser.get_status_code(), self._etag, self._cookie, b"".join(self._body))
        self._begin()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._etag = self._cookie = b""
        self._body: list[bytes] = []


def request(method: str, path: str, headers: bytes = b"", body: bytes = b"", kind: str = "") -> bytes:
    """Return the bytes of a request. `headers` are whole lines; `kind` is the media type, JSON by default."""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAccept-Language: en\r\n"
    if body:
        head += f"Content-Type: {kind or 'application/json'}\r\n"
    if body or method == "POST":
        head += f"Content-Length: {len(body)}\r\n"
    return head.encode() + headers + b"\r\n" + body
