"""Tells a worker's numbers over HTTP: it has no door of its own at which they could be asked for."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from telemetry import metrics

PORTS: Final = 10
"""Ports that are tried from the one that is set, for as many workers on one machine."""


class NoFreePort(Exception):
    """Nowhere to tell the numbers. The message says which setting to look at."""


@contextmanager
def told_at(address: str, token: str | None = None) -> Iterator[int | None]:
    """Tell the numbers at `host:port`, or the next free port, as long as the context is open.

    Gives the port; None, and tells nothing, for an empty address. Whoever asks needs `token`, where there is
    one. Raises NoFreePort.
    """
    if not address:
        yield None
        return
    server = _listening(address, _asked(token))
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def host_and_port(address: str) -> tuple[str, int]:
    """Return the parts of `host:port`."""
    parts = urlsplit(f"//{address}")
    return parts.hostname or "", parts.port or 0


def _listening(address: str, asked: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    host, first = host_and_port(address)
    for port in range(first, min(first + PORTS, 65_536)):
        try:
            return _Server((host, port), asked)
        except OSError:
            continue
    raise NoFreePort(f"no port is free from {address} on: set another one in ACCEDE_WORKER_METRICS")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Two workers must not share a port in silence: the second one would never be asked.
    allow_reuse_address = False


def _asked(token: str | None) -> type[BaseHTTPRequestHandler]:
    class Asked(BaseHTTPRequestHandler):
        """Answers one question for the numbers."""

        timeout = 10

        def do_GET(self) -> None:
            """Tell the numbers to whoever may read them."""
            given = self.headers.get("authorization", "").removeprefix("Bearer ")
            may = token is None or hmac.compare_digest(given.encode(), token.encode())
            if self.path.partition("?")[0] != "/metrics" or not may:
                self.send_error(404)
                return
            body = metrics.as_text()
            self.send_response(200)
            self.send_header("content-type", metrics.MEDIA_TYPE)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: a line for each question would drown the log."""

    return Asked
