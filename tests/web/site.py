"""The application behind a real port, in the event loop of the test, so that a browser can open it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import uvicorn

from tests.api.world import World


class Stage:
    """One server for each process of the tests; what it shows changes from test to test."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.shown: Any = None

    async def __call__(self, scope, receive, send):
        await self.shown(scope, receive, send)


@dataclass(frozen=True)
class Site:
    """The small organisation, and where a browser finds it."""

    world: World
    address: str

    def at(self, path: str) -> str:
        return f"{self.address}{path}"


@contextlib.asynccontextmanager
async def a_stage() -> AsyncIterator[Stage]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stage = Stage(f"http://127.0.0.1:{listening.getsockname()[1]}")
        config = uvicorn.Config(stage, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        yield stage
        server.should_exit = True
        await serving
