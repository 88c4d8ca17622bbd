"""Meetings that cases wait for: which body of which unit decides on them, by the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from sqlalchemy import Connection

from domain.agendas import Item
from domain.circumstances import Circumstances
from domain.process import Process
from domain.refusals import RuleViolation
from domain.steps import MeetingStep
from domain.values import Text
from domain.voting import voting_body
from records import cases, inbox, organisation, registers, units
from records.inbox import Task, TaskFilter
from records.registers import ActedOn, Ways
from records.scope import Scope
from services import deliberation
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.views import Named

_MOST: Final = 400
"""Cases that wait for meetings and are looked at, those due soonest; the agenda of one is shorter by far."""


@dataclass(frozen=True)
class Meeting:
    """A body for which cases of the caller wait."""

    process: str
    unit: Named
    body: str
    title: Text
    process_title: Text
    waiting: tuple[Item, ...]
    expected: int
    """How many of these have to come; the others may."""


async def waiting(parts: Parts, caller: Caller, *, unit: str | None = None) -> tuple[Meeting, ...]:
    """Return the bodies for whose meetings cases wait that the caller may record, soonest due first.

    `unit` narrows it to cases of a unit and of those below it.
    """

    def work(connection: Connection) -> tuple[Meeting, ...]:
        found = Looking(connection, parts, caller).meetings(unit)
        return tuple(one for one in found if one.expected)

    return await parts.read(work)


class Looking:
    """The meetings that cases wait for, while they are looked up; lives no longer."""

    def __init__(self, connection: Connection, parts: Parts, caller: Caller) -> None:
        self._connection, self._parts, self._caller = connection, parts, caller
        self.tasks: dict[str, Task] = {}
        """What waits, by item."""
        self._editions: dict[str, Process] = {}

    def meetings(
        self, unit: str | None, on: date | None = None, process: str | None = None
    ) -> tuple[Meeting, ...]:
        """Return the bodies for which cases wait, with these cases, soonest due first."""
        found: dict[tuple[str, str, str], list[Item]] = {}
        closed = deliberation.steps_closed(self._connection, self._parts, self._caller.person)
        page = inbox.list_tasks(
            self._connection,
            self._caller.person,
            self._parts.today(),
            narrowed=TaskFilter(process=process, unit=unit, kind="meeting"),
            closed=closed,
            limit=_MOST,
        )
        asked = (task.unit for task in page.items)
        ways = registers.ways_from(self._connection, asked, on or self._parts.today())
        for task in page.items:
            place = self._place(task, ways)
            if place is not None:
                item = Item(case=task.case, step=task.step, subject=task.subject)
                self.tasks[item.key] = task
                found.setdefault((task.process, *place), []).append(item)
        return tuple(self._meeting(*key, ways, items) for key, items in found.items())

    def is_expected(self, item: Item) -> bool:
        """Whether a step that waits has to come; others may come while their stage lasts."""
        return not self.edition(item).steps[item.step].optional

    def from_when(self, item: Item, on: date) -> date | None:
        """Return the first day on which an item may be treated, where that is after a day."""
        task = self.tasks.get(item.key)
        return task.not_before if task is not None and task.not_before and task.not_before > on else None

    @cached_property
    def _scope(self) -> Scope:
        return scope_of(self._connection, self._caller, self._parts.today())

    def names(self, people: Iterable[str]) -> dict[str, str]:
        """Return what people are called."""
        return organisation.names_of(self._connection, people)

    def sees(self, case: str) -> bool:
        """Whether the caller still sees a case."""
        return cases.is_seen(self._connection, case, self._scope)

    def roster(self, case: str, body: str, on: date) -> tuple[Named, ...]:
        """Return who is on the roster of the body that treats a case, on a day."""
        found = cases.find_case(self._connection, self._parts.library, case, None)
        days = ActedOn(on=on, today=self._parts.today())
        known = registers.circumstances(
            self._connection, found.process, found.case, self._caller.person, days
        )
        roster = known.roster(body)
        people = () if roster is None else roster.people
        names = self.names(people)
        return tuple(Named(id=one, name=names.get(one, "")) for one in people)

    def takes_writing(self, item: Item) -> bool:
        """Whether the rules of a case take opinions in writing in its meeting."""
        step = self.edition(item).steps.get(item.step)
        return isinstance(step, MeetingStep) and step.written

    def edition(self, item: Item) -> Process:
        """Return the edition the case of an item follows, which says what its steps and bodies are."""
        task = self.tasks.get(item.key)
        if task is not None:
            return self._parts.library.by_digest(task.digest)
        if item.case not in self._editions:
            found = cases.find_case(self._connection, self._parts.library, item.case, None)
            self._editions[item.case] = found.edition
        return self._editions[item.case]

    def _place(self, task: Task, ways: Ways) -> tuple[str, str] | None:
        """Return unit and body that decide; None where the definition is not published here."""
        if not self._parts.library.publishes(task.digest):
            return None
        process = self._parts.library.by_digest(task.digest)
        step = process.steps[task.step]
        if not isinstance(step, MeetingStep):
            return None
        path = ways.paths.get(task.unit, ())
        return _place_of(process, step, Circumstances(actor=self._caller.person, path=path))

    def _meeting(self, process: str, unit: str, body: str, ways: Ways, items: list[Item]) -> Meeting:
        edition = self.edition(items[0])
        return Meeting(
            process=process,
            unit=Named(id=unit, name=ways.names[unit]),
            body=body,
            title=edition.bodies[body].title,
            process_title=edition.title,
            waiting=tuple(items),
            expected=sum(map(self.is_expected, items)),
        )


def _place_of(process: Process, step: MeetingStep, known: Circumstances) -> tuple[str, str] | None:
    try:
        body = voting_body(process, step, known)
    except RuleViolation:
        return None
    unit = known.unit(process.bodies[body].unit)
    return None if unit is None else (unit.id, body)


def latest(parts: Parts, process: str) -> Process:
    """Return the latest edition of a process."""
    return parts.library.family(process)[-1]


def body_title(parts: Parts, process: str, body: str) -> Text:
    """Return what a body is called by the latest edition that knows it; a meeting where none is here."""
    family = (one for one in reversed(parts.library.editions) if one.process == process)
    known = (one.bodies[body] for one in family if body in one.bodies)
    found = next(known, None)
    return Text(zh="会议", en="Meeting") if found is None else found.title


def unit_named(connection: Connection, unit: str) -> Named:
    """Return a unit with its name."""
    return Named(id=unit, name=units.unit(connection, unit).name)
