"""Figures of many cases, kept for some minutes: what takes long to count is not counted for each look."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeVar

T = TypeVar("T")

_MOST: Final = 256
MANY: Final = 5_000
"""Figures of so much are kept for some minutes; of less they are counted whenever they are asked for."""


@dataclass
class KeptFigures:
    """What one process has counted lately, the oldest first. Keys say what was counted, for whose eyes."""

    lasts: timedelta = timedelta(minutes=5)
    is_kept: Callable[[], bool] = lambda: False
    """Whether what is counted now is kept whatever it weighs."""
    _kept: OrderedDict[Hashable, tuple[datetime, object]] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _in_this_look: dict[Hashable, tuple[datetime, object]] | None = field(default=None, repr=False)
    """What one look at several reports has counted: several ask for the same."""

    def counted(
        self,
        key: Hashable,
        now: datetime,
        count: Callable[[], T],
        weight: Callable[[T], int],
        *,
        many: int = MANY,
        lasts: timedelta | None = None,
        has_changed: Callable[[datetime], bool] | None = None,
    ) -> tuple[T, datetime]:
        """Return what was counted, and when: lately, or now. What weighs much is kept; it `lasts` as said.

        What lasts no time is counted in any case, for those who ask after it; and so is what `has_changed`
        since a moment for whoever looks.
        """
        if self._in_this_look is not None and key in self._in_this_look:
            at, found = self._in_this_look[key]
            if self.is_kept():
                self.keep(key, found, at)
            return found, at  # type: ignore[return-value]  # a key names one way to count
        with self._lock:
            at, found = self._kept.get(key, (now, None))
        is_new = at <= now < at + (self.lasts if lasts is None else lasts)
        if found is not None and is_new and not (has_changed is not None and has_changed(at)):
            return found, at  # type: ignore[return-value]  # a key names one way to count
        fresh = count()
        if self._in_this_look is not None:
            self._in_this_look[key] = (now, fresh)
        if weight(fresh) >= many or self.is_kept():
            self.keep(key, fresh, now)
        return fresh, now

    def keep(self, key: Hashable, found: object, now: datetime) -> None:
        """Keep what was counted at a moment, and forget the oldest of what is too much."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (now, found)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)

    def keeping(self, is_kept: Callable[[], bool]) -> KeptFigures:
        """Return the same figures for one look, of which all is kept that is counted while a condition holds.

        What the look itself has counted is not counted for it a second time.
        """
        return replace(self, is_kept=is_kept, _in_this_look={})

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
