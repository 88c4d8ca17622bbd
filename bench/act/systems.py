"""What is measured: something that answers acts over HTTP, and can say when all of their effects are done."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.act.client import Connection
from bench.act.organisation import Organisation
from bench.act.walking import WALKS, ActRefused, Case, Script, Walk

_STARTERS: Final = 8
_CREATED: Final = 201


@dataclass
class Kept:
    """What the rows say of a case, in order."""

    heads: list[str] = field(default_factory=list)
    """The hash of each event."""
    steps: list[str] = field(default_factory=list)
    """Each step of the walk that a person completed, as often as he did."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """What an engine did for some cases."""

    left: int
    """Cases for which it still has something to do after all patience."""
    until: float
    """When it did the last of it, in seconds of `time.monotonic`."""


class System(ABC):
    """One way of doing the job, on one database."""

    name: str
    """Short, and unique within a database: a column of the table."""
    walk: Walk = WALKS["today"]
    fastest = 600.0
    """Acts a second that it will hardly reach, for which cases are there at the first round."""
    patience = 60.0
    """Seconds that the effects of a round may take after its last act."""

    def __init__(self, folder: Path, scenery: Organisation) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.scenery = scenery
        self.count_rows: Callable[[], None] = lambda: None
        """Has the planner of the database know the tables, where it has to be told."""
        self.address = ""
        self.script: Script
        self.cases: deque[Case] = deque()
        self._applied = 0

    @abstractmethod
    async def start(self) -> None:
        """Start every process, and have the organisation there. Raises DidNotStart."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop every process."""

    @abstractmethod
    def groups(self) -> Mapping[str, Collection[int]]:
        """Return the ids of the processes, by what they are: api, worker, server, database."""

    @abstractmethod
    async def left(self, cases: Collection[str]) -> int:
        """Return how many effects of acts on these cases are not done yet, by the rows."""

    async def at_work(self, cases: Collection[str]) -> AtWork:  # noqa: ARG002 - no engine, nothing to ask
        """Return what an engine did for these cases, once the rows say that nothing is left to tell it.

        It waits for the engine. Asking costs the engine, so nobody asks while the clock runs.
        """
        return AtWork(0, 0.0)

    @abstractmethod
    def kept(self, cases: Collection[str]) -> Mapping[str, Kept]:
        """Return what the rows say of these cases."""

    @abstractmethod
    def start_request(self, subject: str, branch: int) -> bytes:
        """Return the request that starts a case."""

    async def prepare(self, cases: int) -> None:
        """Start cases until that many are open, and wait until nothing is left to do for them."""
        missing = range(self._applied, self._applied + max(cases - len(self.cases), 0))
        self._applied = missing.stop
        numbers = deque(missing)
        await asyncio.gather(*(self._start_some(numbers) for _ in range(_STARTERS)))
        every = [case.id for case in self.cases]
        await self.settled(every)
        await self.at_work(every)
        await asyncio.to_thread(self.count_rows)

    async def settled(self, cases: Collection[str]) -> int:
        """Wait until every effect of acts on these cases is done, by the rows; return how many never were."""
        give_up_at = time.monotonic() + self.patience
        while (  # noqa: ASYNC110 - what is awaited happens in other processes
            left := await self.left(cases)
        ) and time.monotonic() < give_up_at:
            await asyncio.sleep(0.02)
        return left

    async def _start_some(self, numbers: deque[int]) -> None:
        connection = await Connection.to(self.address)
        while numbers:
            subject, branch = self.scenery.applicant(numbers.popleft())
            answer = await connection.ask(self.start_request(subject, branch))
            if answer.status != _CREATED:
                raise ActRefused(f"start: {answer.status} {answer.body.decode(errors='replace')[:600]}")
            self.cases.append(Case(answer.json()["id"], answer.etag, branch))
        connection.close()
