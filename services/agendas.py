"""Agendas: the cases a body treats in one meeting, in their order, and who is there, entered once.

An agenda is a draft of whoever holds the meeting: nothing rests on it. What counts is recorded case by case,
by the act on each, and says there as which item of how many it was treated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import field_validator
from sqlalchemy import Connection

from domain.acts import AgendaItem, Excluded
from domain.process import Process
from domain.values import Text, Value
from records import drafts as kept
from records import problems
from services.meetings import Item, Looking, Meeting, latest, unit_named
from services.parts import Caller, Parts
from services.refusals import InvalidInput
from services.rosters import RosterView
from services.views import Named

_KIND: Final = "agenda"
_MOST: Final = 20


class Agenda(Value):
    """What is kept of a meeting that is prepared or held; `items` in their order."""

    process: str
    unit: str
    body: str
    on: date
    items: tuple[Item, ...] = ()
    attended: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    """Who is left out of the count, with documents by the id they were handed in under."""

    @field_validator("excluded", mode="before")
    @classmethod
    def _by_ground_alone(cls, value: object) -> object:
        """Read agendas that say on what ground somebody is left out, and nothing else."""
        if isinstance(value, Mapping):
            return tuple({"person": one, "ground": ground} for one, ground in value.items())
        return value


@dataclass(frozen=True)
class KeptAgenda:
    """An agenda by its id."""

    id: str
    content: Agenda


@dataclass(frozen=True)
class Begun:
    """An agenda with what a list says of it."""

    id: str
    content: Agenda
    title: Text
    unit: str
    changed_at: datetime


@dataclass(frozen=True)
class Line:
    """One case that waits for the meeting or was treated in it."""

    item: Item
    name: str
    title: Text
    due_on: date | None
    not_before: date | None
    """From when it may be treated, where that is after the day of the meeting."""
    place: int
    """As which item it is treated; 0 where it is not on the agenda."""


@dataclass(frozen=True)
class OpenAgenda:
    """Everything the page of an agenda shows."""

    id: str
    content: Agenda
    process: Process
    title: Text
    unit: Named
    entitled: tuple[Named, ...]
    """The body on the day, before anybody keeps out of one case or another."""
    takes_writing: bool
    lines: tuple[Line, ...]

    @property
    def number(self) -> int:
        """How many items the agenda has."""
        return sum(one.place > 0 for one in self.lines)


async def listed(parts: Parts, caller: Caller) -> tuple[Begun, ...]:
    """Return the caller's agendas, those changed last first."""

    def work(connection: Connection) -> tuple[Begun, ...]:
        return tuple(
            Begun(
                one.id,
                content,
                _title(parts, content),
                unit_named(connection, content.unit).name,
                one.changed_at,
            )
            for one in kept.list_drafts(connection, caller.person, _KIND)
            for content in [_content(one)]
        )

    return await parts.read(work)


async def begun(parts: Parts, caller: Caller, content: Agenda) -> str:
    """Keep a new agenda with every case that may be treated in this meeting, and return its id.

    Raises NotFound where none does, InvalidInput where somebody has too many.
    """

    def work(connection: Connection) -> str:
        looking = Looking(connection, parts, caller)
        found = _meeting(looking, content)
        if found is None:
            raise problems.NotFound("nothing waits for this meeting")
        if len(kept.list_drafts(connection, caller.person, _KIND)) >= _MOST:
            raise InvalidInput("on", _TOO_MANY)
        items = tuple(
            one
            for one in found.waiting
            if looking.is_expected(one) and looking.from_when(one, content.on) is None
        )
        text = content.model_copy(update={"items": items}).model_dump_json()
        return kept.add_draft(connection, caller.person, _KIND, text, parts.clock()).id

    return await parts.write(work)


async def opened(parts: Parts, caller: Caller, agenda_id: str) -> OpenAgenda:
    """Return one of the caller's agendas. Raises NotFound."""

    def work(connection: Connection) -> OpenAgenda:
        content = _kept(connection, caller, agenda_id)
        looking = Looking(connection, parts, caller)
        found = _meeting(looking, content)
        process = latest(parts, content.process)
        now = () if found is None else found.waiting
        lines = tuple(_lines(looking, process, content, now))
        first = next(iter(lines), None)
        return OpenAgenda(
            id=agenda_id,
            content=content,
            process=process,
            title=_title(parts, content),
            unit=unit_named(connection, content.unit),
            entitled=() if first is None else looking.roster(first.item.case, content.body, content.on),
            takes_writing=any(looking.takes_writing(line.item) for line in lines),
            lines=lines,
        )

    return await parts.read(work)


async def found(parts: Parts, caller: Caller, agenda_id: str) -> KeptAgenda:
    """Return what is kept of one of the caller's agendas. Raises NotFound."""
    return KeptAgenda(agenda_id, await parts.read(lambda connection: _kept(connection, caller, agenda_id)))


async def changed(parts: Parts, caller: Caller, agenda_id: str, content: Agenda) -> None:
    """Keep what an agenda says now. Raises NotFound, InvalidInput where somebody is there and in writing."""
    out = {one.person for one in content.excluded}
    if set(content.wrote) & (set(content.attended) | out):
        raise InvalidInput("wrote", _BOTH)
    if set(content.attended) & out:
        raise InvalidInput("excluded", _OUT)

    await parts.write(lambda connection: _keep(connection, parts, caller, agenda_id, content))


async def discarded(parts: Parts, caller: Caller, agenda_id: str) -> None:
    """Forget an agenda; what was recorded stays."""

    def work(connection: Connection) -> None:
        _kept(connection, caller, agenda_id)
        kept.remove_draft(connection, caller.person, _KIND, agenda_id)

    await parts.write(work)


async def recorded(parts: Parts, caller: Caller, agenda_id: str, case: str, step: str) -> None:
    """Note that a vote was recorded, where the agenda is still there."""

    def work(connection: Connection) -> None:
        try:
            content = _kept(connection, caller, agenda_id)
        except problems.NotFound:
            return
        items = tuple(
            one.model_copy(update={"recorded": True}) if (one.case, one.step) == (case, step) else one
            for one in content.items
        )
        _keep(connection, parts, caller, agenda_id, content.model_copy(update={"items": items}))

    await parts.write(work)


def place_on(content: Agenda, case: str, step: str) -> AgendaItem | None:
    """Return as which item of how many a case is treated; None where it is not on the agenda."""
    places = [(one.case, one.step) for one in content.items]
    if (case, step) not in places:
        return None
    return AgendaItem(item=places.index((case, step)) + 1, of=len(places))


@dataclass(frozen=True)
class Known:
    """What an agenda knows of the meeting on one case. Whoever keeps out of that case is not in it."""

    eligible: int
    attended: tuple[str, ...]
    wrote: tuple[str, ...]
    excluded: tuple[Excluded, ...]


def known_of(content: Agenda, roster: RosterView, *, takes_writing: bool) -> Known:
    """Return what an agenda knows of the meeting on a case with this roster."""
    entitled = [one.id for one in roster.entitled]
    out = tuple(one for one in content.excluded if one.person in entitled)
    return Known(
        eligible=len(entitled) - len(out),
        attended=tuple(one for one in entitled if one in content.attended),
        wrote=tuple(one for one in entitled if one in content.wrote) if takes_writing else (),
        excluded=out,
    )


def _lines(looking: Looking, process: Process, content: Agenda, now: Iterable[Item]) -> Iterator[Line]:
    """Yield what is on the agenda and still waits or was treated; then whatever waits besides."""
    waits = {one.key: one for one in now}
    here = [one for one in content.items if one.key in waits or (one.recorded and looking.sees(one.case))]
    known = {one.key for one in content.items}
    others = [one for key, one in waits.items() if key not in known]
    names = looking.names(one.subject for one in (*here, *others))
    for place, one in enumerate((*here, *others), start=1):
        step, task = process.steps.get(one.step), looking.tasks.get(one.key)
        yield Line(
            item=one,
            name=names.get(one.subject, ""),
            title=Text(zh=one.step, en=one.step) if step is None else step.title,
            due_on=None if task is None else task.due_on,
            not_before=looking.from_when(one, content.on),
            place=place if place <= len(here) else 0,
        )


def _meeting(looking: Looking, content: Agenda) -> Meeting | None:
    """Return the meeting an agenda is of, where cases wait for it."""
    asked = (content.process, content.unit, content.body)
    meetings = looking.meetings(None, content.on)
    return next((one for one in meetings if (one.process, one.unit.id, one.body) == asked), None)


def _kept(connection: Connection, caller: Caller, agenda_id: str) -> Agenda:
    return _content(kept.draft(connection, caller.person, _KIND, agenda_id))


def _keep(connection: Connection, parts: Parts, caller: Caller, agenda_id: str, content: Agenda) -> None:
    text = content.model_dump_json()
    kept.change_draft(connection, caller.person, _KIND, agenda_id, text, parts.clock())


def _content(found: kept.KeptDraft) -> Agenda:
    return Agenda.model_validate(json.loads(found.content))


def _title(parts: Parts, content: Agenda) -> Text:
    body = latest(parts, content.process).bodies.get(content.body)
    return Text(zh="会议", en="Meeting") if body is None else body.title


_BOTH = Text(
    zh="同一人不能既到会又提交书面意见；不计入应到人数的，也不能提交",
    en="Nobody is there and in writing at once, nor in writing and left out of the count",
)
_OUT = Text(zh="不计入应到人数的不能列为到会", en="Whoever is left out of the count is not counted as there")
_TOO_MANY = Text(
    zh=f"会议议程已有{_MOST}份，请先删除其中一些", en=f"You have {_MOST} agendas: remove some first"
)
