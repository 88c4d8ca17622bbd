"""Lets happen what is due, in the record alone and on time: workflows learn of it afterwards.

Deadlines are days, so the beginning of one may bring thousands of them, and Temporal takes a while to wake
that many workflows. So each worker looks in the record what comes next, sleeps until then, and records what
is due, a few cases at a time, hundreds in a second; Temporal need not be there. A workflow keeps its own
timer all the same, a little later (`workflows/case.py`), and finds in the record what it came for.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from domain.batches import in_batches
from domain.events import Event
from domain.library import Library, UnknownProcess
from records import due, recording
from records.database import Database
from records.listening import Heard, Rest
from records.problems import DatabaseUnavailable, NotFound
from telemetry import metrics

_PAGE: Final = 200
"""Cases found at once, and ..."""
_AT_ONCE: Final = 8
"""... handed to the database together: who acts meanwhile waits for so many at most."""
_TOLD_AT_ONCE: Final = 50
"""Workflows told right after a look. Where there are more, the outbox says so, and the relays of all workers
share the telling a moment later (`services/driving.py`): it costs more than recording, and nobody waits."""
_LOOKS: Final = 3.0
"""Seconds between two looks at what comes next, at most: an act brought it nearer, or a clock jumped."""
_PAUSE: Final = 1.0
"""Seconds until the next look where the database is away."""
_LEFT_FOR: Final = timedelta(minutes=10)
"""How long a case in which nothing can be recorded is left to its workflow."""

_log = structlog.get_logger(__name__)


class DueTogether:
    """Records what is due in all cases. Many may be at it: who holds a case has it to himself."""

    def __init__(
        self,
        database: Database,
        library: Library,
        *,
        clock: Callable[[], datetime],
        tell: Callable[[str, Sequence[Event]], None] = lambda _case, _events: None,
        wake: Callable[[], None] = lambda: None,
        left: Callable[[str, Exception], None] | None = None,
        looked_at: Callable[[int], None] = lambda _cases: None,
        listening: Heard | None = None,
    ) -> None:
        """Take the record, what was published, and the record's clock.

        `tell` tells a case's workflow what was recorded, and `wake` wakes the courier.
        `left` hears of each case in which nothing can be recorded, and why; without it that is left to the
        case's own workflow. `looked_at` hears how many more were looked at. With a `listening` the record is
        not looked into before the next moment, while nothing is due and nothing is written.
        """
        self._database = database
        self._library = library
        self._clock = clock
        self._tell = tell
        self._wake = wake
        self._left = left or _left_to_its_workflow
        self._looked_at = looked_at
        self._left_until: dict[str, datetime] = {}
        self._rest = Rest(listening)
        self._is_due = False
        """Whether the latest look found a case in which something was due, recorded or not."""
        self._between: tuple[datetime, datetime | None] | None = None
        """When the latest look that found none began, and the next moment, as the record had it then."""

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look whenever something is due, as long as the context is open."""
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
        now = self._clock()
        self._is_due = False
        self._left_until = {case: until for case, until in self._left_until.items() if until > now}
        happened: list[tuple[str, list[Event]]] = []
        after: due.Place | None = None
        try:
            while page := await self._database.read(
                partial(due.due_cases, now=now, after=after, limit=_PAGE)
            ):
                self._is_due = True
                wanted = [case for _, case in page if case not in self._left_until]
                # Each worker in an order of its own: those that look at once meet in few cases.
                random.shuffle(wanted)
                happened += await self._record_all(wanted)
                after = page[-1]
        finally:
            self._tell_of(happened)
        return len(happened)

    def _tell_of(self, happened: Sequence[tuple[str, list[Event]]]) -> None:
        if happened:
            self._wake()
        if len(happened) <= _TOLD_AT_ONCE:
            for case, events in happened:
                self._tell(case, events)

    async def _record_all(self, wanted: Sequence[str]) -> list[tuple[str, list[Event]]]:
        happened: list[tuple[str, list[Event]]] = []
        loop = asyncio.get_running_loop()
        for some in in_batches(wanted, _AT_ONCE):
            begun = loop.time()
            recorded = await asyncio.gather(*map(self._let_happen, some))
            happened += [(case, events) for case, events in zip(some, recorded, strict=True) if events]
            self._looked_at(len(some))
            # As long as that took the database is somebody else's, who acts.
            await asyncio.sleep(loop.time() - begun if any(recorded) else 0)
        return happened

    async def _let_happen(self, case_id: str) -> list[Event]:
        now = self._clock()
        try:
            was_due, events = await self._database.write(
                partial(_let_happen, library=self._library, case_id=case_id, now=now)
            )
        except DatabaseUnavailable:
            raise
        except Exception as trouble:  # noqa: BLE001 - must not keep the others waiting
            self._leave(case_id, trouble)
            return []
        if was_due is not None:
            if not events:
                self._leave(case_id)
            else:
                metrics.TIMERS_LATE.observe((now - was_due).total_seconds())
        return events

    def _leave(self, case_id: str, trouble: Exception | None = None) -> None:
        self._left_until[case_id] = self._clock() + _LEFT_FOR
        if trouble is not None:
            self._left(case_id, trouble)

    async def _look_for_ever(self) -> None:
        while True:
            try:
                pause = await self._look_unless_at_rest()
            except DatabaseUnavailable as away:
                _log.warning("what is due waits for the database", reason=str(away))
                pause = _PAUSE
            except Exception:  # noqa: BLE001 - what comes due afterwards must not wait for another worker
                _log.exception("what is due was not all looked at; it is looked again")
                pause = _LOOKS
            await asyncio.sleep(pause)

    async def _look_unless_at_rest(self) -> float:
        """Look, unless nothing can be due; return the seconds until something is, `_LOOKS` at most."""
        begun = self._clock()
        if not (await self._rest.lasts() and self._is_between(begun)):
            self._between = None
            await self.look()
            # What is due and was not recorded is left alone, and does not count as the next.
            self._between = (begun, await self._database.read(partial(due.next_moment, after=begun)))
            if not self._is_due:
                self._rest.begins()
        moment = self._between[1] if self._between else None
        return _LOOKS if moment is None else min(_LOOKS, max(0.0, (moment - self._clock()).total_seconds()))

    def _is_between(self, now: datetime) -> bool:
        """Whether it is later than at the latest look, and the moment that was to come then has not come."""
        if self._between is None:
            return False
        looked_at, moment = self._between
        return looked_at <= now and (moment is None or now < moment)


def _let_happen(
    connection: Connection, library: Library, case_id: str, now: datetime
) -> tuple[datetime | None, list[Event]]:
    """Record what is due in a case; return since when it was, None where it is not or somebody acts on it."""
    was_due = due.claim(connection, case_id, now)
    if was_due is None:
        return None, []
    recorded = recording.record_due(connection, library, case_id, now)
    return was_due, [stored.event for stored in recorded.events]


def _left_to_its_workflow(case_id: str, trouble: Exception) -> None:
    if not isinstance(trouble, NotFound | UnknownProcess):
        _log.error("what is due in a case is left to its workflow", case=case_id, exc_info=trouble)
