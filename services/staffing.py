"""Whether steps will have their people: for those who see the cases of a unit by a post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import Connection

from domain.at_hand import Out
from domain.permitting import actor_title
from domain.process import Process
from domain.staffing import Shortage, shortages
from records import organisation, staffing
from records.cursors import cursor_of, place_of
from records.staffing import OpenCase
from services import deliberation
from services.case_views import process_ref
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.views import Named, Page, ProcessRef, View

_AT_ONCE: Final = 50
"""Cases that are looked at together."""
_LOOKS: Final = 4
"""How often that is done for one page, at most; it may be shorter than asked and still have a next."""


class OutView(View):
    """Somebody who cannot act on the step, and why."""

    person: Named
    on_behalf_of: Named | None
    why: str
    until: date | None


class ShortageView(View):
    """A step that will not have its people."""

    case: str
    subject: Named
    unit: Named
    process: ProcessRef
    step: str
    title: str
    kind: str
    who: str
    """Who is asked, as people call them."""
    from_: Annotated[date, Field(serialization_alias="from", validation_alias="from")]
    """The first day on which the step needs its people."""
    to: date
    needed: int
    have: int
    """The most there are on any of these days."""
    out: tuple[OutView, ...]


async def list_shortages(  # noqa: PLR0917 - who asks, and about what
    parts: Parts,
    caller: Caller,
    unit: str,
    process: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ShortageView]:
    """Return the steps that will be short of people, of the open cases of a unit and all below, by case.

    Raises InvalidInput for a bad cursor.
    """

    def work(connection: Connection) -> Page[ShortageView]:
        scope = scope_of(connection, caller, parts.today())
        after = "" if cursor is None else place_of(cursor, 1)[0]
        found: list[ShortageView] = []
        for _ in range(_LOOKS):
            page, last = staffing.open_cases(
                connection,
                parts.library,
                after=after,
                limit=min(_AT_ONCE, limit),
                scope=scope,
                unit=unit,
                process=process,
            )
            found += _views(connection, parts, caller, page)
            if last is None:
                return Page(items=tuple(found), next=None)
            after = last
            if len(found) >= limit:
                break
        return Page(items=tuple(found), next=cursor_of(after))

    return await parts.read(work)


async def posts_held(parts: Parts) -> frozenset[str]:
    """Return every role somebody holds today anywhere, as `<kind of unit>.<role>`."""
    today = parts.today()
    return await parts.read(lambda connection: staffing.roles_held(connection, today))


def _views(
    connection: Connection, parts: Parts, caller: Caller, page: tuple[OpenCase, ...]
) -> list[ShortageView]:
    today = parts.today()
    picture = staffing.picture_of(connection, page, today)
    # How many are missing tells how many have answered.
    closed = deliberation.steps_closed(connection, parts, caller.person)
    found = [
        (one, tuple(each for each in short if each.step not in closed.get(one.case.id, ())))
        for one in page
        for short in (shortages(one.process, one.case, picture, today),)
    ]
    named = {
        person
        for _, short in found
        for each in short
        for out in each.out
        for person in (out.person, out.on_behalf_of or out.person)
    }
    names = organisation.names_of(connection, named)
    return [_view(caller, one, each, names) for one, short in found for each in short]


def _view(caller: Caller, one: OpenCase, short: Shortage, names: Mapping[str, str]) -> ShortageView:
    case, edition = one.case, one.process.edition(one.case.version)
    return ShortageView(
        case=case.id,
        subject=Named(id=case.subject, name=one.subject_name),
        unit=Named(id=case.unit, name=one.unit_name),
        process=process_ref(one.process, case.version, caller.language),
        step=short.step,
        title=edition.steps[short.step].title.in_language(caller.language),
        kind=short.kind,
        who=who_in_words(edition, short.who, caller.language),
        from_=short.first,
        to=short.last,
        needed=short.needed,
        have=short.have,
        out=tuple(_out(each, names) for each in short.out),
    )


def who_in_words(process: Process, who: str, language: str) -> str:
    """Return what people call the actors or the body that is short of people."""
    if who in process.bodies:
        title = process.bodies[who].title
        return title.zh if language == "zh" else title.en
    if who in process.case_roles:
        title = process.case_roles[who].title
        return title.zh if language == "zh" else title.en
    titles = [actor_title(process, actor) for actor in who.split(", ")]
    return "、".join(one.zh for one in titles) if language == "zh" else ", ".join(one.en for one in titles)


def _out(out: Out, names: Mapping[str, str]) -> OutView:
    owner = out.on_behalf_of
    return OutView(
        person=Named(id=out.person, name=names.get(out.person, "")),
        on_behalf_of=None if owner is None else Named(id=owner, name=names.get(owner, "")),
        why=out.why,
        until=out.until,
    )
