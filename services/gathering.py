"""What workflows have yet to be told: gathered for a moment when it is quiet, for longer when it is not.

A signal costs more than the act it tells of, and a workflow is a clock of days: learning of several acts at
once, a moment later, it misses nothing. So a case rests until nothing has happened to it for a moment, and
what happens meanwhile goes in the same signal. When few people act the moment is a short one: whether more
follows is not known from the first act. When many act, all that have rested are told together each
second: telling one after the other costs more, and has acts and tellings in each other's way all the time.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.events import Event

HELD: Final = 20_000
"""Events held in memory at most; beyond that they wait in the outbox for the relay."""
QUIET: Final = 10.0
"""Acts a second of this process up to which a case rests no longer than a lull takes."""
CROWDED: Final = 30.0
"""Acts a second of this process above which it is said to be crowded, until there is a lull."""
RESTS: Final = 6.0
"""Seconds a case gathers what happens to it, at most, while more than that goes on; `TOGETHER` is added."""
TOGETHER: Final = 1.0
"""Seconds between two moments at which all that have rested are told, while more than that goes on."""
_PAUSES: Final = 1.0
"""Seconds without an act on a case before which nobody can be said to have gone on, at least."""
LULL: Final = 0.15
"""Seconds without any act after which nobody rests any longer: there is time to tell. Without one on a case,
while it is quiet, after which it is told."""
_LOOKS: Final = 0.05
"""Seconds between two looks whether it has become quiet."""
ENOUGH: Final = 100
"""Events of one case that are told without waiting for more."""


@dataclass
class Untold:
    """What one workflow has yet to be told, in order."""

    events: list[Event] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    """Where in which trace it came about; none where nobody traces."""


@dataclass
class _Rest:
    """How long a case rests. Seconds by the loop's clock."""

    latest: float
    """It is told then, whatever happens to it."""
    acted_at: float
    timer: asyncio.TimerHandle | None = None


class Gathering:
    """Holds what is untold, and hands out one case after another. A case that is handed out is busy."""

    def __init__(
        self,
        *,
        quiet: float = QUIET,
        rests: float = RESTS,
        together: float = TOGETHER,
        crowded: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """Begin empty. `quiet` is in acts a second; the others in seconds.

        `rests` of 0 gathers nothing; `together` of 0 hands each case out by itself. `crowded` is called when
        it becomes crowded, and when that ends; it must neither wait nor raise.
        """
        self._quiet = quiet
        self._rests = rests
        self._together = together
        self._tell_crowded = crowded
        self._is_crowded = False
        self._held = 0
        self._pending: dict[str, Untold] = {}
        self._busy: set[str] = set()
        self._resting: dict[str, _Rest] = {}
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
        elif case_id in self._resting:
            self._resting[case_id].acted_at = self._acted_at

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

    async def lull(self, within: float) -> None:
        """Wait for a moment in which nobody acts, `within` seconds at most; not at all while it is quiet."""
        for _ in range(math.ceil(within / _LOOKS)):
            if not self._rests or self._acts <= self._quiet or self._is_lull():
                return
            await asyncio.sleep(_LOOKS)

    def _make_ready(self, case_id: str) -> None:
        if not self.take(case_id):
            return
        if not self._rests:
            self._ready.put_nowait(case_id)
            return
        self._resting[case_id] = _Rest(latest=self._acted_at + self._rests, acted_at=self._acted_at)
        self._let_rest(case_id)
        self._look_soon()

    def _let_rest(self, case_id: str) -> None:
        """Let a case rest on, or rouse it when its time has come."""
        rest = self._resting[case_id]
        loop = asyncio.get_running_loop()
        until = min(rest.acted_at + self._pause(), rest.latest)
        if until <= loop.time():
            self._rouse(case_id)
        else:
            # One timer looks again at the end of the rest as it is now: an act meanwhile does not touch it.
            rest.timer = loop.call_at(self._with_the_others(until), self._let_rest, case_id)

    def _pause(self) -> float:
        """Return the seconds without an act on a case after which whoever acted on it has gone on.

        As many cases as rest, at so many acts a second, are acted on this often each; twice that is a pause.
        """
        if self._acts <= self._quiet:
            return LULL
        return max(2 * len(self._resting) / max(self._acts, 1), _PAUSES)

    def _with_the_others(self, until: float) -> float:
        """Return when a case that has rested at a moment to come is told."""
        if not self._together or self._acts <= self._quiet:
            return until
        return math.ceil(until / self._together) * self._together

    def _rouse(self, case_id: str) -> None:
        rest = self._resting.pop(case_id, None)
        if rest is not None:
            if rest.timer is not None:
                rest.timer.cancel()
            self._ready.put_nowait(case_id)

    def _look_soon(self) -> None:
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(_LOOKS, self._hurry_in_a_lull)

    def _hurry_in_a_lull(self) -> None:
        self._look = None
        if self._is_lull():
            self._note_crowding(is_crowded=False)
            self.hurry()
        if self._resting or self._is_crowded:
            self._look_soon()

    def _note_crowding(self, *, is_crowded: bool) -> None:
        if is_crowded != self._is_crowded:
            self._is_crowded = is_crowded
            self._tell_crowded(is_crowded)

    def _is_lull(self) -> bool:
        return asyncio.get_running_loop().time() - self._acted_at >= LULL

    def _note_an_act(self) -> None:
        """Count it; what was counted fades within seconds, so that the count is acts a second."""
        now = asyncio.get_running_loop().time()
        self._acts = self._acts * math.exp(self._acted_at - now) + 1
        self._acted_at = now
        if self._acts > CROWDED:
            self._note_crowding(is_crowded=True)
            self._look_soon()
