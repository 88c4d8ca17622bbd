"""Listening for what is new: the record is asked once for all of this process who want to know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from records.pulse import Pulse

T = TypeVar("T")

EVERY_S: Final = 3.0
LONGEST_REST_S: Final = 60.0
"""Seconds after which those who rest look all the same."""


class Readable(Protocol):
    """What can be read."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent moment."""
        ...


@dataclass
class Listening:
    """Counts how often something may have been written, as far as anybody asks."""

    parts: Readable
    clock: Callable[[], float] = time.monotonic
    every: float = EVERY_S
    """Seconds from one question to the record to the next, about."""
    _pulse: Pulse = field(default_factory=Pulse)
    _number: int = 0
    _asked_at: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def number(self) -> int:
        """Return a number that is another once something was written, or the day is another one.

        The record is asked at most once in `every` seconds, however many ask here.
        """
        async with self._asking:
            if self.clock() - self._asked_at >= self.every * 0.9:
                self._number += await self.parts.read(self._pulse.beats)
                self._asked_at = self.clock()
        return self._number


class Heard(Protocol):
    """Hears of what is written, as a `Listening` does."""

    async def number(self) -> int:
        """Return a number that is another once something was written."""
        ...


@dataclass
class Rest:
    """The rest of somebody who looks into the record over and over, and last found nothing that waits.

    It lasts as long as nothing is written, and a minute at most. Without a listening nobody rests.
    """

    listening: Heard | None = None
    clock: Callable[[], float] = time.monotonic
    _heard: int = -1
    """What was heard before the latest look, ..."""
    _since: int | None = None
    """... and before the look that found nothing; None where there was something."""
    _until: float = 0.0

    async def lasts(self) -> bool:
        """Whether there is no need to look. Where there is, the rest is over until it begins again.

        Raises DatabaseUnavailable.
        """
        if self.listening is None:
            return False
        # Before the look: what is written while somebody looks is heard of the next time.
        self._heard = await self.listening.number()
        if self._heard == self._since and self.clock() < self._until:
            return True
        self._since = None
        return False

    def begins(self) -> None:
        """Rest from now on: the look after the latest question found nothing that waits."""
        self._since = self._heard
        self._until = self.clock() + LONGEST_REST_S
