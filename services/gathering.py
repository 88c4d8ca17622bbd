"""What workflows have yet to be told: handed out at once when it is quiet, gathered when it is not.

A signal costs more than the act it tells of, and a workflow is a clock of days: learning of several acts at
once, a moment later, it misses nothing. So under load a case rests a little after its first untold act, and
what happens to it meanwhile goes in the same signal. When few people act nobody rests.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.events import Event

HELD: Final = 20_000
"""Events held in memory at most; beyond that they wait in the outbox for the relay."""
QUIET: Final = 10.0
"""Acts a second of this process up to which each is told at once."""
RESTS: Final = 4.0
"""Seconds a case gathers what happens to it while more than that goes on."""
LULL: Final = 0.6
"""Seconds without any act after which nobody rests any longer: there is time to tell."""
_LOOKS: Final = 0.1
"""Seconds between two looks whether it has become quiet."""
ENOUGH: Final = 100
"""Events of one case that are told without waiting for more."""


@dataclass
class Untold:
    """What one workflow has yet to be told, in order."""

    events: list[Event] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    """Where in which trace it came about; none where nobody traces."""


class Gathering:
    """Holds what is untold, and hands out one case after another. A case that is handed out is busy."""

    def __init__(self, *, quiet: float = QUIET, rests: float = RESTS) -> None:
        """Begin empty. `quiet` is in acts a second; `rests` in seconds, and 0 gathers nothing."""
        self._quiet = quiet
        self._rests = rests
        self._held = 0
        self._pending: dict[str, Untold] = {}
        self._busy: set[str] = set()
        self._resting: dict[str, asyncio.TimerHandle] = {}
        self._look: asyncio.TimerHandle | None = None
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._acts = 0.0
        self._acted_at = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held, and nobody busy."""
        return not self._pending and not self._busy

    def add(self, case_id: str, events: Sequence[Event], place: str = "") -> None:
        """Hold events of a case until they are handed out; beyond `HELD` they are left to the relay."""
        if self._held + len(events) > HELD:
            return
        self._held += len(events)
        untold = self._pending.setdefault(case_id, Untold())
        untold.events.extend(events)
        if place:
            untold.places.append(place)
        self._note_an_act()
        self._make_ready(case_id)
        if len(untold.events) >= ENOUGH:
            self._rouse(case_id)

    async def next(self) -> tuple[str, Untold]:
        """Return the case whose turn it is, and everything that is untold of it. Waits for one."""
        case_id = await self._ready.get()
        untold = self._pending.pop(case_id, None) or Untold()
        self._held -= len(untold.events)
        return case_id, untold

    def take(self, case_id: str) -> bool:
        """Make a case busy for somebody who tells it by other means. Returns False where it is already."""
        if case_id in self._busy:
            return False
        self._busy.add(case_id)
        return True

    def done_with(self, case_id: str) -> None:
        """Let go of a case; what came meanwhile is handed out in its turn."""
        self._busy.discard(case_id)
        if case_id in self._pending:
            self._make_ready(case_id)

    def is_busy(self, case_id: str) -> bool:
        """Whether a case rests, waits for its turn, or is being told."""
        return case_id in self._busy

    def hurry(self) -> None:
        """Let every case that rests take its turn now."""
        for case_id in tuple(self._resting):
            self._rouse(case_id)

    def _make_ready(self, case_id: str) -> None:
        if not self.take(case_id):
            return
        if self._acts <= self._quiet or not self._rests:
            self._ready.put_nowait(case_id)
        else:
            loop = asyncio.get_running_loop()
            self._resting[case_id] = loop.call_later(self._rests, self._rouse, case_id)
            if self._look is None:
                self._look = loop.call_later(_LOOKS, self._hurry_in_a_lull)

    def _rouse(self, case_id: str) -> None:
        resting = self._resting.pop(case_id, None)
        if resting is not None:
            resting.cancel()
            self._ready.put_nowait(case_id)

    def _hurry_in_a_lull(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._acted_at >= LULL:
            self.hurry()
        self._look = loop.call_later(_LOOKS, self._hurry_in_a_lull) if self._resting else None

    def _note_an_act(self) -> None:
        """Count it; what was counted fades within seconds, so that the count is acts a second."""
        now = asyncio.get_running_loop().time()
        self._acts = self._acts * math.exp(self._acted_at - now) + 1
        self._acted_at = now
