"""People, posts and delegations as they are shown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from records import organisation
from records.organisation import Delegation, Person, Post
from records.units import Unit
from services.views import DelegationView, Named, PersonView, PostView, UnitView


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
    )


def delegation_views(connection: Connection, lent: Iterable[Delegation]) -> tuple[DelegationView, ...]:
    """Return delegations with the posts they lend and the names of both people."""
    found = tuple(lent)
    posts = {each.id: each for each in organisation.posts_by_id(connection, [one.post for one in found])}
    people = {one.owner for one in found} | {one.substitute for one in found}
    names = organisation.names_of(connection, people)
    return tuple(
        DelegationView(
            id=one.id,
            post=post_view(posts[one.post], names.get(one.owner, "")),
            substitute=Named(id=one.substitute, name=names.get(one.substitute, "")),
            from_=one.from_on,
            to=one.to_on,
        )
        for one in found
    )
