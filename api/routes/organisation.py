"""The organisation: units, people, and posts lent and held."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict, TypeVar

from fastapi import APIRouter, Depends, Query, Response

from api.bodies import DelegationBody, EndBody, PersonBody, PostBody, RevokeBody, UnitBody
from api.bounds import Day, Id, Label, Storable
from api.callers import By, Here, Key, SeenLastDay, signed_in
from api.paging import Cursor, Limit
from services import organisation, organisation_differences, past, revoking, unit_changes
from services import posts as post_book
from services.organisation import NewPerson, NewUnit
from services.organisation_differences import OrganisationDifferenceView
from services.parts import Caller, Parts
from services.past import PersonThenView, PostFilter
from services.posts import NewDelegation, NewPost
from services.views import DelegationView, Page, PersonView, PostView, UnitView
from services.whole_person import PersonWholeView, whole_person

units = APIRouter(prefix="/v1/units", tags=["organisation"], dependencies=signed_in)
people = APIRouter(prefix="/v1/people", tags=["organisation"], dependencies=signed_in)
posts = APIRouter(prefix="/v1/posts", tags=["organisation"], dependencies=signed_in)
delegations = APIRouter(prefix="/v1/delegations", tags=["organisation"], dependencies=signed_in)

T = TypeVar("T", PostView, DelegationView)
Text = Annotated[str | None, Query(max_length=100), Storable]


@units.get("", summary="List units")
async def list_units(
    parts: Here, _caller: By, *, as_of: Day | None = None, cursor: Cursor = None, limit: Limit = 200
) -> Page[UnitView]:
    """Return the units there are, or were on the day `as_of`."""
    if as_of is not None:
        return await unit_changes.units_on(parts, as_of, cursor=cursor, limit=limit)
    return await organisation.list_units(parts, cursor=cursor, limit=limit)


@units.get("/difference", summary="Read what became different in the organisation")
async def difference(
    parts: Here,
    caller: By,
    earlier: Annotated[Day, Query(alias="from")],
    later: Annotated[Day, Query(alias="to")],
) -> OrganisationDifferenceView:
    """Return units, posts, loans, standings and rules that are not the same on both days.

    Of posts, loans and standings those in units of one's posts and below.
    """
    return await organisation_differences.of_organisation(parts, caller, earlier, later)


@units.post("", status_code=201, summary="Add a unit")
async def add_unit(body: UnitBody, parts: Here, caller: By, key: Key = None) -> UnitView:
    """Add a unit below another. Asked of an `admin` of that one or above."""
    return await organisation.add_unit(parts, caller, NewUnit(**body.model_dump()), key=key)


@units.get("/{unit_id}", summary="Read a unit")
async def read_unit(unit_id: Id, parts: Here, _caller: By, as_of: Day | None = None) -> UnitView:
    """Return one unit, closed ones too; `as_of` shows it as it was on that day."""
    if as_of is not None:
        return await unit_changes.unit_on(parts, unit_id, as_of)
    return await organisation.unit(parts, unit_id)


@people.get("", summary="List people")
async def list_people(
    parts: Here,
    caller: By,
    *,
    q: Text = None,
    unit: Id | None = None,
    as_of: Day | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PersonView]:
    """Return the people who belong to the units of the caller's posts, and the caller.

    `as_of` shows their standings of that day, and with `unit` those who belonged to it then.
    """
    if as_of is not None:
        return await past.people_on(parts, caller, as_of, text=q, unit=unit, cursor=cursor, limit=limit)
    return await organisation.list_people(parts, caller, text=q, unit=unit, cursor=cursor, limit=limit)


@people.post("", status_code=201, summary="Add a person")
async def add_person(body: PersonBody, parts: Here, caller: By, key: Key = None) -> PersonView:
    """Add a person. Asked of an `admin` of the person's unit or above."""
    return await organisation.add_person(parts, caller, NewPerson(**body.model_dump()), key=key)


@people.get("/{person_id}", summary="Read a person")
async def read_person(
    person_id: Id, parts: Here, caller: By, as_of: Day | None = None
) -> PersonWholeView | PersonThenView:
    """Return one person within the caller's scope, with all that is known of him; `as_of`: of that day."""
    if as_of is not None:
        return await past.person_on(parts, caller, person_id, as_of)
    return await whole_person(parts, caller, person_id)


@posts.get("", summary="List posts")
async def list_posts(
    parts: Here,
    caller: By,
    *,
    unit: Id | None = None,
    person: Id | None = None,
    role: Label | None = None,
    as_of: Day | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PostView]:
    """Return posts in the units of the caller's posts and below, ended ones too, and the caller's own.

    `as_of` leaves those that were held on that day.
    """
    if as_of is not None:
        asked = PostFilter(unit=unit, person=person, role=role)
        return await past.posts_on(parts, caller, as_of, asked, cursor=cursor, limit=limit)
    return await post_book.list_posts(
        parts, caller, unit=unit, person=person, role=role, cursor=cursor, limit=limit
    )


@posts.post("", status_code=201, summary="Give a post")
async def give_post(body: PostBody, parts: Here, caller: By, response: Response, key: Key = None) -> PostView:
    """Give a person a post. Asked of an `admin` of its unit or above; who gave it is kept."""
    return _tagged(response, await post_book.give_post(parts, caller, NewPost(**body.model_dump()), key=key))


class OnWhat(TypedDict):
    """What the caller saw, and which request it repeats."""

    seen: str | None
    key: str | None


class Ending(NamedTuple):
    """What every end of a post or a delegation comes with: who asks for it, and on which last day he saw."""

    parts: Parts
    caller: Caller
    response: Response
    on_what: OnWhat

    def tagged(self, ended: T) -> T:
        """Return what was ended, with the last day it has now as the ETag."""
        return _tagged(self.response, ended)


async def _ending(
    parts: Here, caller: By, response: Response, seen: SeenLastDay, *, key: Key = None
) -> Ending:
    return Ending(parts, caller, response, {"seen": seen, "key": key})


Now = Annotated[Ending, Depends(_ending)]


@posts.post("/{post_id}/end", summary="End a post")
async def end_post(post_id: Id, body: EndBody, now: Now) -> PostView:
    """Set the last day a post is held. Posts are never deleted: what was done by them stays theirs.

    With `If-Match` it is refused where the post has another last day than it names.
    """
    end = revoking.end_post(now.parts, now.caller, post_id, body.on, body.reason, **now.on_what)
    return now.tagged(await end)


@posts.post("/{post_id}/revoke", summary="Take a post at once")
async def revoke_post(post_id: Id, body: RevokeBody, now: Now) -> PostView:
    """Take a post from this moment on, not from the end of the day; or one that has not begun.

    `If-Match` is as for its end.
    """
    end = revoking.revoke_post(now.parts, now.caller, post_id, body.reason, **now.on_what)
    return now.tagged(await end)


@delegations.get("", summary="List delegations")
async def list_delegations(
    parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50
) -> Page[DelegationView]:
    """Return what the caller lent, what was lent to him, and what is lent in units he administers."""
    return await post_book.list_delegations(parts, caller, cursor=cursor, limit=limit)


@delegations.post("", status_code=201, summary="Lend a post")
async def lend_post(
    body: DelegationBody, parts: Here, caller: By, response: Response, key: Key = None
) -> DelegationView:
    """Lend a post to a substitute. Asked of its holder, or of an `admin` of its unit or above."""
    new = NewDelegation(**body.model_dump())
    return _tagged(response, await post_book.lend_post(parts, caller, new, key=key))


@delegations.post("/{delegation_id}/end", summary="End a delegation")
async def end_delegation(delegation_id: Id, body: EndBody, now: Now) -> DelegationView:
    """Set the last day of a delegation. `If-Match` is as for the end of a post."""
    end = revoking.end_delegation(now.parts, now.caller, delegation_id, body.on, body.reason, **now.on_what)
    return now.tagged(await end)


@delegations.post("/{delegation_id}/revoke", summary="Take a delegation back at once")
async def revoke_delegation(delegation_id: Id, body: RevokeBody, now: Now) -> DelegationView:
    """Take back what was lent from this moment on. Asked of either of the two, or of an `admin`.

    `If-Match` is as for the end of a post.
    """
    end = revoking.revoke_delegation(now.parts, now.caller, delegation_id, body.reason, **now.on_what)
    return now.tagged(await end)


def _tagged(response: Response, ended: T) -> T:
    """Return what was given or ended, with its last day as the ETag."""
    response.headers["etag"] = f'"{revoking.last_day_said(ended.to)}"'
    return ended
