"""What the workflow of a case asks of the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection
from temporalio import activity

from domain.acts import Due
from domain.library import Library
from domain.waiting import waiting
from records import cases, outbox, recording
from records.database import Database
from records.problems import NotFound
from records.recording import LockedCase
from records.stored import StoredEvent, events_after
from telemetry import metrics
from workflows.contract import CaseAsked, DueAsked, EventsAsked, Facts, FetchedCase

_PAGE: Final = 200
"""Facts told at once; the workflow asks for more."""
_SKEW: Final = timedelta(seconds=5)
"""How far the record's clock may be behind Temporal's for it to be worth waiting."""


class RecordActivities:
    """Reads and records for workflows. Each may run twice: the second time finds nothing left to do."""

    def __init__(
        self,
        database: Database,
        library: Library,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the record, what was published, the record's clock, and what wakes the courier."""
        self._database = database
        self._library = library
        self._clock = clock
        self._wake = wake

    @activity.defn(name="fetch_case")
    async def fetch_case(self, asked: CaseAsked) -> FetchedCase:
        """Return the case as it stands, or that there is none."""
        read = partial(cases.find_case, library=self._library, case_id=asked.case_id, scope=None)
        try:
            return FetchedCase.of((await self._database.read(read)).case)
        except NotFound:
            return FetchedCase.of(None)

    @activity.defn(name="fetch_events")
    async def fetch_events(self, asked: EventsAsked) -> Facts:
        """Return the facts after one that is known; none for a case the record does not know."""
        read = partial(events_after, case_id=asked.case_id, seq=asked.after, limit=asked.limit + 1)
        found = await self._database.read(read)
        return _facts(found, asked.limit)

    @activity.defn(name="record_due")
    async def record_due(self, asked: DueAsked) -> Facts:
        """Record, in one transaction, what happens by itself by now; return what the workflow does not know.

        Nothing happens that the record's own clock does not confirm. None for a case the record does not
        know.
        """
        ahead = asked.moment - self._clock()
        if timedelta(0) < ahead <= _SKEW:
            await asyncio.sleep(ahead.total_seconds())
        now = self._clock()
        try:
            found = await self._database.write(lambda connection: self._let_happen(connection, asked, now))
        except NotFound:
            return Facts.of(())
        self._wake()
        return _facts(found, _PAGE)

    def _let_happen(self, connection: Connection, asked: DueAsked, now: datetime) -> tuple[StoredEvent, ...]:
        locked = recording.lock(connection, self._library, asked.case_id)
        recorded = recording.record(connection, locked.process, locked, Due(adopt=asked.adopt), now)
        if recorded.events:
            _note_lateness(locked, now)
        found = events_after(connection, asked.case_id, asked.known, _PAGE + 1)
        if found:
            # The workflow is asking for these, and asks again until it gets them: nobody else has to tell it.
            outbox.driven(connection, {asked.case_id: found[:_PAGE][-1].seq})
        return found


def _note_lateness(locked: LockedCase, now: datetime) -> None:
    """Note how long after its moment something happened. What another act let happen is not seen here."""
    was_due = waiting(locked.process, locked.case, now).next_moment
    if was_due is not None and was_due <= now:
        metrics.TIMERS_LATE.observe((now - was_due).total_seconds())


def _facts(found: tuple[StoredEvent, ...], limit: int) -> Facts:
    return Facts.of((stored.event for stored in found[:limit]), more=len(found) > limit)
