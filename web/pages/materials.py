"""Documents: those of a case step by step with what is missing, and one of them to look at."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from api.bounds import Id
from services import materials
from services.papers import papers_of
from services.refusals import NotFound
from web.visits import Visiting

router = APIRouter()

SHOWN_AS: Final = {
    "application/pdf": "pdf",
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/gif": "picture",
    "image/webp": "picture",
    "text/plain": "text",
}
"""Kinds of documents a browser may show inside a page: nothing that could run in our name."""


@router.get("/cases/{case_id}/materials")
async def of_case(visit: Visiting, case_id: Id) -> Response:
    """Show what each step asks for, every version of what was handed in, and what is missing."""
    papers = await papers_of(visit.parts, visit.caller, case_id)
    return visit.page("materials/case.html", papers=papers, case=papers.case)


@router.get("/materials/{material_id}")
async def show(visit: Visiting, material_id: Id) -> Response:
    """Show a document with its digest."""
    view = await materials.described(visit.parts, visit.caller, material_id)
    return visit.page("materials/one.html", view=view, shown_as=SHOWN_AS.get(view.media_type))


@router.get("/materials/{material_id}/preview")
async def preview(visit: Visiting, material_id: Id) -> Response:
    """Send a document to be shown inside a page of ours: a picture, a PDF, plain text, and nothing else."""
    view = await materials.described(visit.parts, visit.caller, material_id)
    if view.media_type not in SHOWN_AS:
        raise NotFound
    kind = "text/plain; charset=utf-8" if view.media_type == "text/plain" else view.media_type
    headers = {
        "content-type": kind,
        "content-length": str(view.size),
        "content-disposition": f"inline; filename*=UTF-8''{quote(view.name, safe='')}",
        "content-security-policy": (
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        ),
        "x-frame-options": "SAMEORIGIN",
        "cache-control": "private, no-store",
    }
    return StreamingResponse(await materials.content(visit.parts, view), headers=headers)
