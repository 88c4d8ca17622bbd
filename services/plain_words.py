"""Cases in plain words: what the person concerned is told, and nothing the table of fields keeps from him."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection

from domain.plain_words import MayAdd, MayAsk, PlainCase, WaitsFor, plainly
from domain.values import Language
from records import cases, cursors, organisation, units
from records.cases import CaseFilter, FoundCase, ListedCase
from records.cursors import filled
from services.case_views import process_ref
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.seeing import Look, as_told, look_into, look_of_subject
from services.views import Named, Page, ProcessRef, View


class WaitsForView(View):
    """One thing the case waits for, in a sentence."""

    step: str
    says: str
    since: date
    not_before: date | None
    due_on: date | None


class MayAddView(View):
    """Something the person may do or hand in now: how it is asked for, and a sentence."""

    act: Literal["step", "entry", "withdraw", "appeal"]
    step: str | None
    entry: str | None
    says: str
    due_on: date | None


class MayAskView(View):
    """Somebody to speak to: people by a part in the case, or whoever holds a post in a unit."""

    role: str
    title: str
    people: tuple[Named, ...]
    unit: Named | None


class PlainCaseView(View):
    """A case in plain words, as the person it is about may read it."""

    id: str
    process: ProcessRef
    status: str
    head: str
    says: str
    since: date
    waits_for: tuple[WaitsForView, ...]
    may_add: tuple[MayAddView, ...]
    may_ask: tuple[MayAskView, ...]


async def told(parts: Parts, caller: Caller, case_id: str) -> PlainCaseView:
    """Return a case the caller sees in the words the person concerned is told. Raises NotFound."""

    def work(connection: Connection) -> PlainCaseView:
        found, _ = look_into(connection, parts, caller, case_id)
        return plain_view(connection, parts, caller.language, found)

    return await parts.read(work)


async def own(parts: Parts, caller: Caller, *, cursor: str | None, limit: int) -> Page[PlainCaseView]:
    """Return the cases that are about the caller, latest opened first. Raises InvalidInput.

    What follows a definition that is not published here cannot be told in words, and is passed over.
    """

    def work(connection: Connection) -> Page[PlainCaseView]:
        scope = scope_of(connection, caller, parts.today())
        mine = CaseFilter(subject=caller.person)

        def page_of(after: str | None, some: int) -> cursors.Page[ListedCase]:
            return cases.list_cases(connection, scope=scope, narrowed=mine, cursor=after, limit=some)

        page = filled(page_of, lambda row: parts.library.publishes(row.digest), cursor, limit)
        found = (cases.find_case(connection, parts.library, row.id, scope) for row in page.items)
        items = tuple(plain_view(connection, parts, caller.language, one) for one in found)
        return Page(items=items, next=page.next)

    return await parts.read(work)


def plain_view(connection: Connection, parts: Parts, language: Language, found: FoundCase) -> PlainCaseView:
    """Return a case in the words the person concerned is told, as far as he is told of it."""
    look = look_of_subject(parts, found.process, found.case)
    found, look = as_told(connection, parts, found, look)
    case, process = found.case, found.process
    plain = plainly(process, case, parts.clock())
    return PlainCaseView(
        id=case.id,
        process=process_ref(process, case.version, language),
        status=case.status,
        head=found.head,
        says=plain.stands.in_language(language),
        since=plain.since,
        waits_for=tuple(_waits_for(one, language) for one in plain.waits_for),
        may_add=tuple(_may_add(one, language) for one in plain.may_add),
        may_ask=_may_ask(connection, look, plain, language),
    )


def _waits_for(one: WaitsFor, language: Language) -> WaitsForView:
    return WaitsForView(**_said(one, language))


def _may_add(one: MayAdd, language: Language) -> MayAddView:
    return MayAddView(**_said(one, language))


def _said(one: WaitsFor | MayAdd, language: Language) -> dict[str, Any]:
    return {**dict(one), "says": one.says.in_language(language)}


def _may_ask(
    connection: Connection, look: Look, plain: PlainCase, language: Language
) -> tuple[MayAskView, ...]:
    shown = look.people()
    names = organisation.names_of(connection, {person for held in shown.values() for person in held})

    def view(one: MayAsk) -> MayAskView:
        people = tuple(Named(id=each, name=names.get(each, "")) for each in shown.get(one.actor, ()))
        unit = None if one.unit is None else Named(id=one.unit, name=units.unit(connection, one.unit).name)
        return MayAskView(role=one.actor, title=one.title.in_language(language), people=people, unit=unit)

    return tuple(view(one) for one in plain.may_ask if one.unit is not None or shown.get(one.actor))
