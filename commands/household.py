"""The processes of one installation on one machine: how each is started, and when it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing, suppress

from commands.children import Child
from commands.embedded import server_argv, server_environment
from commands.nursery import Born
from settings import Settings

WORKERS = 2
"""Worker processes: while one restarts the other goes on, and two use two cores."""

_PATIENCE = 5.0
"""Seconds an answer may take before the question is asked again."""


def temporal(settings: Settings, ports: Mapping[str, int], environment: Mapping[str, str]) -> Child:
    """Return the Temporal server with its pages. Ready when both answer."""
    argv = server_argv(
        settings.data_dir / "temporal.db",
        port=ports["temporal"],
        ui_port=ports["temporal_ui"],
        namespace=settings.temporal_namespace,
    )
    return Child(
        name="temporal",
        argv=argv,
        env=server_environment(environment),
        log=settings.data_dir / "logs" / "temporal.log",
        is_ready=_listens("127.0.0.1", ports["temporal"]),
        makes_room=True,
    )


def workers(settings: Settings, environment: Mapping[str, str]) -> list[Child]:
    """Return the workers. Each says that it is ready once Temporal saw it ask for work."""
    return [_worker(settings, environment, number) for number in range(1, WORKERS + 1)]


def api(settings: Settings, environment: Mapping[str, str]) -> Child:
    """Return the API. Ready when it says so itself."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return Child(
        name="api",
        argv=[],
        role="api",
        env=environment,
        log=settings.data_dir / "logs" / "api.log",
        is_ready=_answers(host, settings.port, "/readyz"),
    )


def _worker(settings: Settings, environment: Mapping[str, str], number: int) -> Child:
    child = Child(
        name=f"worker-{number}",
        argv=[],
        role="worker",
        env=environment,
        log=settings.data_dir / "logs" / f"worker-{number}.log",
        is_ready=_never,
        makes_room=True,
    )
    child.is_ready = _says_so(child)
    return child


def _says_so(child: Child) -> Callable[[], Awaitable[bool]]:
    async def says_so() -> bool:
        return isinstance(child.process, Born) and child.process.is_ready

    return says_so


async def _never() -> bool:
    return False


def _listens(host: str, port: int) -> Callable[[], Awaitable[bool]]:
    async def listens() -> bool:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return True
        return False

    return listens


def _answers(host: str, port: int, path: str) -> Callable[[], Awaitable[bool]]:
    """Return the question whether an address answers well. By hand: an HTTP library takes long to load."""
    asked = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()

    async def answers() -> bool:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                reader, writer = await asyncio.open_connection(host, port)
                with closing(writer):
                    writer.write(asked)
                    return (await reader.readline()).startswith(b"HTTP/1.1 2")
        return False

    return answers
