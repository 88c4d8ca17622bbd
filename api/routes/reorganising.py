"""Units as they change: from a day on, and when they are closed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.bodies import ClosingBody, UnitChangeBody
from api.bounds import Id
from api.callers import By, Here, Key, SeenWord, signed_in
from services import closing, unit_changes
from services.closing import ClosingView, NewClosing
from services.unit_changes import NewChange, UnitChangeView
from services.views import Page

router = APIRouter(prefix="/v1/units", tags=["organisation"], dependencies=signed_in)


@router.post("/{unit_id}/changes", status_code=201, summary="Change a unit from a day on")
async def change_unit(  # noqa: PLR0917 - the route, and what every route takes
    unit_id: Id, body: UnitChangeBody, parts: Here, caller: By, seen: SeenWord, key: Key = None
) -> UnitChangeView:
    """Say what becomes different, also on a day to come or gone by. Asked of an `admin` of it or above.

    With `If-Match` it is refused where something else was said of the unit since.
    """
    new = NewChange(**body.model_dump())
    return await unit_changes.change_unit(parts, caller, unit_id, new, seen=seen, key=key)


@router.get("/{unit_id}/changes", summary="Read what was said of a unit")
async def list_changes(unit_id: Id, parts: Here, caller: By, response: Response) -> Page[UnitChangeView]:
    """Return all changes of a unit in the order of recording, its founding first."""
    said = await unit_changes.changes(parts, caller, unit_id)
    response.headers["etag"] = f'"{unit_changes.latest_number(said.items)}"'
    return said


@router.post("/{unit_id}/close", status_code=202, summary="Close a unit")
async def close_unit(unit_id: Id, body: ClosingBody, parts: Here, caller: By, key: Key = None) -> ClosingView:
    """Close a unit: its open cases go to its successors. Asked of an `admin` above it and of those."""
    return await closing.close_unit(parts, caller, unit_id, NewClosing(**body.model_dump()), key=key)


@router.get("/{unit_id}/closing", summary="Read how far the closing of a unit is")
async def read_closing(unit_id: Id, parts: Here, caller: By) -> ClosingView:
    """Return how far it is. Asked of an `admin` of the unit or above."""
    return await closing.closing(parts, caller, unit_id)


@router.post("/{unit_id}/closing", summary="Go on with the closing of a unit")
async def go_on(unit_id: Id, parts: Here, caller: By) -> ClosingView:
    """Move more of what is left; the worker does so every hour by itself. Nothing once it is closed."""
    return await closing.go_on(parts, caller, unit_id)
