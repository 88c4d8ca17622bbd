"""A history as an auditor reads it: every act beside the case before it and the rules of its day.

Confirmed corrections are put in first: an auditor judges what is now known to have happened. The old value is
in the record, and that it was corrected is a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

from domain import events as facts
from domain.case import Case
from domain.circumstances import Circumstances
from domain.correcting import DAY
from domain.events import Event
from domain.evolving import evolve
from domain.process import Process
from domain.steps import Step
from domain.values import Value


class Done(Value):
    """One act on a step: its event as corrected, the case before it, and the edition of its day."""

    event: Event
    body: facts.Evidence
    before: Case
    edition: Process
    step: Step

    @property
    def on(self) -> date:
        """The day it is now known to have happened."""
        return self.event.occurred_on

    @property
    def people(self) -> tuple[str, ...]:
        """Whoever acted, and the one acted for."""
        return tuple(one for one in (self.event.actor, self.event.on_behalf_of) if one is not None)


class History:
    """All that happened in a case up to a day, and what the registers say of the days of its acts."""

    def __init__(
        self,
        process: Process,
        events: Iterable[Event],
        known: Mapping[int, Circumstances],
        today: date,
    ) -> None:
        """Take the earliest edition, events in their order, and circumstances by the number of an event.

        An act whose circumstances are not known is judged without them. Raises ValueError without events.
        """
        self.process = process
        self.recorded = tuple(events)
        self.events = as_corrected(self.recorded)
        self.known = known
        self.today = today
        case: Case | None = None
        acts: list[Done] = []
        for event in self.events:
            if case is not None:
                acts.extend(self._done(event, case))
            case = evolve(process, case, event)
        if case is None:
            message = "no events, no history"
            raise ValueError(message)
        self.case = case
        self.acts = tuple(acts)

    @cached_property
    def completions(self) -> tuple[Done, ...]:
        """The acts that completed a step."""
        return tuple(act for act in self.acts if isinstance(act.body, facts.StepCompleted))

    def of_step(self, *steps: str) -> tuple[Done, ...]:
        """Return the completions of some steps, in order of recording."""
        return tuple(act for act in self.completions if act.step.id in steps)

    def last_of(self, step: str, before: int | None = None) -> Done | None:
        """Return the latest completion of a step, or the latest recorded before an event."""
        found = [act for act in self.of_step(step) if before is None or act.event.seq < before]
        return found[-1] if found else None

    @property
    def edition(self) -> Process:
        """The edition the case follows now."""
        return self.process.edition(self.case.version)

    def edition_on(self, day: date) -> Process:
        """Return the edition that judges a day."""
        return self.process.in_force_on(day, self.case.version)

    def _done(self, event: Event, before: Case) -> Iterator[Done]:
        if event.step is None or not isinstance(event.body, facts.Evidence):
            return
        edition = self.process.in_force_on(event.occurred_on, before.version)
        present = self.process.edition(before.version)
        step = edition.steps.get(event.step) or present.steps.get(event.step)
        if step is not None:
            # Made without looking at each part again: there are some fifty in a case.
            yield Done.model_construct(
                event=event, body=event.body, before=before, edition=edition, step=step
            )


def as_corrected(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return the events with every confirmed correction put in, and the days that followed from it."""
    proposed = {event.seq: event.body for event in events if isinstance(event.body, facts.CorrectionProposed)}
    corrected = list(events)
    for event in events:
        if isinstance(event.body, facts.CorrectionConfirmed) and event.body.proposal in proposed:
            change = proposed[event.body.proposal].change
            corrected = _with_change(corrected, change.seq, change.path, change.value)
    return tuple(corrected)


def redated(events: Iterable[Event], seq: int, day: date) -> list[Event]:
    """Return events with one on another day, and with it what followed by itself in the same moment."""
    told = list(events)
    target = next(event for event in told if event.seq == seq)
    return [
        event.model_copy(update={"occurred_on": day}) if _goes_with(event, target) else event
        for event in told
    ]


def _goes_with(event: Event, target: Event) -> bool:
    if event.seq == target.seq:
        return True
    follows = event.seq > target.seq and event.recorded_at == target.recorded_at
    return follows and event.occurred_on == target.occurred_on


def _with_change(events: list[Event], seq: int, path: str, value: object) -> list[Event]:
    if path == DAY:
        return redated(events, seq, date.fromisoformat(str(value)))
    part, _, name = path.partition(".")
    found = []
    for event in events:
        body = event.body
        if event.seq == seq and isinstance(body, facts.Evidence):
            where = part if part == "materials" else "values" if name in body.values else "texts"
            put_in = {**getattr(body, where), name: value}
            found.append(event.model_copy(update={"body": body.model_copy(update={where: put_in})}))
        else:
            found.append(event)
    return found
