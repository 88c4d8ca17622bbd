"""Erasing a person, by two people, once no case is open and no rule of retention keeps anything any more."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from sqlalchemy import Connection

from domain.refusals import RuleViolation, SamePersonTwice, StillKept
from domain.retention import Ended, Ground, Kept, check_time_over, kept
from domain.values import Text, Value
from records import erasures, organisation, post_notes, visible
from records.document_keys import names_in_store
from records.erasures import Erasure
from services.administration import note
from services.asking import Asking, once
from services.parts import Caller, Parts
from services.refusals import NotPermitted
from services.views import Named, Page, View


class AskedErasure(Value):
    """Who is to be erased, and on which ground."""

    person: str
    ground: Ground


class RuleView(View):
    """By which rule a case was kept, and the first day on which it need not be."""

    rule: str
    basis: str
    until: date | None


class ErasureView(View):
    """An erasure that was asked for, or done."""

    id: str
    person: str
    ground: Ground
    rules: str
    """Those that kept something, and since when they do not."""
    asked_by: str
    asked_at: datetime
    status: str
    answered_by: str | None
    answered_at: datetime | None
    in_the_open: int
    """Events with free text from before there were keys: these stay as they are."""


class DueView(View):
    """A person of whom no rule keeps anything any more."""

    person: Named
    rules: tuple[RuleView, ...]


class WaitingView(View):
    """An erasure that waits for a second administrator."""

    erasure: ErasureView
    person: Named
    asked_by: Named
    may_agree: bool
    """Whether the caller could be the second one."""


async def ask(parts: Parts, caller: Caller, asked: AskedErasure, *, key: str | None = None) -> ErasureView:
    """Ask that a person is erased: the person, or an administrator of all his units.

    Raises NotFound, NotPermitted, and the rule that stands in the way.
    """

    def work(asking: Asking) -> ErasureView:
        connection, person = asking.connection, asked.person
        visible.find_person(connection, person, viewer=caller.person, today=asking.today)
        if person != caller.person:
            _check_administers(asking, person)
        rules = _may_go(connection, parts, person)
        made = erasures.ask(
            connection,
            person=person,
            ground=asked.ground,
            rules=_as_text(rules),
            by=caller.person,
            now=parts.clock(),
        )
        return _view(connection, made)

    return await once(parts, caller, key, ("erasure", asked), ErasureView, work)


async def confirm(parts: Parts, caller: Caller, erasure_id: str, *, key: str | None = None) -> ErasureView:
    """Agree to an erasure, which is then done: an administrator of all his units who did not ask for it.

    Agreeing again to one that was done removes documents that a fault left behind. Raises the same as `ask`,
    and SamePersonTwice.
    """
    removed: list[str] = []

    def work(asking: Asking) -> ErasureView:
        connection = asking.connection
        found = erasures.find_erasure(connection, erasure_id)
        _check_administers(asking, found.person)
        if caller.person in {found.asked_by, found.person}:
            raise SamePersonTwice("erasure.two-people", basis="gen", detail=_TWO)
        removed[:] = names_in_store(connection, erasures.documents_of(connection, found.person))
        if found.status != "done":
            # Nobody gives him a post meanwhile.
            post_notes.keep_others_out(connection)
            _may_go(connection, parts, found.person)
            found = erasures.erase(connection, found, caller.person, parts.clock())
            why = {"ground": found.ground, "asked_by": found.asked_by}
            note(connection, parts, "person-erased", by=caller.person, person=found.person, **why)
        return _view(connection, found)

    view = await once(parts, caller, key, ("confirm-erasure", erasure_id), ErasureView, work)
    for name in removed:
        with suppress(FileNotFoundError):
            await parts.documents.remove(name)
    return view


async def waiting(parts: Parts, caller: Caller, *, limit: int) -> Page[WaitingView]:
    """Return the erasures that wait for the caller to agree, as an administrator of all units of a person."""

    def work(connection: Connection) -> Page[WaitingView]:
        asking = Asking(connection, caller.person, parts.today())
        asked = erasures.waiting(connection, limit)
        administered = asking.administered({one.person for one in asked})
        found = [one for one in asked if one.person in administered]
        names = organisation.names_of(
            connection, {one.person for one in found} | {one.asked_by for one in found}
        )
        return Page(
            items=tuple(
                WaitingView(
                    erasure=_view(connection, one),
                    person=Named(id=one.person, name=names[one.person]),
                    asked_by=Named(id=one.asked_by, name=names[one.asked_by]),
                    may_agree=caller.person not in {one.asked_by, one.person},
                )
                for one in found
            )
        )

    return await parts.read(work)


async def due(parts: Parts, caller: Caller, *, cursor: str | None, limit: int) -> Page[DueView]:
    """Return those below the caller's posts as an administrator of whom nothing has to be kept any more.

    A page may be shorter than asked and still have a next.
    """

    def work(connection: Connection) -> Page[DueView]:
        asking = Asking(connection, caller.person, parts.today())
        ids = erasures.people_with_ended_cases(connection, cursor or "", limit)
        administered = asking.administered(ids)
        asked = [one for one in ids if one in administered and one != caller.person]
        names = organisation.names_of(connection, asked)
        ended = erasures.ended_cases(connection, asked, lock=False)
        needed = erasures.needed(connection, asked, asking.today)
        items = []
        for person in asked:
            with suppress(RuleViolation):
                rules = _check_may_go(parts, ended[person], needed.get(person))
                views = tuple(RuleView(**dict(rule)) for rule in rules)
                items.append(DueView(person=Named(id=person, name=names[person]), rules=views))
        return Page(items=tuple(items), next=ids[-1] if len(ids) == limit else None)

    return await parts.read(work)


def _check_administers(asking: Asking, person: str) -> None:
    if person == asking.who or not asking.administered((person,)):
        raise NotPermitted


def _may_go(connection: Connection, parts: Parts, person: str) -> tuple[Kept, ...]:
    """Return the rules that kept something of a person, and lock his cases. Raises one that still does."""
    ended = erasures.ended_cases(connection, (person,), lock=True)[person]
    needed = erasures.needed(connection, (person,), parts.today()).get(person)
    return _check_may_go(parts, ended, needed)


def _check_may_go(parts: Parts, ended: tuple[Ended, ...], needed: str | None) -> tuple[Kept, ...]:
    """Return the rules that kept something. Raises the one that still does."""
    rules = kept(parts.retention, ended)
    if needed is not None:
        raise StillKept(f"retention.{needed}", basis="gen", detail=_NEEDED[needed])
    check_time_over(rules, parts.today())
    return rules


def _as_text(rules: Sequence[Kept]) -> str:
    return "; ".join(f"{one.rule} ({one.basis}) {one.until}" for one in rules)


def _view(connection: Connection, erasure: Erasure) -> ErasureView:
    in_the_open = erasures.events_in_the_open(connection, erasure.person)
    return ErasureView.model_validate(
        {name: getattr(erasure, name) for name in Erasure.__slots__} | {"in_the_open": in_the_open}
    )


_NEEDED = {
    "post": Text(zh="此人还担任职务，须先免去。", en="This person holds a post; end it first."),
    "case-role": Text(zh="此人在未结个案中有职责。", en="This person has a part in a case that is not over."),
}
_TWO = Text(zh="须由另一名管理员确认。", en="Another administrator has to agree.")
