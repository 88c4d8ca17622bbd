"""What is known of people over time: the standings they had, what bars them, and their relatives."""

from __future__ import annotations

from fastapi import APIRouter

from api.bodies import RelationBody, RelationEndBody, RestrictionBody, RestrictionCorrectionBody
from api.bounds import Id
from api.callers import By, Here, Key, signed_in
from services import relations, restrictions
from services.relations import NewRelation, RelationEnd, RelationView
from services.restrictions import Correction, NewRestriction, RestrictionView, StandingView
from services.views import Page

router = APIRouter(prefix="/v1/people", tags=["organisation"], dependencies=signed_in)


@router.get("/{person_id}/standings", summary="Read the standings a person had")
async def list_standings(person_id: Id, parts: Here, caller: By) -> Page[StandingView]:
    """Return them in order. For the person, and for posts in a unit of one of them or above it."""
    return await restrictions.standings_of(parts, caller, person_id)


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
