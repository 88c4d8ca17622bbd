"""What takes long is counted beside the request that asked for it, which is answered meanwhile that it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")

_PATIENCE: Final = 2.0
"""Seconds after which somebody is told that it takes longer."""
_MOST_FAILED: Final = 100
"""What went wrong is kept for so many who were told to come again."""


@dataclass
class Underway:
    """How far something is that takes long: `done` of so many parts."""

    of: int
    done: int = 0
    was_told: bool = False
    """Whether whoever asked was told to come again: then what is found is kept for him."""


@dataclass
class Counts:
    """What is being counted in this process, by who asked for what: asked again, it is not begun again."""

    patience: float = _PATIENCE
    _running: dict[Hashable, tuple[asyncio.Task[Any], Underway]] = field(default_factory=dict, repr=False)
    _failed: dict[Hashable, BaseException] = field(default_factory=dict, repr=False)

    async def within_patience(
        self, key: Hashable, of: int, count: Callable[[Underway], Awaitable[T]]
    ) -> T | Underway:
        """Return what was counted, or how far that is. Raises what the counting does.

        `key` says who asks, within which scope, and for what. Whoever was told to come again hears then what
        went wrong meanwhile: begun anew each time, it would take longer for ever.
        """
        if key in self._failed:
            raise self._failed.pop(key)
        if key not in self._running:
            underway = Underway(of)
            task = asyncio.ensure_future(count(underway))
            self._running[key] = task, underway
            task.add_done_callback(lambda done: self._over(key, done))
        task, underway = self._running[key]
        await asyncio.wait({task}, timeout=self.patience)
        if task.done():
            self._failed.pop(key, None)
            return task.result()
        underway.was_told = True
        return underway

    def _over(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        _, underway = self._running.pop(key)
        wrong = None if task.cancelled() else task.exception()
        if wrong is not None and underway.was_told:
            self._failed[key] = wrong
            while len(self._failed) > _MOST_FAILED:
                del self._failed[next(iter(self._failed))]
