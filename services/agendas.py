"""Agendas: the cases a body treats in one meeting, in their order, and who is there, entered once.

An agenda is a draft of whoever holds the meeting: nothing rests on it. What counts is recorded case by case,
by the act on each, and says there as which item of how many it was treated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from pydantic import field_validator
from sqlalchemy import Connection

from domain.acts import AgendaItem, Excluded
from domain.agendas import Item, Order
from domain.process import Process
from domain.values import Text, Value
from records import drafts as kept
from records import problems
from services.meetings import Looking, Meeting, body_title, latest, unit_named
from services.parts import Caller, Parts
from services.refusals import InvalidInput
from services.views import Named

_KIND: Final = "agenda"
_MOST: Final = 20


class Agenda(Value):
    """What is kept of a meeting that is prepared or held."""

    process: str
    unit: str
    body: str
    on: date
    items: tuple[Item, ...] = ()
    planned: int = 0
    """How many items it had when the first vote was recorded: from then on numbers stay."""
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

    @property
    def order(self) -> Order:
        """Its cases, and the numbers they go by."""
        return Order(items=self.items, planned=self.planned)

    def in_order(self, order: Order) -> Self:
        """Return it with its cases in an order."""
        return self.model_copy(update={"items": order.items, "planned": order.planned})


@dataclass(frozen=True)
class KeptAgenda:
    """An agenda by its id, with what still waits or was treated."""

    id: str
    content: Agenda

    def stated(self, case: str, step: str) -> AgendaItem | None:
        """Return as which item of how many a case is treated; None where it is not on the agenda."""
        return self.content.order.stated(f"{case}:{step}")


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
    added: bool
    """Whether it was put on the agenda after the first vote."""
    moves: tuple[bool, bool]
    """Whether it can be moved to an earlier place, and to a later one."""


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


async def listed(parts: Parts, caller: Caller) -> tuple[Begun, ...]:
    """Return the caller's agendas, those changed last first."""

    def work(connection: Connection) -> tuple[Begun, ...]:
        return tuple(
            Begun(
                one.id,
                content,
                body_title(parts, content.process, content.body),
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
        looking = Looking(connection, parts, caller)
        content, now = _narrowed(looking, _kept(connection, caller, agenda_id))
        lines = tuple(_lines(looking, content, now))
        first = next(iter(lines), None)
        return OpenAgenda(
            id=agenda_id,
            content=content,
            process=latest(parts, content.process) if first is None else looking.edition(first.item),
            title=body_title(parts, content.process, content.body),
            unit=unit_named(connection, content.unit),
            entitled=() if first is None else looking.roster(first.item.case, content.body, content.on),
            takes_writing=any(looking.takes_writing(line.item) for line in lines),
            lines=lines,
        )

    return await parts.read(work)


async def found(parts: Parts, caller: Caller, agenda_id: str, item: str) -> KeptAgenda:
    """Return what is kept of one of the caller's agendas. Raises NotFound.

    `item` is treated just now, and on it whether or not it still waits: a form may be sent twice.
    """

    def work(connection: Connection) -> KeptAgenda:
        looking = Looking(connection, parts, caller)
        return KeptAgenda(agenda_id, _narrowed(looking, _kept(connection, caller, agenda_id), item)[0])

    return await parts.read(work)


async def changed(parts: Parts, caller: Caller, agenda_id: str, content: Agenda) -> None:
    """Keep what an agenda says now.

    Raises NotFound, and InvalidInput where somebody is there and in writing, or where votes of another day
    are recorded under it: their minutes name their place on this agenda, which is of that day.
    """
    out = {one.person for one in content.excluded}
    if set(content.wrote) & (set(content.attended) | out):
        raise InvalidInput("wrote", _BOTH)
    if set(content.attended) & out:
        raise InvalidInput("excluded", _OUT)

    def work(connection: Connection) -> None:
        now = _kept(connection, caller, agenda_id, lock=True)
        if now.planned and content.on != now.on:
            raise InvalidInput("occurred_on", _OF_ITS_DAY)
        # Where a vote was recorded since, what its minutes say stays.
        order = now.order.arranged(content.order.listed) if now.planned else content.order
        _keep(connection, parts, caller, agenda_id, content.in_order(order))

    await parts.write(work)


async def discarded(parts: Parts, caller: Caller, agenda_id: str) -> None:
    """Forget an agenda; what was recorded stays."""

    def work(connection: Connection) -> None:
        _kept(connection, caller, agenda_id)
        kept.remove_draft(connection, caller.person, _KIND, agenda_id)

    await parts.write(work)


async def recorded(parts: Parts, caller: Caller, agenda: KeptAgenda, case: str, step: str) -> None:
    """Note that a vote was recorded, where the agenda is still there; the first one settles its numbers."""

    def work(connection: Connection) -> None:
        try:
            now = _kept(connection, caller, agenda.id, lock=True)
        except problems.NotFound:
            return
        # The minutes say by which number: those are the numbers that stay.
        order = now.order if now.planned else agenda.content.order
        _keep(connection, parts, caller, agenda.id, now.in_order(order.voted_on(f"{case}:{step}")))

    await parts.write(work)


def _narrowed(looking: Looking, content: Agenda, *also: str) -> tuple[Agenda, tuple[Item, ...]]:
    """Return an agenda without what does not wait for its meeting any more, and all that does."""
    found = _meeting(looking, content)
    now = () if found is None else found.waiting
    order = content.order.narrowed_to({*(one.key for one in now), *also})
    return content.in_order(order), now


def _lines(looking: Looking, content: Agenda, now: tuple[Item, ...]) -> Iterator[Line]:
    """Yield what is on the agenda and still waits or was treated; then whatever waits besides."""
    waits = {one.key for one in now}
    order = content.order
    here = [one for one in order.listed if one.key in waits or (one.recorded and looking.sees(one.case))]
    listed = {one.key for one in order.listed}
    others = [one for one in now if one.key not in listed]
    names = looking.names(one.subject for one in (*here, *others))
    for one in (*here, *others):
        step, task = looking.edition(one).steps.get(one.step), looking.tasks.get(one.key)
        stated = order.stated(one.key)
        yield Line(
            item=one,
            name=names.get(one.subject, ""),
            title=Text(zh=one.step, en=one.step) if step is None else step.title,
            due_on=None if task is None else task.due_on,
            not_before=looking.from_when(one, content.on),
            place=0 if stated is None else stated.item,
            added=stated is not None and stated.added,
            moves=order.moves(one.key),
        )


def _meeting(looking: Looking, content: Agenda) -> Meeting | None:
    """Return the meeting an agenda is of, where cases wait for it."""
    asked = (content.process, content.unit, content.body)
    meetings = looking.meetings(None, content.on, content.process)
    return next((one for one in meetings if (one.process, one.unit.id, one.body) == asked), None)


def _kept(connection: Connection, caller: Caller, agenda_id: str, *, lock: bool = False) -> Agenda:
    return _content(kept.draft(connection, caller.person, _KIND, agenda_id, lock=lock))


def _keep(connection: Connection, parts: Parts, caller: Caller, agenda_id: str, content: Agenda) -> None:
    text = content.model_dump_json()
    kept.change_draft(connection, caller.person, _KIND, agenda_id, text, parts.clock())


def _content(found: kept.KeptDraft) -> Agenda:
    content = Agenda.model_validate(json.loads(found.content))
    if any(one.recorded for one in content.items):
        # Kept before numbers were settled: they are what its minutes say.
        return content.in_order(content.order.settled())
    return content


_BOTH = Text(
    zh="同一人不能既到会又提交书面意见；不计入应到人数的，也不能提交",
    en="Nobody is there and in writing at once, nor in writing and left out of the count",
)
_OF_ITS_DAY = Text(
    zh="已按本议程登记表决，会议日期不再更改。改日讨论的个案请另建议程；已登记的日期有误的，请在各个案中更正。",
    en="Votes are recorded under this agenda, so its day stays. What is treated on another day goes on an "
    "agenda of its own; where a recorded day is wrong, correct it in its case.",
)
_OUT = Text(zh="不计入应到人数的不能列为到会", en="Whoever is left out of the count is not counted as there")
_TOO_MANY = Text(
    zh=f"会议议程已有{_MOST}份，请先删除其中一些", en=f"You have {_MOST} agendas: remove some first"
)
