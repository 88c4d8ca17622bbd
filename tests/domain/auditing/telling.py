"""Histories for audit rules: a scenario that ships, told otherwise where a test says so.

What an act would refuse can only be told, as a record from elsewhere may: days, numbers, people and papers
are put into the events afterwards, and the registers may say something else of them than they did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any

from domain import events as facts
from domain.auditing.evaluating import Verdict, evaluate
from domain.auditing.histories import History, redated
from domain.auditing.rules import Book
from domain.casting import Cast
from domain.circumstances import Circumstances
from domain.events import Event
from domain.evolving import evolve
from domain.overlays import read_overlay
from domain.process import Process
from domain.scenery import Organisation
from domain.working_days import CalendarYear, WorkingCalendar
from records.audit_books import read_books
from tests.processes.shipped import MEMBERSHIP, PROCESSES, as_written, library, scenarios


def book(process: str = MEMBERSHIP) -> Book:
    """Return the audit rules for a process, as they ship."""
    return read_books(PROCESSES)[process]


@cache
def university() -> Process:
    """Return the rules of 2026 with the local overlay that ships."""
    text = (PROCESSES / "overlays" / "university.yaml").read_text(encoding="utf-8")
    return read_overlay(text, "university.yaml", library().find(MEMBERSHIP, "2026.1"))


class Told:
    """A history that is told step by step. Each method returns another one."""

    def __init__(
        self,
        process: Process,
        organisation: Organisation,
        events: Iterable[Event],
        today: date,
        away: tuple[str, ...] = (),
    ) -> None:
        self.process, self.organisation, self._gone = process, organisation, away
        self.events, self.today = tuple(events), today

    def on(self, step: str, day: str, entry: str | None = None) -> Told:
        """Say that the latest act on a step, or its latest entry of a kind, happened on another day."""
        target = self._latest(step, entry)
        return self._with(events=redated(self.events, target.seq, date.fromisoformat(day)))

    def recorded(self, step: str, days: int) -> Told:
        """Say that the latest act on a step was recorded so many days later."""
        target = self._latest(step)
        moved = {"recorded_at": target.recorded_at + timedelta(days=days)}
        return self._changed(
            lambda event: event.seq == target.seq, lambda event: event.model_copy(update=moved)
        )

    def without(self, *steps: str, entry: str | None = None) -> Told:
        """Leave out every act on some steps, or their entries of a kind."""
        kept = [
            event
            for event in self.events
            if event.step not in steps
            or not isinstance(event.body, facts.Evidence)
            or (entry is not None and getattr(event.body, "entry", None) != entry)
        ]
        return self._with(events=_numbered(kept))

    def lacks(self, *materials: str) -> Told:
        """Say that some materials were never handed in."""
        return self._bodies(
            lambda body: {"materials": {k: v for k, v in body.materials.items() if k not in materials}}
        )

    def says(self, step: str, entry: str | None = None, **values: Any) -> Told:
        """Put other answers into the latest act on a step, or its latest entry; None takes one out."""
        names = {name.replace("_", "-"): value for name, value in values.items()}

        def answered(body: facts.Evidence) -> dict[str, Any]:
            texts = {k: v for k, v in body.texts.items() if k not in names}
            kept = {k: v for k, v in body.values.items() if k not in names}
            return {"texts": texts, "values": kept | {k: v for k, v in names.items() if v is not None}}

        return self._bodies(answered, step, entry)

    def counts(self, step: str, **numbers: Any) -> Told:
        """Put other numbers into the meeting of a step."""
        return self._bodies(lambda body: {"meeting": body.meeting.model_copy(update=numbers)}, step)  # type: ignore[attr-defined]  # only meetings are told so

    def never_met(self, step: str) -> Told:
        """Say that no meeting stands behind the decision of a step."""
        return self._bodies(lambda _: {"meeting": None}, step)

    def ends(self, step: str, outcome: str) -> Told:
        """Put another outcome into the latest act on a step."""
        return self._bodies(lambda _: {"outcome": outcome}, step)

    def unexplained(self, step: str) -> Told:
        """Take the reason out of every act on a step."""
        return self._bodies(lambda _: {"reason": None}, step)

    def names(self, step: str, *people: str) -> Told:
        """Say that an appointment named other people."""
        return self._bodies(lambda _: {"people": people}, step)

    def by(self, step: str, person: str, acted_as: str, post: str | None = None) -> Told:
        """Say that somebody else did the latest act on a step, as an actor of the definition."""
        target = self._latest(step)
        put = {"actor": person, "post": post or target.post}
        body = target.body.model_copy(update={"acted_as": acted_as})
        return self._changed(
            lambda event: event.seq == target.seq,
            lambda event: event.model_copy(update={**put, "body": body}),
        )

    def overdue(self, step: str, rule: str, day: str) -> Told:
        """Say that a deadline passed before the latest act on a step."""
        target, due_on = self._latest(step), date.fromisoformat(day)
        body = facts.BecameOverdue(rule=rule, basis="local", due_on=due_on)
        passed = Event(
            seq=target.seq, step=step, round=1, occurred_on=due_on, recorded_at=target.recorded_at, body=body
        )
        at = self.events.index(target)
        return self._with(events=_numbered([*self.events[:at], passed, *self.events[at:]]))

    def also(self, step: str, day: str, outcome: str, before: str) -> Told:
        """Say that a step was done as well, before the latest act on another one."""
        target, on = self._latest(before), date.fromisoformat(day)
        done = facts.StepCompleted(outcome=outcome, version=self.process.version)
        put = [
            Event(seq=1, step=step, round=1, occurred_on=on, recorded_at=target.recorded_at, body=body)
            for body in (facts.StepOpened(), done)
        ]
        at = self.events.index(target)
        return self._with(events=_numbered([*self.events[:at], *put, *self.events[at:]]))

    def enters(self, step: str, entry: str, *days: str) -> Told:
        """Say that entries of a kind were made in a period on some days, before it ended."""
        target = next(
            event
            for event in self.events
            if event.step == step and isinstance(event.body, facts.StepCompleted)
        )
        made = [
            Event(
                seq=1,
                step=step,
                round=1,
                occurred_on=date.fromisoformat(day),
                recorded_at=target.recorded_at,
                body=facts.EntryAdded(entry=entry),
            )
            for day in days
        ]
        at = self.events.index(target)
        return self._with(events=_numbered([*self.events[:at], *made, *self.events[at:]]))

    def announced(self, year: int) -> Told:
        """Say that the working days of a year had been announced when the case began."""
        calendar = WorkingCalendar(version="told", years=(CalendarYear(year=year),))
        return self._changed(
            lambda event: event.seq == 1,
            lambda event: event.model_copy(
                update={"body": event.body.model_copy(update={"calendar": calendar})}
            ),
        )

    def extended_again(self, months: int) -> Told:
        """Say that an extension was another one, of so many months."""
        return self._changed(
            lambda event: isinstance(event.body, facts.PeriodExtended),
            lambda event: event.model_copy(update={"body": facts.PeriodExtended(months=months)}),
        )

    def twice(self, kind: type[Any]) -> Told:
        """Say that an event of a kind happened twice."""
        event = next(event for event in self.events if isinstance(event.body, kind))
        at = self.events.index(event)
        return self._with(events=_numbered([*self.events[: at + 1], event, *self.events[at + 1 :]]))

    def told_by_the_proposer(self) -> Told:
        """Say that a move was confirmed by whoever proposed it."""
        who = next(event.actor for event in self.events if isinstance(event.body, facts.TransferProposed))
        return self._changed(
            lambda event: isinstance(event.body, facts.CaseTransferred),
            lambda event: event.model_copy(update={"actor": who}),
        )

    def moved_on(self, day: str) -> Told:
        """Say that a move was confirmed on another day."""
        return self._changed(
            lambda event: isinstance(event.body, facts.CaseTransferred),
            lambda event: event.model_copy(update={"occurred_on": date.fromisoformat(day)}),
        )

    def among(self, **people: dict[str, Any]) -> Told:
        """Say that the registers know other things of some people than they did."""
        known = {
            name: one.model_dump(by_alias=True, exclude_none=True)
            for name, one in self.organisation.people.items()
        }
        changed = {name: {**known.get(name, {}), **facts_} for name, facts_ in people.items()}
        return self._with(
            organisation=self.organisation.with_changes(Organisation.model_validate({"people": changed}))
        )

    def away(self, *people: str) -> Told:
        """Say that some people had said to be away all the time."""
        return self._with(away=people)

    def in_units(self, **units: dict[str, Any]) -> Told:
        """Say that the registers know other qualities of some units than they did."""
        changed = {name.replace("_", "-"): spec for name, spec in units.items()}
        return self._with(
            organisation=self.organisation.with_changes(Organisation.model_validate({"units": changed}))
        )

    def until(self, step: str) -> Told:
        """Tell no more than what came before the first act on a step."""
        first = next(e for e in self.events if e.step == step and isinstance(e.body, facts.Evidence))
        return self._with(events=[event for event in self.events if event.seq < first.seq])

    def looked_at_on(self, day: str) -> Told:
        """Look at it on a day."""
        return self._with(today=date.fromisoformat(day))

    def at_the_university(self) -> Told:
        """Say that the case followed the local overlay from its start."""
        local = university()

        def put(event: Event) -> Event:
            named = {"version": local.version} | ({"digest": local.digest} if event.seq == 1 else {})
            return event.model_copy(update={"body": event.body.model_copy(update=named)})

        told = self._changed(lambda event: hasattr(event.body, "version"), put)
        return told._with(process=local)

    def history(self) -> History:
        """Return the history with what the registers say of its acts."""
        return History(self.process, self.events, self._known(), self.today)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of every rule."""
        return {one.rule: one for one in evaluate(book(self.process.process), self.history())}

    def verdict(self, rule: str) -> Verdict:
        """Return the verdict of one rule."""
        return self.verdicts[rule]

    def _known(self) -> dict[int, Circumstances]:
        cast, case, known = Cast(self.process, self.organisation), None, {}
        for event in self.events:
            if case is not None and event.actor is not None and isinstance(event.body, facts.Evidence):
                meeting = getattr(event.body, "meeting", None)
                left_out = () if meeting is None else tuple(one.person for one in meeting.excluded)
                known[event.seq] = cast.circumstances(
                    event.actor,
                    event.occurred_on,
                    unit=case.unit,
                    case=case,
                    named=(*getattr(event.body, "people", ()), *left_out),
                    in_place_of=event.on_behalf_of,
                ).model_copy(update={"away": self._gone})
            case = evolve(self.process, case, event)
        return known

    def _latest(self, step: str, entry: str | None = None) -> Event:
        return next(
            event
            for event in reversed(self.events)
            if event.step == step
            and isinstance(event.body, facts.Evidence)
            and (entry is None or getattr(event.body, "entry", None) == entry)
        )

    def _bodies(
        self,
        change: Callable[[facts.Evidence], dict[str, Any]],
        step: str | None = None,
        entry: str | None = None,
    ) -> Told:
        target = None if step is None else self._latest(step, entry).seq

        def put(event: Event) -> Event:
            assert isinstance(event.body, facts.Evidence)
            return event.model_copy(update={"body": event.body.model_copy(update=change(event.body))})

        return self._changed(
            lambda event: isinstance(event.body, facts.Evidence) and target in {None, event.seq}, put
        )

    def _changed(self, wanted: Callable[[Event], bool], put: Callable[[Event], Event]) -> Told:
        return self._with(events=[put(event) if wanted(event) else event for event in self.events])

    def _with(self, **parts: Any) -> Told:
        return Told(
            parts.get("process", self.process),
            parts.get("organisation", self.organisation),
            parts.get("events", self.events),
            parts.get("today", self.today),
            parts.get("away", self._gone),
        )


@cache
def told(name: str, of: str = MEMBERSHIP) -> Told:
    """Return a scenario of a process as it was told."""
    scenario, timeline = scenarios(of)[name], as_written(of, name)
    process = library().for_start(of, scenario.opening.on)
    last = timeline.events[-1]
    return Told(process, scenario.organisation, timeline.events, last.recorded_at.date())


def _numbered(events: Iterable[Event]) -> list[Event]:
    """Number events anew, and what refers to others by number."""
    told_ = list(events)
    new = {event.seq: number for number, event in enumerate(told_, 1) if event.actor is not None}
    found = []
    for number, event in enumerate(told_, 1):
        body, ref = event.body, getattr(event.body, "proposal", None)
        if isinstance(ref, int):
            body = body.model_copy(update={"proposal": new.get(ref, 0)})
        found.append(event.model_copy(update={"seq": number, "body": body}))
    return found
