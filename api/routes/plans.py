"""Plans of units for a year."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.bounds import Asked, Count, Id, Label, Prose
from api.callers import By, Here, Key, signed_in
from services import plans
from services.plans import NewPlan, PlansView

router = APIRouter(prefix="/v1/units", tags=["organisation"], dependencies=signed_in)

Year = Annotated[int, Query(ge=1900, le=2200)]


class PlanBody(Asked):
    """How many are to gain a standing in a year; `reason` where it was planned otherwise before."""

    process: Label
    standing: Label
    year: Count
    planned: Count
    reason: Prose = ""


@router.get("/{unit_id}/plans", summary="Read the plans of a unit for a year")
async def list_plans(unit_id: Id, parts: Here, caller: By, *, year: Year | None = None) -> PlansView:
    """Return how many are to gain which standing, and how many did. For posts in the unit or above it."""
    return await plans.plans_of(parts, caller, unit_id, year)


@router.post("/{unit_id}/plans", status_code=201, summary="Say how many a unit plans for a year")
async def plan(unit_id: Id, body: PlanBody, parts: Here, caller: By, key: Key = None) -> PlansView:
    """Write a plan down, or another word about it. For posts in the unit or above it, not for looking on."""
    return await plans.say(parts, caller, unit_id, NewPlan(**body.model_dump()), key=key)
