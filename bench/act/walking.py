"""A case walked through the steps of the tour, act by act, by whoever may do each.

What is sent for a step is the same for every case of a branch, so all of it but the case, its head and the
idempotency key is put together once.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.act.client import Answer, Connection
from bench.act.organisation import Organisation, login_for
from docs.tour import CASE, WHY_LATE, with_who_wrote

HEAD_MOVED = 412
_OK = 200
STEPS = tuple(step for _, step, _, _, _ in CASE)
ZONE = ZoneInfo("Asia/Shanghai")
"""Of the organisation: in which a moment becomes a day."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far cases are walked, and on which days."""

    length: int
    """Steps of the tour, from the first."""
    is_past: bool
    """Whether the acts are those of a past case, entered late, or all of today."""

    def dated(self, day: str) -> dict[str, str]:
        """Return what an act of the tour says of its day."""
        if self.is_past:
            return {"occurred_on": day, "reason": WHY_LATE}
        return {"occurred_on": datetime.now(ZONE).date().isoformat()}


WALKS = {
    # As far as a case comes on one day; then a year of cultivation begins.
    "today": Walk(5, is_past=False),
    "tour": Walk(len(STEPS), is_past=True),
}


class ActRefused(Exception):
    """An act that had to pass did not."""


@dataclass(slots=True)
class Case:
    """A case as its walker knows it."""

    id: str
    head: bytes
    branch: int
    done: int = 0
    """How many steps of the walk are acknowledged."""


@dataclass
class Tally:
    """What the callers of one round were answered."""

    seconds: list[tuple[int, float]] = field(default_factory=list)
    """For each acknowledged act the number of its step and how long the caller waited."""
    heads: dict[str, list[str]] = field(default_factory=dict)
    """For each case the heads that were acknowledged, in order."""
    done: dict[str, int] = field(default_factory=dict)
    """For each case how many steps of its walk are acknowledged, earlier rounds included."""
    seen_again: int = 0
    """Times a case had moved on by itself, and the caller had to look again."""


class Script:
    """The requests of a walk."""

    def __init__(
        self,
        walk: Walk,
        scenery: Organisation,
        identify: Mapping[str, bytes],
        documents: Mapping[tuple[str, str], str],
    ) -> None:
        """Put requests together.

        `identify` gives for each login the header line that says who asks; `documents` for a login and a kind
        of material the id of the document handed in.
        """
        self.length = walk.length
        self._walk = walk
        self._tails = [
            [self._tail(position, branch, scenery, identify, documents) for position in range(walk.length)]
            for branch in range(scenery.branches)
        ]

    def act(self, case: Case, key: bytes) -> bytes:
        """Return the request of the next act on a case."""
        tail, body = self._tails[case.branch][case.done]
        start = b"POST /v1/cases/" + case.id.encode() + tail
        return start + b"If-Match: " + case.head + b"\r\nIdempotency-Key: " + key + b"\r\n\r\n" + body

    def _tail(
        self,
        position: int,
        branch: int,
        scenery: Organisation,
        identify: Mapping[str, bytes],
        documents: Mapping[tuple[str, str], str],
    ) -> tuple[bytes, bytes]:
        day, step, role, more, kinds = CASE[position]
        login = login_for(role, branch)
        said: dict[str, Any] = {**self._walk.dated(day), **more}
        said["materials"] = {kind: [documents[login, kind]] for kind in kinds.split()}
        if "people" in more:
            said["people"] = scenery.members(branch)[-2:]
        if more.get("meeting", {}).get("written"):
            said["meeting"] = with_who_wrote(more["meeting"], list(scenery.members(branch)))
        body = json.dumps(said, ensure_ascii=False).encode()
        head = f"/steps/{step} HTTP/1.1\r\nHost: bench\r\nAccept-Language: en\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + identify[login], body


async def walk(
    connection: Connection, script: Script, cases: deque[Case], until: float, tally: Tally
) -> None:
    """Act on one case after another until the moment `until` of the monotonic clock.

    A case that is not at its end by then is put back. Raises ActRefused; IndexError when no case is left.
    """
    while time.monotonic() < until:
        case = cases.popleft()
        while case.done < script.length and time.monotonic() < until:
            await _act(connection, script, case, tally)
        if case.done < script.length:
            cases.append(case)


async def _act(connection: Connection, script: Script, case: Case, tally: Tally) -> None:
    key = os.urandom(8).hex().encode()
    begun = time.perf_counter()
    answer = await connection.ask(script.act(case, key))
    while answer.status == HEAD_MOVED:
        tally.seen_again += 1
        case.head = answer.etag
        answer = await connection.ask(script.act(case, key))
    waited = time.perf_counter() - begun
    if answer.status != _OK:
        raise ActRefused(_why(case, answer))
    tally.seconds.append((case.done, waited))
    case.head = answer.etag
    case.done += 1
    tally.done[case.id] = case.done
    tally.heads.setdefault(case.id, []).append(answer.etag.decode().strip('"'))


def _why(case: Case, answer: Answer) -> str:
    return f"{STEPS[case.done]}: {answer.status} {answer.body.decode(errors='replace')[:600]}"


def documents_needed(branches: int) -> Sequence[tuple[str, str]]:
    """Return which login hands in which kinds of documents in walks of that many branches."""
    asked = [("secretary", "application-letter"), *((role, names) for _, _, role, _, names in CASE)]
    needed = {
        (login_for(role, branch), kind)
        for role, names in asked
        for kind in names.split()
        for branch in range(branches)
    }
    return sorted(needed)
