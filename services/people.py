"""People, posts and delegations as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from records import endings, organisation
from records.endings import Ending
from records.organisation import Delegation, Person, Post
from records.units import Unit
from services.parts import Parts
from services.views import DelegationView, EndingView, Named, PersonView, PostView, UnitView


def naming(connection: Connection, people: Iterable[str | None]) -> Callable[[str | None], Named | None]:
    """Return what names some people, each of whom may be nobody, with one question."""
    names = organisation.names_of(connection, {one for one in people if one is not None})

    def named(person: str | None) -> Named | None:
        return None if person is None else Named(id=person, name=names.get(person, ""))

    return named


def unit_view(unit: Unit) -> UnitView:
    """Return a unit."""
    return UnitView(
        id=unit.id,
        kind=unit.kind,
        name=unit.name,
        parent=unit.parent,
        temporary=unit.temporary,
        may_approve=unit.may_approve,
        closed_on=unit.closed_on,
    )


def person_view(person: Person, standing: tuple[str, str] | None = None) -> PersonView:
    """Return a person, with the standing and the unit he has it in. The day of birth is never shown."""
    return PersonView(
        id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        standing=standing[0] if standing else None,
        unit=standing[1] if standing else None,
    )


def post_view(post: Post, holder: str | None = None) -> PostView:
    """Return a post; `holder` is the name of the person, where others look at it."""
    return PostView(
        id=post.id,
        role=post.role,
        unit=Named(id=post.unit, name=post.unit_name),
        from_=post.from_on,
        to=post.to_on,
        person=None if holder is None else Named(id=post.person, name=holder),
        granted_by=None if holder is None else post.granted_by,
        granted_at=None if holder is None else post.granted_at,
    )


def ended_post_view(connection: Connection, post: Post) -> PostView:
    """Return a post with its holder's name, and with who ended it when and why."""
    ending = endings.endings_of(connection, "post", (post.id,)).get(post.id)
    holder = organisation.person(connection, post.person).name
    return post_view(post, holder).model_copy(update={"ended": _ending_view(ending)})


def with_endings(connection: Connection, views: Iterable[PostView]) -> tuple[PostView, ...]:
    """Return posts with who ended each when and why, where somebody did."""
    found = tuple(views)
    said = endings.endings_of(connection, "post", [view.id for view in found])
    return tuple(view.model_copy(update={"ended": _ending_view(said.get(view.id))}) for view in found)


def delegation_views(connection: Connection, lent: Iterable[Delegation]) -> tuple[DelegationView, ...]:
    """Return delegations with the posts they lend and the names of both people."""
    found = tuple(lent)
    posts = {each.id: each for each in organisation.posts_by_id(connection, [one.post for one in found])}
    people = {one.owner for one in found} | {one.substitute for one in found}
    names = organisation.names_of(connection, people)
    said = endings.endings_of(connection, "delegation", [one.id for one in found])
    return tuple(
        DelegationView(
            id=one.id,
            post=post_view(posts[one.post], names.get(one.owner, "")),
            substitute=Named(id=one.substitute, name=names.get(one.substitute, "")),
            from_=one.from_on,
            to=one.to_on,
            processes=() if one.lent_for is None else one.lent_for.processes,
            stages=() if one.lent_for is None else one.lent_for.stages,
            units=() if one.lent_for is None else one.lent_for.units,
            granted_by=one.granted_by,
            granted_at=one.granted_at,
            ended=_ending_view(said.get(one.id)),
        )
        for one in found
    )


async def names_of(parts: Parts, people: Iterable[str]) -> dict[str, str]:
    """Return what people are called, by id: of those named in words that a caller reads already."""
    wanted = frozenset(people)
    return await parts.read(lambda connection: organisation.names_of(connection, wanted))


def _ending_view(said: Ending | None) -> EndingView | None:
    if said is None:
        return None
    return EndingView(
        last=said.last_on, at_once=said.at_once, at=said.recorded_at, by=said.recorded_by, reason=said.reason
    )
