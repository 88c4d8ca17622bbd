"""Lets happen what is due in many cases at one moment, in whichever worker was first asked for one of them.

Deadlines are days, so the beginning of one may bring thousands of them. Temporal takes a while to wake that
many workflows; the record does not have to wait for the last. A workflow that wakes later finds in the record
what it came for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from domain.library import Library, UnknownProcess
from records import holding, recording
from records.database import Database
from records.problems import DatabaseUnavailable, NotFound

_PAGE: Final = 200
"""Cases found at once, and ..."""
_AT_ONCE: Final = 4
"""... handed to the database together: who acts meanwhile waits for so many at most."""
_PAUSE: Final = 1.0
"""Seconds after which it is looked again, at least: one look serves all that were asked for meanwhile."""

_log = structlog.get_logger(__name__)


class DueTogether:
    """Looks for more that is due, once something was."""

    def __init__(
        self,
        database: Database,
        library: Library,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
        left: Callable[[str, Exception], None] | None = None,
        looked_at: Callable[[int], None] = lambda _cases: None,
    ) -> None:
        """Take the record, what was published, the record's clock, and what wakes the courier.

        `left` hears of each case in which nothing can be recorded, and why; without it that is left to the
        case's own workflow. `looked_at` hears how many more were looked at.
        """
        self._database = database
        self._library = library
        self._clock = clock
        self._wake = wake
        self._left = left or _left_to_its_workflow
        self._looked_at = looked_at
        self._asked = asyncio.Event()

    def soon(self) -> None:
        """Look for more, soon: something was due a moment ago."""
        self._asked.set()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look whenever asked, as long as the context is open."""
        task = asyncio.create_task(self._look_for_ever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self) -> int:
        """Record what is due by now, once each, and return in how many cases something was.

        Raises DatabaseUnavailable, and what `left` raises.
        """
        now, after, happened = self._clock(), "", 0
        while page := await self._database.read(
            partial(holding.due_cases, now=now, after=after, limit=_PAGE)
        ):
            for first in range(0, len(page), _AT_ONCE):
                some = page[first : first + _AT_ONCE]
                happened += sum(await asyncio.gather(*(self._let_happen(case, now) for case in some)))
                self._looked_at(len(some))
            after = page[-1]
        if happened:
            self._wake()
        return happened

    async def _let_happen(self, case_id: str, now: datetime) -> bool:
        record_due = partial(recording.record_due, library=self._library, case_id=case_id, now=now)
        try:
            recorded = await self._database.write(record_due)
        except DatabaseUnavailable:
            raise
        except Exception as trouble:  # noqa: BLE001 - must not keep the others waiting
            self._left(case_id, trouble)
            return False
        return bool(recorded.events)

    async def _look_for_ever(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self.look()
            except DatabaseUnavailable as away:
                _log.warning("what is due is left to each workflow", reason=str(away))
            await asyncio.sleep(_PAUSE)


def _left_to_its_workflow(case_id: str, trouble: Exception) -> None:
    if not isinstance(trouble, NotFound | UnknownProcess):
        _log.error("what is due in a case is left to its workflow", case=case_id, exc_info=trouble)
