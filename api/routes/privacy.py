"""What is held on a person: all of it to be read, and to be erased by two people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Literal

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from api.bounds import Asked, Id
from api.callers import By, Here, Key, signed_in
from api.paging import Cursor, Limit
from services import erasing, exporting
from services.erasing import AskedErasure, DueView, ErasureView, WaitingView
from services.exporting import ExportView
from services.views import Page

router = APIRouter(prefix="/v1", tags=["privacy"], dependencies=signed_in)

_PIECE = 1 << 16


class ErasureBody(Asked):
    """Why somebody is to be erased."""

    ground: Literal["own-wish", "time-over"]


@router.get("/people/{person_id}/export", summary="Read everything held on a person")
async def export(person_id: Id, parts: Here, caller: By) -> ExportView:
    """Return it for the person, or an `admin` of all his units. What is confided to others is left out."""
    return await exporting.exported(parts, caller, person_id)


@router.get(
    "/people/{person_id}/export/packed",
    summary="Read everything held on a person, with documents",
    response_class=StreamingResponse,
)
async def export_packed(person_id: Id, parts: Here, caller: By) -> Response:
    """Return the same as `person.json` in a ZIP file, beside the documents."""
    view = await exporting.exported(parts, caller, person_id)
    packed = await exporting.packed(parts, view)
    headers = {"content-disposition": 'attachment; filename="person.zip"'}
    return StreamingResponse(_pieces(packed), headers=headers, media_type="application/zip")


@router.post("/people/{person_id}/erasures", status_code=201, summary="Ask that a person is erased")
async def ask(person_id: Id, body: ErasureBody, parts: Here, caller: By, key: Key = None) -> ErasureView:
    """Ask for it, as the person or an `admin` of all his units; refused by the rule that keeps something."""
    asked = AskedErasure(person=person_id, ground=body.ground)
    return await erasing.ask(parts, caller, asked, key=key)


@router.post("/erasures/{erasure_id}/confirm", status_code=201, summary="Agree that a person is erased")
async def confirm(erasure_id: Id, parts: Here, caller: By, key: Key = None) -> ErasureView:
    """Erase the person: for another `admin` of all his units than asked for it."""
    return await erasing.confirm(parts, caller, erasure_id, key=key)


@router.get("/erasures", summary="List the erasures that wait for a second administrator")
async def waiting(parts: Here, caller: By, limit: Limit = 50) -> Page[WaitingView]:
    """Return those that were asked for of people all of whose units the caller administers."""
    return await erasing.waiting(parts, caller, limit=limit)


@router.get("/erasures/due", summary="List who may be erased")
async def due(parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50) -> Page[DueView]:
    """Return those below one's posts as an `admin` of whom no rule of retention keeps anything any more."""
    return await erasing.due(parts, caller, cursor=cursor, limit=limit)


def _pieces(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        while piece := packed.read(_PIECE):
            yield piece
