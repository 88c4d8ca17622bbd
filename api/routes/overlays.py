"""Local overlays of units."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.bounds import Asked, Day, Id, Label, Reason
from api.callers import By, Here, Key, signed_in
from services import overlays
from services.overlays import NewOverlay, OverlaysView

router = APIRouter(prefix="/v1/units", tags=["organisation"], dependencies=signed_in)


class OverlayBody(Asked):
    """The overlay from a day on. `overlay` null: the law alone; `from` is today where it is left out."""

    process: Label
    overlay: Label | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    reason: Reason


@router.get("/{unit_id}/overlays", summary="Read the local overlays of a unit")
async def list_overlays(unit_id: Id, parts: Here, caller: By) -> OverlaysView:
    """Return what is there, holds, and was said. Asked of an `admin` or `auditor` of the unit or above."""
    return await overlays.overlays_of(parts, caller, unit_id)


@router.post("/{unit_id}/overlays", status_code=201, summary="Switch a local overlay on for a unit")
async def switch_overlay(
    unit_id: Id, body: OverlayBody, parts: Here, caller: By, key: Key = None
) -> OverlaysView:
    """Have cases start under it from a day on, here and below. Asked of an `admin` of the unit or above."""
    return await overlays.order(parts, caller, unit_id, NewOverlay(**body.model_dump()), key=key)
