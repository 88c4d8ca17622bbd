"""Looks at what acts do not wait for, and effects do: Temporal, a worker, mail, the disk.

Each look is short, changes nothing, and says what it found in words of ours, without addresses or secrets.
"""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.values import Text

State = Literal["well", "degraded", "down"]
ENOUGH_DISK: Final = 1_000_000_000
"""Bytes that should be free."""
SEEN_LATELY: Final = timedelta(minutes=2)
"""A worker asks for work at least once a minute."""
_PATIENCE: Final = 3.0
"""Seconds a look may take."""
_KEPT: Final = 10.0
"""Seconds for which an answer is good, so that those who ask often cost nothing."""
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_AWAY: Final = (RPCError, RuntimeError, OSError, TimeoutError)


@dataclass(frozen=True)
class Found:
    """What a look came to: what it means, and what to do where something is wrong."""

    state: State
    says: Text
    do: Text | None = None


Look = Callable[[], Awaitable[Found]]


class Probes:
    """Looks at several parts at once, and remembers for a few seconds what it found."""

    def __init__(
        self,
        looks: Mapping[str, Look],
        *,
        kept: float = _KEPT,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a look for each part; `kept` is in seconds, by `clock`, and so is `patience`."""
        self._looks = looks
        self._kept = kept
        self._patience = patience
        self._clock = clock
        self._found: dict[str, Found] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def found(self) -> dict[str, Found]:
        """Return what each look came to. Never raises, and takes no longer than the slowest may."""
        async with self._looking:
            if self._clock() - self._looked_at > self._kept:
                found = await asyncio.gather(
                    *(_in_time(look, self._patience) for look in self._looks.values())
                )
                self._found = dict(zip(self._looks, found, strict=True))
                self._looked_at = self._clock()
            return self._found


def temporal_answers(client: Client) -> Look:
    """Look whether Temporal answers."""

    async def look() -> Found:
        if await client.service_client.check_health(timeout=timedelta(seconds=2)):
            return Found("well", Text(zh="Temporal 有应答。", en="Temporal answers."))
        return _TEMPORAL_AWAY

    return _unless(_AWAY, look, lambda: _TEMPORAL_AWAY)


def worker_seen(client: Client, task_queue: str, *, within: float = 2.0) -> Look:
    """Look whether a worker has asked Temporal for work lately; `within` is in seconds."""

    async def look() -> Found:
        asked = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        found = await client.workflow_service.describe_task_queue(asked, timeout=timedelta(seconds=within))
        since = datetime.now(UTC) - SEEN_LATELY
        seen = [one for one in found.pollers if one.last_access_time.ToDatetime(tzinfo=UTC) > since]
        if seen:
            return Found(
                "well", Text(zh=f"有{len(seen)}个工作进程。", en=f"{len(seen)} workers ask for work.")
            )
        return _NO_WORKER

    return _unless(_AWAY, look, lambda: _WORKERS_UNKNOWN)


def mail_greets(smtp_url: str) -> Look:
    """Look whether the mail server greets us. Nothing is sent, and nobody logs in."""

    async def look() -> Found:
        await asyncio.to_thread(greet, smtp_url)
        return Found("well", Text(zh="邮件服务器有应答。", en="The mail server greets."))

    return _unless((OSError, smtplib.SMTPException), look, lambda: _MAIL_AWAY)


def greet(smtp_url: str, within: float = 2.5) -> None:
    """Connect, say EHLO, begin TLS where the address asks for it, and leave.

    Raises OSError or SMTPException. `within` is in seconds, for each answer.
    """
    parts = urlsplit(smtp_url)
    opener = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    port = parts.port or _PORTS[parts.scheme]
    with opener(parts.hostname or "", port, local_hostname=socket.gethostname(), timeout=within) as server:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp+starttls":
            server.starttls()
            server.ehlo()


def disk_has_room(folder: Path, *, enough: int = ENOUGH_DISK) -> Look:
    """Look whether `enough` bytes are free where the record or the documents are kept."""

    async def look() -> Found:
        free = (await asyncio.to_thread(shutil.disk_usage, nearest(folder))).free
        told = f"{free / 1e9:.1f} GB"
        if free >= enough:
            return Found("well", Text(zh=f"磁盘剩余 {told}。", en=f"{told} are free on the disk."))
        return Found(
            "degraded",
            Text(zh=f"磁盘只剩 {told}。", en=f"Only {told} are free on the disk."),
            Text(zh="请腾出空间：磁盘写满后无法办理任何事项。", en="Make room: a full disk stops every act."),
        )

    return look


def nearest(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _unless(errors: tuple[type[Exception], ...], look: Look, otherwise: Callable[[], Found]) -> Look:
    async def guarded() -> Found:
        try:
            return await look()
        except errors:
            return otherwise()

    return guarded


async def _in_time(look: Look, patience: float) -> Found:
    try:
        return await asyncio.wait_for(look(), patience)
    except TimeoutError:
        return _SILENT


_TEMPORAL_AWAY: Final = Found(
    "degraded",
    Text(
        zh="Temporal 没有应答。办理事项照常记录，提醒与通知会推迟。",
        en="Temporal does not answer. Acts are recorded all the same; reminders and messages are late.",
    ),
    Text(
        zh="请恢复 Temporal；积压会自动补发。",
        en="Bring it back; the workflows are told what they missed by themselves.",
    ),
)
_NO_WORKER: Final = Found(
    "degraded",
    Text(
        zh="没有工作进程。办理事项照常记录，但不会自动推进。",
        en="No worker asks for work. Acts are recorded; nothing happens by itself.",
    ),
    Text(zh="请启动 accede worker。", en="Start `accede worker`; its log says what it waits for."),
)
_WORKERS_UNKNOWN: Final = Found(
    "degraded",
    Text(zh="无法得知是否有工作进程。", en="Whether a worker runs cannot be asked."),
    Text(zh="请先恢复 Temporal。", en="Bring Temporal back first."),
)
_MAIL_AWAY: Final = Found(
    "degraded",
    Text(
        zh="邮件服务器没有应答。通知会稍后重试。",
        en="The mail server does not answer. Messages are tried again.",
    ),
    Text(zh="请检查邮件服务器与 ACCEDE_SMTP_URL。", en="See to the mail server, and to ACCEDE_SMTP_URL."),
)
_SILENT: Final = Found(
    "degraded",
    Text(zh="在规定时间内没有应答。", en="There was no answer in time."),
    Text(zh="请查看网络与该部分的日志。", en="Look at the network, and at the log of that part."),
)
