"""Listening for what is new: the record is asked once for all pages of this process that are open."""

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
    _pulse: Pulse = field(default_factory=Pulse)
    _number: int = 0
    _asked_at: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def number(self) -> int:
        """Return a number that is another once something was written, or the day is another one.

        The record is asked at most once in three seconds, however many pages ask here.
        """
        async with self._asking:
            if self.clock() - self._asked_at >= EVERY_S * 0.9:
                self._number += await self.parts.read(self._pulse.beats)
                self._asked_at = self.clock()
        return self._number
