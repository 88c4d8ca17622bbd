"""Who could see a case on a day, by what, and what each could act on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Circumstances, HeldPost
from domain.entitled import entitled_to
from domain.moments import end_of
from domain.permitting import serves
from domain.waiting import open_steps
from records import cases, organisation, past, relations, unit_trees
from records.cases import FoundCase
from records.past import HeldThen
from services.parts import Caller, Parts
from services.refusals import NotPermitted
from services.seeing import as_told, look_into
from services.views import Named, Page, View


class AccessView(View):
    """Somebody who could see a case on a day, why, and what he could act on."""

    person: Named
    role: str
    """Of the post or in the case; `subject` for the person it is about."""
    post: str | None
    unit: str | None
    on_behalf_of: Named | None
    steps: tuple[str, ...]
    """Open steps that were his to act on."""


async def access_on(parts: Parts, caller: Caller, case_id: str, day: date) -> Page[AccessView]:
    """Return who could see a case on a day, by what, and what each could act on.

    Asked of those who see the case by a post. Raises NotFound, NotPermitted.
    """

    def work(connection: Connection) -> Page[AccessView]:
        today = parts.today()
        found, look = look_into(connection, parts, caller, case_id)
        if not past.holds_above(connection, caller.person, (found.case.unit,), today):
            raise NotPermitted
        if day < today:
            then = cases.case_as_of(connection, parts.library, case_id, day, None)
            found, _ = as_told(connection, parts, then, look)
        return Page(items=access_to(connection, parts, found, day))

    return await parts.read(work)


def access_to(connection: Connection, parts: Parts, found: FoundCase, day: date) -> tuple[AccessView, ...]:
    """Return everybody who could see a case on a day; `found` is the case as it was then."""
    case = found.case
    until = min(parts.clock(), end_of(day, case.time_zone))
    steps = [step.step for step in open_steps(found.process, case, until)]
    waiting = [proposal.path[0].id for proposal in case.proposals if proposal.kind == "transfer"]
    path = {
        above
        for unit in (case.unit, *waiting)
        for above in connection.execute(unit_trees.units_above_on(unit, day)).scalars()
    }
    watching = past.watchers_then(connection, path, day, today=day >= parts.today())
    watching = tuple(held for held in watching if serves(_held(held), case))
    in_case = [("subject", case.subject)]
    in_case += [(role, person) for role, people in case.people.items() for person in people]
    names = organisation.names_of(
        connection,
        {held.person for held in watching}
        | {held.on_behalf_of for held in watching if held.on_behalf_of}
        | {person for _, person in in_case},
    )

    relatives = relations.relatives_on(connection, case.subject, day)

    def may(person: str, *posts: HeldThen) -> tuple[str, ...]:
        known = Circumstances(
            actor=person, posts=tuple(map(_held, posts)), path=case.path, relatives=relatives
        )
        return entitled_to(found.process, case, steps, known)

    by_post = (
        AccessView(
            person=Named(id=held.person, name=names[held.person]),
            role=held.role,
            post=held.post,
            unit=held.unit,
            on_behalf_of=None
            if held.on_behalf_of is None
            else Named(id=held.on_behalf_of, name=names[held.on_behalf_of]),
            steps=_by_this_post(case, may(held.person, held), may(held.person)),
        )
        for held in watching
    )
    by_part = (
        AccessView(
            person=Named(id=person, name=names[person]),
            role=role,
            post=None,
            unit=None,
            on_behalf_of=None,
            steps=may(person),
        )
        for role, person in in_case
    )
    return (*by_part, *by_post)


def _by_this_post(case: Case, with_it: tuple[str, ...], without: tuple[str, ...]) -> tuple[str, ...]:
    return () if case.is_closed else tuple(step for step in with_it if step not in without)


def _held(held: HeldThen) -> HeldPost:
    return HeldPost(
        id=held.post,
        role=held.role,
        unit=held.unit,
        unit_kind=held.unit_kind,
        on_behalf_of=held.on_behalf_of,
        lent_for=held.lent_for,
    )
