"""Fifty requests at once with one idempotency key: one effect, and the same answer to all."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx

from bench.chaos.asking import Request, what_was_said
from bench.chaos.household import Kind
from bench.chaos.membership import PROCESS
from bench.chaos.trials.staging import Stage, staged
from bench.promises import Promise

WIDTH = 50
_STORMS = 6
_TRIES = 5
_PAUSE = 0.1
"""Seconds between two tries."""


async def trial(folder: Path, kind: Kind, seed: int) -> list[Promise]:
    """Begin cases, and act on them, by fifty equal requests each."""
    async with staged(folder, kind, seed, callers=2) as stage:
        found = await blow(stage, _STORMS)
    return [*stage.promises("storm"), *found]


async def blow(stage: Stage, times: int) -> list[Promise]:
    """Have so many storms of each kind, and return what is promised of their answers."""
    different = unanswered = 0
    for number in range(times):
        for answers in await _both_storms(stage, number):
            bodies = {answer.text for answer in answers if answer.is_success}
            unanswered += sum(not answer.is_success for answer in answers)
            different += len(bodies) - 1
    return [
        Promise(
            "storm.different", f"other answers to {WIDTH} equal requests at once", different, 0, "answers"
        ),
        Promise("storm.refused", "requests of a storm that were refused", unanswered, 0, "requests"),
    ]


async def _both_storms(stage: Stage, number: int) -> list[list[httpx.Response]]:
    """Begin a case by fifty requests, then postpone its first talk by fifty."""
    branch = stage.load.branches[number % len(stage.load.branches)]
    token = branch.tokens["organisation-member"]
    letter = stage.door.next_marker()
    document = await stage.door.act(
        Request("POST", "/v1/materials", token, document=f"storm {letter}".encode()), letter
    )
    start = {
        "process": PROCESS,
        "subject": branch.applicants[-1 - number],
        "unit": branch.unit,
        "materials": {"application-letter": [document["id"]]},
    }
    begun = await _storm(stage, Request("POST", "/v1/cases", token, start))
    case = begun[0].json()
    talk = Request("POST", f"/v1/cases/{case['id']}/steps/first-talk", token, {}, head=case["head"])
    return [begun, await _storm(stage, talk)]


async def _storm(stage: Stage, request: Request) -> list[httpx.Response]:
    marker = stage.door.next_marker()
    marked = Request(
        request.method, request.path, request.token, {**(request.body or {}), "reason": marker}, request.head
    )
    apis = stage.household.addresses.apis
    stage.door.note(kind="intent", marker=marker, method="POST", path=request.path, digest=json.dumps({}))
    answers = await asyncio.gather(
        *(_until_answered(stage, apis[number % len(apis)], marked, marker) for number in range(WIDTH))
    )
    said = next(answer for answer in answers if answer.is_success).json()
    stage.door.note(kind="ack", marker=marker, began=0.0, tries=WIDTH, **what_was_said(said))
    return answers


async def _until_answered(stage: Stage, api: str, request: Request, marker: str) -> httpx.Response:
    """Ask, again where a connection ends: a server may close one that rested just when it is used again.

    Raises httpx.TransportError after the last try.
    """
    for _ in range(_TRIES - 1):
        try:
            return await stage.door.once(api, request, marker)
        except httpx.TransportError:
            await asyncio.sleep(_PAUSE)
    return await stage.door.once(api, request, marker)
