"""Documents: handed in once, kept by digest, named by id in acts."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response, UploadFile
from fastapi.responses import StreamingResponse

from api.bounds import Id
from api.callers import By, Here, Key, signed_in
from services import materials
from services.views import MaterialView

router = APIRouter(prefix="/v1/materials", tags=["materials"], dependencies=signed_in)


@router.post("", status_code=201, summary="Hand in a document")
async def hand_in(
    file: UploadFile, response: Response, parts: Here, caller: By, key: Key = None
) -> MaterialView:
    """Keep a document, sent as multipart form data in the part `file`, and return the id acts name it by."""
    view = await materials.hand_in(parts, caller, file.filename or "", file.file, key=key)
    response.headers["location"] = f"/v1/materials/{view.id}"
    return view


@router.get("/{material_id}", summary="What is known of a document")
async def described(material_id: Id, parts: Here, caller: By) -> MaterialView:
    """Return a document's digest, size and kind. Histories name documents by digest: so may an address."""
    return await materials.described(parts, caller, material_id)


@router.get("/{material_id}/content", summary="Read a document", response_class=StreamingResponse)
async def content(material_id: Id, parts: Here, caller: By) -> Response:
    """Return the document itself, to be saved and never to be shown inside a page."""
    view = await materials.described(parts, caller, material_id)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(view.name, safe='')}",
        "content-length": str(view.size),
        "etag": f'"{view.sha256}"',
    }
    pieces = await materials.content(parts, view)
    return StreamingResponse(pieces, headers=headers, media_type=view.media_type)
