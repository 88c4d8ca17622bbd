"""The forms of a case: which there are, how each will look on paper, and the pages themselves."""

from __future__ import annotations

import gzip
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from api.bounds import FormId, Id
from domain.values import Language
from services import forms
from services.forms import State
from services.refusals import NotFound
from web.visits import Visiting

router = APIRouter()

_IN_ORDER: Final[tuple[State, ...]] = ("open", "case", "done", "ahead")

In = Annotated[Language | None, Query(alias="in")]


@router.get("/cases/{case_id}/forms")
async def listed(visit: Visiting, case_id: Id) -> Response:
    """Show the forms of a case, by where their steps stand."""
    found = await forms.forms_in(visit.parts, visit.caller, case_id)
    groups = [(state, [one for one in found.forms if one.state == state]) for state in _IN_ORDER]
    return visit.page("forms/list.html", case=found.case, groups=groups)


@router.get("/cases/{case_id}/forms/{form_id}")
async def looked_at(visit: Visiting, case_id: Id, form_id: FormId, language: In = None) -> Response:
    """Show a form as it will be on paper."""
    found = await forms.forms_in(visit.parts, visit.caller, case_id)
    form = next((one for one in found.forms if one.id == form_id), None)
    if form is None:
        raise NotFound
    chosen = language or visit.language
    pictures = await forms.form_pictures(visit.parts, visit.caller, case_id, form_id, chosen)
    return visit.page(
        "forms/form.html", case=found.case, form=form, pages=range(1, len(pictures) + 1), chosen=chosen
    )


@router.get("/cases/{case_id}/forms/{form_id}/pages/{number}")
async def page(
    visit: Visiting, case_id: Id, form_id: FormId, number: Annotated[int, Path(ge=1)], language: In = None
) -> Response:
    """Return one page of a form as a picture."""
    pictures = await forms.form_pictures(visit.parts, visit.caller, case_id, form_id, language)
    if number > len(pictures):
        raise NotFound
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "cache-control": "private, no-store",
        "vary": "Accept-Encoding, Cookie",
    }
    body = pictures[number - 1]
    if "gzip" in visit.request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=5)
    return Response(body, headers=headers, media_type="image/svg+xml")
