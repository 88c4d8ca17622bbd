"""The processes of one installation on one machine: how each is started, and when it is ready."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from commands.children import Child
from commands.embedded import server_argv, server_environment
from services.connecting import TemporalUnavailable, connect
from settings import Settings

WORKERS = 2
"""Worker processes: while one restarts the other goes on, and two use two cores."""

_ACCEDE = (sys.executable, "-P", "-m", "cli")
"""Our own command, whatever the folder we are in and whatever is on PATH."""


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
    )


def workers(settings: Settings, environment: Mapping[str, str]) -> list[Child]:
    """Return the workers. Each is ready when Temporal sees it ask for work."""
    return [_worker(settings, environment, number) for number in range(1, WORKERS + 1)]


def api(settings: Settings, environment: Mapping[str, str]) -> Child:
    """Return the API. Ready when it says so itself."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return Child(
        name="api",
        argv=[*_ACCEDE, "api"],
        env=environment,
        log=settings.data_dir / "logs" / "api.log",
        is_ready=_answers(f"http://{host}:{settings.port}/readyz"),
    )


def _worker(settings: Settings, environment: Mapping[str, str], number: int) -> Child:
    child = Child(
        name=f"worker-{number}",
        argv=[*_ACCEDE, "worker"],
        env=environment,
        log=settings.data_dir / "logs" / f"worker-{number}.log",
        is_ready=_never,
    )
    child.is_ready = _asks_for_work(settings, child)
    return child


def _asks_for_work(settings: Settings, child: Child) -> Callable[[], Awaitable[bool]]:
    """Return the question whether Temporal knows a poller of the child's process.

    The SDK names a worker `<process id>@<host>` unless told otherwise.
    """

    async def asks() -> bool:
        asked = DescribeTaskQueueRequest(
            namespace=settings.temporal_namespace,
            task_queue=TaskQueue(name=settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        with suppress(RPCError, TemporalUnavailable):
            client = await connect(**settings.temporal(), lazy=False)
            found = await client.workflow_service.describe_task_queue(asked, timeout=timedelta(seconds=2))
            return any(poller.identity.startswith(f"{child.pid}@") for poller in found.pollers)
        return False

    return asks


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


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    async def answers() -> bool:
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
                return (await client.get(url)).is_success
        return False

    return answers
