"""A record in memory, with the activities that read and write it, for tests without a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from temporalio import activity

from domain.acts import Act, Due
from domain.case import Case
from domain.deciding import decide
from domain.events import Event
from domain.evolving import replay
from domain.library import Library
from workflows.contract import CaseAsked, DueAsked, EventsAsked, Facts, FetchedCase


class MemoryRecord:
    """What the record remembers of one case, and what it was asked."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.events: tuple[Event, ...] = ()
        self.case: Case | None = None
        self.asked: list[str] = []
        self.due_at: list[datetime] = []
        self.behind: int = 0
        """So many times `record_due` finds nothing, as if the record's clock were behind."""
        self.away: int = 0
        """So many times `record_due` fails, as if the database were away."""

    def perform(self, act: Act, now: datetime) -> tuple[Event, ...]:
        """Record an act and return what it left behind."""
        editions = self.library.editions
        process = editions[0] if self.case is None else self.library.by_digest(self.case.digest)
        new = decide(process, self.case, act, now)
        if new:
            self.case = replay(process, new, self.case)
            self.events += new
        return new

    def after(self, seq: int, limit: int = 1_000) -> Sequence[Event]:
        return [event for event in self.events if event.seq > seq][:limit]


class MemoryActivities:
    """The activities of a case, on a record in memory; the virtual clock comes with the question."""

    def __init__(self, record: MemoryRecord) -> None:
        self._record = record

    @activity.defn(name="fetch_case")
    async def fetch_case(self, asked: CaseAsked) -> FetchedCase:
        self._record.asked.append("fetch_case")
        return FetchedCase.of(self._record.case)

    @activity.defn(name="fetch_events")
    async def fetch_events(self, asked: EventsAsked) -> Facts:
        self._record.asked.append("fetch_events")
        found = self._record.after(asked.after, asked.limit)
        last = found[-1].seq if found else asked.after
        return Facts.of(found, more=bool(self._record.after(last)))

    @activity.defn(name="record_due")
    async def record_due(self, asked: DueAsked) -> Facts:
        self._record.asked.append("record_due")
        self._record.due_at.append(asked.moment)
        if self._record.away:
            self._record.away -= 1
            raise ConnectionError("the record is away")
        if self._record.behind:
            self._record.behind -= 1
            return Facts.of(())
        self._record.perform(Due(adopt=asked.adopt), asked.moment)
        return Facts.of(self._record.after(asked.known))

    @property
    def all(self) -> list[Callable[..., Any]]:
        return [self.fetch_case, self.fetch_events, self.record_due]
