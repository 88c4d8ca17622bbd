"""Callers who do real membership acts: begin cases, lead them into cultivation, work there, withdraw some."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from bench.chaos.asking import Door, GaveUp, Refused, Request
from bench.chaos.seeding import COMMITTEE, Branch

PROCESS = "membership-development"
_EVERYBODY = len(COMMITTEE)


@dataclass
class Load:
    """All callers of one run."""

    door: Door
    branches: Sequence[Branch]
    chance: random.Random
    today: date
    """The organisation's day when the run began."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set nobody begins a new act."""
    pause: float = 0.0
    """Seconds for which a caller thinks before an act."""
    surprises: list[str] = field(default_factory=list)
    """Refusals that nobody expected."""

    def __post_init__(self) -> None:
        """Open the gate, and line up those who will apply."""
        self.gate.set()
        self._applicants = {branch.unit: iter(branch.applicants) for branch in self.branches}

    async def run(self, callers: int) -> None:
        """Let so many callers work until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            for number in range(callers):
                branch = self.branches[number % len(self.branches)]
                group.create_task(self._work(branch, random.Random(self.chance.getrandbits(64))))

    async def sleepers(self, number: int) -> None:
        """Begin cases whose first deadline passes with the coming midnight, and leave them alone."""
        a_month_ago = self.today - relativedelta(months=1)
        for each in range(number):
            branch = self.branches[each % len(self.branches)]
            case = _Case(self, branch, next(self._applicants[branch.unit]), random.Random(each))
            await case.begin(on=a_month_ago)
            self.door.note(kind="expect", case=case.id, type="became-overdue", step="first-talk")

    async def think(self) -> None:
        """Wait before an act: a moment, and until the gate is open."""
        await asyncio.sleep(self.pause)
        await self.gate.wait()

    async def _work(self, branch: Branch, chance: random.Random) -> None:
        for subject in self._applicants[branch.unit]:
            case = _Case(self, branch, subject, chance)
            try:
                await case.live()
            except Refused as refused:
                self.surprises.append(f"{refused} {refused.problem.get('detail')}")
            except GaveUp:
                pass
            if self.stop.is_set():
                return


class _Case:
    """One person's case, and those who work on it."""

    def __init__(self, load: Load, branch: Branch, subject: str, chance: random.Random) -> None:
        self._load = load
        self._door = load.door
        self._branch = branch
        self._subject = subject
        self._chance = chance
        self.id = ""
        self._head = ""

    async def live(self) -> None:
        """Lead the case into cultivation, work there for a while, and withdraw most of the time."""
        await self.begin()
        for by, step, body in self._way_to_cultivation():
            if self._load.stop.is_set():
                return
            await self._step(by, f"steps/{step}", body)
        for _ in range(self._chance.randint(4, 24)):
            if self._load.stop.is_set():
                return
            await self._something()
        if self._chance.random() < 0.7:
            await self._step("secretary", "withdraw", {})

    async def begin(self, on: date | None = None) -> None:
        """Hand in the letter and begin the case."""
        letter = await self._document("organisation-member", "letter")
        body: dict[str, Any] = {
            "process": PROCESS,
            "subject": self._subject,
            "unit": self._branch.unit,
            "materials": {"application-letter": [letter]},
        }
        if on is not None:
            body["occurred_on"] = on.isoformat()
        await self._do("organisation-member", "/v1/cases", body)

    def _way_to_cultivation(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        vote = {"eligible": _EVERYBODY, "present": _EVERYBODY, "yes": _EVERYBODY}
        yield "secretary", "first-talk", {}
        yield "organisation-member", "recommend", {}
        yield "secretary", "activist-decision", {"outcome": "listed", "meeting": vote}
        yield "organiser", "activist-filing", {}
        yield "secretary", "contacts", {"people": self._two_members()}

    async def _something(self) -> None:
        match self._chance.randrange(4):
            case 0:
                await self._step("secretary", "suspend", {})
                await self._step("organiser", "resume", {})
            case 1:
                people = self._two_members()
                await self._step("secretary", "steps/contacts", {"people": people, "outcome": "replace"})
            case 2:
                register = await self._document("secretary", "register")
                entry = {"entry": {"kind": "assessment"}, "materials": {"activist-register": [register]}}
                await self._step("secretary", "steps/cultivation", entry)
            case _:
                await self._both_at_once()

    async def _both_at_once(self) -> None:
        """Two people suspend the case on the same head: one of them comes first, and the other is told so."""
        path = f"/v1/cases/{self.id}/suspend"
        done = await asyncio.gather(
            *(self._do(by, path, {}, self._head, racing=True) for by in ("secretary", "organiser")),
            return_exceptions=True,
        )
        for one in done:
            if isinstance(one, BaseException) and not (isinstance(one, Refused) and one.status in {409, 412}):
                raise one
        await self._step("organiser", "resume", {})

    async def _step(self, by: str, what: str, body: dict[str, Any]) -> None:
        """Do an act on the case as it was last seen; where it moved on by itself, on what it is now."""
        for _ in range(5):
            with suppress(_Moved):
                await self._do(by, f"/v1/cases/{self.id}/{what}", body, self._head)
                return
        raise AssertionError("the case moves on faster than anybody can act")

    async def _do(
        self, by: str, path: str, body: dict[str, Any], head: str | None = None, *, racing: bool = False
    ) -> None:
        await self._load.think()
        marker = self._door.next_marker()
        token = self._branch.tokens[by]
        try:
            answer = await self._door.act(
                Request("POST", path, token, {**body, "reason": marker}, head), marker
            )
        except Refused as refused:
            if refused.status != 412 or racing:
                raise
            self._head = (await self._door.read(f"/v1/cases/{self.id}", token, marker))["head"]
            raise _Moved from refused
        self.id = answer.get("case", answer)["id"]
        self._head = (await self._door.read(f"/v1/cases/{self.id}", token, marker))["head"]

    async def _document(self, by: str, what: str) -> str:
        await self._load.think()
        marker = self._door.next_marker()
        content = f"{what} {marker}\n".encode()
        request = Request("POST", "/v1/materials", self._branch.tokens[by], document=content)
        return str((await self._door.act(request, marker))["id"])

    def _two_members(self) -> list[str]:
        return self._chance.sample(self._branch.members, 2)


class _Moved(Exception):
    """Something happened by itself since the case was read."""
