"""A draft: the events of one decision while they are being made, and the case as they leave it."""

from __future__ import annotations

from datetime import date, datetime

from domain.case import Case
from domain.events import Body, Event
from domain.evolving import evolve
from domain.moments import local_day
from domain.process import Process
from domain.values import Value


class Signature(Value):
    """Who signs an event: the person, the post used, and whose post it is when it was lent."""

    person: str
    """Empty where a file that was brought in does not tell it."""
    post: str | None = None
    on_behalf_of: str | None = None
    actor: str | None = None
    """As whom of the definition."""

    @property
    def people(self) -> tuple[str, ...]:
        """Return the person, and the one acted for."""
        return (self.person,) if self.on_behalf_of is None else (self.person, self.on_behalf_of)


class Draft:
    """Collects events and folds each into the case at once. Lives no longer than one decision."""

    def __init__(self, process: Process, case: Case | None, now: datetime) -> None:
        """Begin with the case as recorded; `now` is aware."""
        self._process = process
        self._case = case
        self._recorded_at = now
        self.now = now
        """The moment up to which time has passed for the case; earlier while the past is told."""
        self.events: list[Event] = []

    @property
    def case(self) -> Case:
        """The case after the events so far."""
        if self._case is None:
            message = "a draft without a case starts with case-started"
            raise ValueError(message)
        return self._case

    @property
    def process(self) -> Process:
        """The edition the case follows now."""
        return self._process if self._case is None else self._process.edition(self._case.version)

    @property
    def root(self) -> Process:
        """The definition handed in, from which later editions can be reached."""
        return self._process

    @property
    def today(self) -> date:
        """The day of `now` where the organisation is."""
        return local_day(self.now, self.process.time_zone)

    def add(
        self,
        body: Body,
        *,
        on: date,
        step: str | None = None,
        round_: int | None = None,
        by: Signature | None = None,
    ) -> Event:
        """Append an event and fold it in."""
        event = Event(
            seq=1 if self._case is None else self._case.seq + 1,
            step=step,
            round=round_ if round_ is not None else self._round(step),
            occurred_on=on,
            recorded_at=self._recorded_at,
            actor=(by.person or None) if by else None,
            post=by.post if by else None,
            on_behalf_of=by.on_behalf_of if by else None,
            body=body,
        )
        self._case = evolve(self._process, self._case, event)
        self.events.append(event)
        return event

    def _round(self, step: str | None) -> int | None:
        if step is None:
            return None
        state = self._case.steps.get(step) if self._case else None
        return state.round if state else 1
