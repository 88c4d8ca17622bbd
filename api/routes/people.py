"""What is known of people over time: the standings they had, and what bars them."""

from __future__ import annotations

from fastapi import APIRouter

from api.bodies import RestrictionBody, RestrictionCorrectionBody
from api.bounds import Id
from api.callers import By, Here, Key, signed_in
from services import restrictions
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
