"""What is known of people over time: how they were written down, standings, what bars them, relatives."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.bounds import Id
from api.callers import By, Here, Key, SeenWord, signed_in
from api.person_bodies import (
    PersonChangeBody,
    RelationBody,
    RelationEndBody,
    RestrictionBody,
    RestrictionCorrectionBody,
    StandingBody,
    StandingCorrectionBody,
)
from services import person_changes, relations, restrictions, sessions, standings
from services.person_changes import NewPersonChange, PersonWordView
from services.relations import NewRelation, RelationEnd, RelationView
from services.restrictions import Correction, NewRestriction, RestrictionView
from services.sessions import SessionView
from services.standings import NewStanding, StandingCorrection, StandingView
from services.views import Page

router = APIRouter(prefix="/v1/people", tags=["organisation"], dependencies=signed_in)


@router.get("/{person_id}/standings", summary="Read the standings a person had")
async def list_standings(person_id: Id, parts: Here, caller: By) -> Page[StandingView]:
    """Return them in order. For the person, and for posts in a unit of one of them or above it."""
    return await standings.standings_of(parts, caller, person_id)


@router.post("/{person_id}/standings", status_code=201, summary="Write a standing down")
async def begin_standing(
    person_id: Id, body: StandingBody, parts: Here, caller: By, key: Key = None
) -> StandingView:
    """Write down a standing from outside of any case, with its ground. Asked of an `admin` of its unit."""
    return await standings.begin(parts, caller, person_id, NewStanding(**body.model_dump()), key=key)


@router.post("/{person_id}/standings/{standing_id}", status_code=201, summary="Correct or end a standing")
async def correct_standing(  # noqa: PLR0917 - the route, and what every route takes
    person_id: Id,
    standing_id: Id,
    body: StandingCorrectionBody,
    parts: Here,
    caller: By,
    key: Key = None,
) -> StandingView:
    """Say that it has other days; what was said before stays. Asked of the same."""
    new = StandingCorrection(**body.model_dump())
    return await standings.correct(parts, caller, person_id, standing_id, new, key=key)


@router.post("/{person_id}/changes", status_code=201, summary="Write a person down differently")
async def change_person(  # noqa: PLR0917 - the route, and what every route takes
    person_id: Id, body: PersonChangeBody, parts: Here, caller: By, seen: SeenWord, key: Key = None
) -> PersonWordView:
    """Change a name, an address, a language or a birthday. Asked of an `admin` of the unit or above.

    With `If-Match` it is refused where somebody else changed the person since.
    """
    changed = tuple(sorted(body.model_fields_set - {"reason"}))
    new = NewPersonChange(**body.model_dump(), changed=changed)
    return await person_changes.change_person(parts, caller, person_id, new, seen=seen, key=key)


@router.get("/{person_id}/changes", summary="Read how a person was written down")
async def list_changes(person_id: Id, parts: Here, caller: By, response: Response) -> Page[PersonWordView]:
    """Return it over time, birthdays too. For the person, and for an `admin` of the unit or above."""
    words = await person_changes.changes(parts, caller, person_id)
    response.headers["etag"] = f'"{words.items[-1].number}"'
    return words


@router.get("/{person_id}/restrictions", summary="Read what bars a person")
async def list_restrictions(person_id: Id, parts: Here, caller: By) -> Page[RestrictionView]:
    """Return every word about it, corrections after what they correct. For the same people."""
    return await restrictions.restrictions_of(parts, caller, person_id)


@router.post("/{person_id}/restrictions", status_code=201, summary="Bar a person")
async def restrict(
    person_id: Id, body: RestrictionBody, parts: Here, caller: By, key: Key = None
) -> RestrictionView:
    """Suspend rights, or note a penalty's impact period. Asked of an `admin` of the unit or above."""
    new = NewRestriction(**body.model_dump())
    return await restrictions.restrict(parts, caller, person_id, new, key=key)


@router.post(
    "/{person_id}/restrictions/{restriction_id}", status_code=201, summary="Correct what bars a person"
)
async def correct(  # noqa: PLR0917 - the route, and what every route takes
    person_id: Id,
    restriction_id: Id,
    body: RestrictionCorrectionBody,
    parts: Here,
    caller: By,
    key: Key = None,
) -> RestrictionView:
    """Say that it has other days; a `to` before `from` says that it never was. Asked of the same."""
    new = Correction(**body.model_dump())
    return await restrictions.correct(parts, caller, person_id, restriction_id, new, key=key)


@router.get("/{person_id}/relations", summary="Read who a person is related to")
async def list_relations(person_id: Id, parts: Here, caller: By) -> Page[RelationView]:
    """Return every word about it. For the person, and for those who keep the register around him."""
    return await relations.relations_of(parts, caller, person_id)


@router.post("/{person_id}/relations", status_code=201, summary="Declare a relation")
async def declare(
    person_id: Id, body: RelationBody, parts: Here, caller: By, key: Key = None
) -> RelationView:
    """Write down a relation, so that neither decides about the other. One's own, or by the same people."""
    new = NewRelation(**body.model_dump())
    return await relations.declare(parts, caller, person_id, new, key=key)


@router.post("/{person_id}/relations/{relation_id}/end", summary="End a relation")
async def end_relation(  # noqa: PLR0917 - the route, and what every route takes
    person_id: Id, relation_id: Id, body: RelationEndBody, parts: Here, caller: By, key: Key = None
) -> RelationView:
    """Say its last day; one before its first says that it never was. What was said before stays."""
    new = RelationEnd(**body.model_dump())
    return await relations.end(parts, caller, person_id, relation_id, new, key=key)


@router.get("/{person_id}/sessions", summary="List the sessions and tokens of a person")
async def list_sessions(person_id: Id, parts: Here, caller: By) -> Page[SessionView]:
    """Return what still works of somebody else's, latest first. For an `admin` of the unit or above."""
    return await sessions.of_person(parts, caller, person_id)


@router.delete("/{person_id}/sessions", status_code=204, summary="End every session and token of a person")
async def end_sessions(person_id: Id, parts: Here, caller: By) -> None:
    """End all of somebody else's at once: he has to come in anew. Asked of the same."""
    await sessions.end_of_person(parts, caller, person_id)


@router.delete(
    "/{person_id}/sessions/{session_id}", status_code=204, summary="End a session or token of a person"
)
async def end_session(person_id: Id, session_id: Id, parts: Here, caller: By) -> None:
    """End one of somebody else's at once. Asked of the same."""
    await sessions.end_of_person(parts, caller, person_id, session_id)
