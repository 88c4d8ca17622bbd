"""The organisation and its cases as they were on a day.

A look at the past asks for the right to look today, and shows what was so that day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.moments import end_of
from records import cases, organisation, past, unit_changes, unit_trees, visible
from records.cases import ListedCase
from records.cursors import cursor_of
from records.problems import NotFound
from services.cases import CaseFilter, row_as_of
from services.parts import Caller, Parts
from services.people import delegation_views, person_view, post_view
from services.scoping import scope_of
from services.seeing import as_told, look_at
from services.views import CaseRow, DelegationView, Named, Page, PersonView, PostView

T = TypeVar("T")

_LOOKS: Final = 20
"""Pages that are looked through for one that is asked for; then a shorter one is answered."""


@dataclass(frozen=True)
class PostFilter:
    """What a list of posts is narrowed to."""

    unit: str | None = None
    person: str | None = None
    role: str | None = None


class PersonThenView(PersonView):
    """A person as he was on a day."""

    posts: tuple[PostView, ...]
    delegations: tuple[DelegationView, ...]
    """Posts lent to him that day."""
    restrictions: tuple[str, ...]


async def people_on(
    parts: Parts,
    caller: Caller,
    day: date,
    *,
    text: str | None,
    unit: str | None,
    cursor: str | None,
    limit: int,
) -> Page[PersonView]:
    """Return people the caller sees, with the standing of that day; those in a unit then, if one is given.

    `text` is part of a name.

    Raises InvalidInput for a bad cursor.
    """
    today = parts.today()

    def work(connection: Connection) -> Page[PersonView]:
        if unit is None:
            page = visible.list_people(
                connection, viewer=caller.person, today=today, q=text, cursor=cursor, limit=limit
            )
            ids, following = tuple(person.id for person in page.items), page.next
        else:
            found = past.people_then(connection, unit, day, q=text, cursor=cursor, limit=limit)
            ids, following = _seen(connection, caller, found.items, today), found.next
        stood = visible.present_standings(connection, ids, day)
        people = organisation.persons(connection, ids)
        return Page(
            items=tuple(person_view(person, stood.get(person.id)) for person in people), next=following
        )

    return await parts.read(work)


async def person_on(parts: Parts, caller: Caller, person_id: str, day: date) -> PersonThenView:
    """Return a person within the caller's scope, with what he held and was barred from. Raises NotFound.

    What bars somebody is shown to himself and to those with a post in his unit or above it today.
    """
    today = parts.today()

    def work(connection: Connection) -> PersonThenView:
        found = visible.find_person(connection, person_id, viewer=caller.person, today=today)
        stood = visible.present_standings(connection, (person_id,), day).get(person_id)
        held = past.held_then(connection, day, person=person_id, today=day >= today)
        own = organisation.posts_by_id(connection, [one.post for one in held if one.on_behalf_of is None])
        lent = organisation.list_delegations(
            connection, person_id=person_id, on=day, today=day >= today, limit=200
        ).items
        near = person_id == caller.person or (
            stood is not None and past.holds_above(connection, caller.person, (stood[1],), today)
        )
        return PersonThenView(
            **person_view(found, stood).model_dump(),
            posts=tuple(post_view(post, found.name) for post in own),
            delegations=delegation_views(connection, [one for one in lent if one.substitute == person_id]),
            restrictions=past.restrictions_then(connection, person_id, day) if near else (),
        )

    return await parts.read(work)


async def posts_on(
    parts: Parts,
    caller: Caller,
    day: date,
    asked: PostFilter,
    *,
    cursor: str | None,
    limit: int,
) -> Page[PostView]:
    """Return posts within the caller's scope that were held that day, by their units' names of that day.

    A page may be shorter than asked and still have a next. Raises InvalidInput for a bad cursor.
    """

    def look(connection: Connection, after: str | None, some: int) -> Page[organisation.Post]:
        page = visible.list_posts(
            connection,
            viewer=caller.person,
            today=parts.today(),
            unit_id=asked.unit,
            person_id=asked.person,
            role=asked.role,
            cursor=after,
            limit=some,
        )
        held = (post for post in page.items if post.held_on(day, parts.today()))
        return Page(items=tuple(held), next=page.next)

    def work(connection: Connection) -> Page[PostView]:
        page = _sifted(lambda after, some: look(connection, after, some), cursor, limit)
        names = organisation.names_of(connection, (post.person for post in page.items))
        then = unit_changes.states_on(connection, sorted({post.unit for post in page.items}), day)
        views = tuple(
            post_view(post, names[post.person]).model_copy(
                update={"unit": Named(id=post.unit, name=then[post.unit].name)}
            )
            for post in page.items
            if post.unit in then
        )
        return Page(items=views, next=page.next)

    return await parts.read(work)


async def cases_on(
    parts: Parts, caller: Caller, day: date, wanted: CaseFilter, *, cursor: str | None, limit: int
) -> Page[CaseRow]:
    """Return cases the caller sees as the record showed them at the end of a day, latest opened first.

    A page may be shorter than asked and still have a next. Raises InvalidInput for a bad cursor.
    """

    def work(connection: Connection) -> Page[CaseRow]:
        scope = scope_of(connection, caller, parts.today())
        below = None
        if wanted.unit is not None:
            query = unit_trees.units_below_on((wanted.unit,), day)
            below = frozenset(connection.execute(query).scalars())
        narrowed = cases.CaseFilter(process=wanted.process, q=wanted.text)

        def look(after: str | None, some: int) -> Page[CaseRow]:
            page = cases.list_cases(connection, scope=scope, narrowed=narrowed, cursor=after, limit=some)
            rows = (_row_then(connection, parts, caller, row, day) for row in page.items)
            kept = (row for row in rows if row is not None and _is_wanted(row, wanted, below))
            return Page(items=tuple(kept), next=page.next)

        # Nothing that was recorded by then was opened later.
        begin = cursor_of((day + timedelta(days=1)).isoformat(), "")
        return _sifted(look, cursor or begin, limit)

    return await parts.read(work)


def _seen(connection: Connection, caller: Caller, ids: tuple[str, ...], today: date) -> tuple[str, ...]:
    seen = []
    for person in ids:
        try:
            visible.find_person(connection, person, viewer=caller.person, today=today)
        except NotFound:
            continue
        seen.append(person)
    return tuple(seen)


def _row_then(
    connection: Connection, parts: Parts, caller: Caller, row: ListedCase, day: date
) -> CaseRow | None:
    try:
        found = cases.case_as_of(connection, parts.library, row.id, day, None)
    except (NotFound, UnknownProcess):
        return None
    if row.apart:
        present = cases.find_case(connection, parts.library, row.id, None)
        look = look_at(connection, parts, caller, present.process, present.case)
        found, _ = as_told(connection, parts, found, look)
    return row_as_of(found, end_of(day, found.case.time_zone), caller.language)


def _is_wanted(row: CaseRow, wanted: CaseFilter, below: frozenset[str] | None) -> bool:
    equal = ((row.status, wanted.status), (row.stage, wanted.stage), (row.standing, wanted.standing))
    return (
        all(asked is None or value == asked for value, asked in equal)
        and (wanted.overdue is None or row.overdue is wanted.overdue)
        and (below is None or row.unit.id in below)
    )


def _sifted(look: Callable[[str | None, int], Page[T]], cursor: str | None, limit: int) -> Page[T]:
    """Return what is left of as many pages as it takes to fill one, or of as many as are looked through."""
    kept: tuple[T, ...] = ()
    for _ in range(_LOOKS):
        page = look(cursor, limit - len(kept))
        kept, cursor = (*kept, *page.items), page.next
        if cursor is None or len(kept) >= limit:
            break
    return Page(items=kept, next=cursor)
