"""Documents: those of a case step by step with what is missing, and one of them to look at."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from api.bounds import Id
from domain.values import Text
from services import materials
from services.case_pages import possible_acts
from services.papers import CasePapers, papers_of
from services.refusals import NotFound
from web.acting import kept_documents
from web.forms import Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_KEPT: Final = Text(
    zh="材料已上传，请在此登记办理。",
    en="The documents are kept. They become part of the record when you record the step.",
)
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
    return await _of_case(visit, await papers_of(visit.parts, visit.caller, case_id))


@router.post("/cases/{case_id}/materials")
async def hand_in(visit: Visiting, form: Form, case_id: Id) -> Response:
    """Keep documents for an open step, and go on to its form, with which they are recorded."""
    papers = await papers_of(visit.parts, visit.caller, case_id)
    step = form.needed("step")
    if not any(one.step == step for one in papers.case.open_steps):
        raise NotFound
    try:
        kept = await kept_documents(visit, form)
    except REFUSALS as error:
        return await _of_case(visit, papers, Refused.of(error, visit.language))
    named = [("kept", f"{kind}:{one.id}") for kind, views in kept.items() for one in views]
    return visit.see_other(f"/cases/{case_id}/steps/{step}?{urlencode(named)}", _KEPT if named else None)


@router.get("/materials/{material_id}")
async def show(visit: Visiting, material_id: Id) -> Response:
    """Show a document with its digest, on the way from the case it belongs to."""
    view = await materials.described(visit.parts, visit.caller, material_id)
    case = await materials.case_of(visit.parts, visit.caller, view)
    return visit.page("materials/one.html", view=view, case=case, shown_as=SHOWN_AS.get(view.media_type))


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


async def _of_case(visit: Visit, papers: CasePapers, refused: Refused | None = None) -> Response:
    may = await possible_acts(visit.parts, visit.caller, papers.case.id)
    return visit.page(
        "materials/case.html",
        200 if refused is None else refused.status,
        papers=papers,
        case=papers.case,
        may_correct="correct" in may,
        refused=refused,
    )
