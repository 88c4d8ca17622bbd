"""Asks over HTTP the way a careful program does: one key for one act, repeated until somebody answers.

Everything asked and everything answered is in the synced log: `intent` before the first try, then `ack`,
`refusal` (a final answer of 4xx) or `gave-up`. After an acknowledgement the case is read, and what was read
is logged, too: whoever did something must see it at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from bench.chaos.acknowledgements import SyncedLog

PATIENCE = 150.0
"""Seconds after which a caller gives up: longer than any fault lasts."""
_ONE_TRY = 6.0
"""Seconds for one try; a process that was stopped does not answer."""
_AGAIN = (502, 503, 504, 507)


class Refused(Exception):
    """The service said no, and meant it. `problem` is its problem document."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('type')}")
        self.status = status
        self.problem = problem


class GaveUp(Exception):
    """Nobody answered for too long."""


@dataclass
class Tally:
    """What the callers met with, in all."""

    acknowledged: int = 0
    refused: int = 0
    gave_up: int = 0
    retries: int = 0
    newest: float = 0.0
    """When the latest acknowledged act was sent, Unix time."""
    faults: list[str] = field(default_factory=list)
    """Answers that are neither success nor a clear refusal: 500 and the like, with the trace."""


@dataclass(frozen=True)
class Request:
    """One thing to be asked."""

    method: str
    path: str
    token: str
    body: Mapping[str, Any] | None = None
    head: str | None = None
    document: bytes | None = None


class Door:
    """The addresses of one service, and the log."""

    def __init__(self, apis: Iterable[str], log: SyncedLog, chance: random.Random) -> None:
        self._apis = tuple(apis)
        self._log = log
        self._chance = chance
        self._numbers = itertools.count(1)
        self._run = f"{chance.getrandbits(32):08x}"
        self._client = httpx.AsyncClient(
            trust_env=False,
            timeout=httpx.Timeout(_ONE_TRY, connect=2),
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=100),
        )
        self.tally = Tally()

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()

    def next_marker(self) -> str:
        """Return a word that stands in one act alone, by which its event is found again."""
        return f"m-{self._run}-{next(self._numbers)}"

    async def act(self, request: Request, marker: str) -> dict[str, Any]:
        """Do one act, however often it has to be asked. Raises Refused, GaveUp."""
        content = request.document or json.dumps(request.body, sort_keys=True).encode()
        self._log.write(
            kind="intent",
            marker=marker,
            method=request.method,
            path=request.path,
            digest=hashlib.sha256(content).hexdigest(),
        )
        try:
            answer, began, tries = await self._until_answered(request, key=marker)
        except GaveUp:
            self.tally.gave_up += 1
            self._log.write(kind="gave-up", marker=marker)
            raise
        found = answer.json()
        if not answer.is_success:
            self.tally.refused += 1
            self._log.write(
                kind="refusal", marker=marker, status=answer.status_code, type=found.get("type"), began=began
            )
            raise Refused(answer.status_code, found)
        self.tally.acknowledged += 1
        self.tally.newest = max(self.tally.newest, began)
        self._log.write(kind="ack", marker=marker, began=began, tries=tries, **what_was_said(found))
        return dict(found)

    async def read(self, path: str, token: str, marker: str) -> dict[str, Any]:
        """Read a case right after an act and log what was seen. Raises Refused, GaveUp."""
        answer, began, _ = await self._until_answered(Request("GET", path, token))
        found = answer.json()
        if not answer.is_success:
            raise Refused(answer.status_code, found)
        self._log.write(kind="read", after=marker, began=began, **what_was_said(found))
        return dict(found)

    def note(self, **line: Any) -> None:  # noqa: ANN401 - any JSON
        """Log something else the checker has to know."""
        self._log.write(**line)

    async def _until_answered(self, request: Request, key: str = "") -> tuple[httpx.Response, float, int]:
        give_up_at = time.monotonic() + PATIENCE
        for tries in itertools.count(1):
            api = self._apis[self._chance.randrange(len(self._apis))]
            began = time.time()
            try:
                answer = await self.once(api, request, key)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return answer, began, tries
                if answer.status_code not in _AGAIN:
                    self.tally.faults.append(f"{answer.status_code} {answer.headers.get('x-trace')}")
            if time.monotonic() > give_up_at:
                break
            self.tally.retries += 1
            await asyncio.sleep(min(0.05 * tries, 0.3) * (0.5 + self._chance.random()))
        raise GaveUp

    async def once(self, api: str, request: Request, key: str) -> httpx.Response:
        """Ask once. Raises httpx.TransportError."""
        headers = {"Authorization": f"Bearer {request.token}", "Accept-Language": "en"}
        if key:
            headers["Idempotency-Key"] = key
        if request.head:
            headers["If-Match"] = f'"{request.head}"'
        files = None if request.document is None else {"file": ("document.txt", request.document)}
        return await self._client.request(
            request.method, f"{api}{request.path}", json=request.body, files=files, headers=headers
        )


def what_was_said(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an answer what the checker compares with the database."""
    if "sha256" in found:
        return {"material": found["id"], "sha256": found["sha256"]}
    case = found.get("case", found)
    return {
        "case": case["id"],
        "seq": case["seq"],
        "head": case["head"],
        "status": case["status"],
        "open": sorted([step["step"], step["round"]] for step in case["open_steps"]),
        "events": found.get("events"),
    }
