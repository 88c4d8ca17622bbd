"""Cases: start one, list them, read one, its history, and why it waits."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.bodies import StartBody
from api.bounds import Day, FormId, Id, Label, Storable
from api.callers import By, Here, Key, signed_in
from api.counting import counted
from api.paging import Cursor, Limit
from domain.values import Language
from services import (
    access,
    acts,
    cases,
    differences,
    dossier_pdf,
    dossiers,
    explain,
    forms,
    past,
    plain_words,
    rosters,
)
from services.access import AccessView
from services.acts import StartRequest
from services.cases import CaseFilter
from services.differences import CaseDifferenceView
from services.forms import FormView
from services.plain_words import PlainCaseView
from services.rosters import RosterView
from services.seeing import Seen
from services.views import CaseRow, CaseView, ExplanationView, Page

router = APIRouter(prefix="/v1/cases", tags=["cases"], dependencies=signed_in)


@router.post("", status_code=201, summary="Start a case")
async def start(body: StartBody, response: Response, parts: Here, caller: By, key: Key = None) -> CaseView:
    """Start a case: completes the first step of the process."""
    view = await counted("start", acts.start(parts, caller, StartRequest(**body.model_dump()), key=key))
    response.headers["location"] = f"/v1/cases/{view.id}"
    response.headers["etag"] = f'"{view.head}"'
    return view


@router.get("", summary="List cases")
async def list_cases(  # noqa: PLR0913 - one for each filter
    parts: Here,
    caller: By,
    *,
    status: Literal["open", "suspended", "closed"] | None = None,
    stage: Label | None = None,
    standing: Label | None = None,
    unit: Id | None = None,
    overdue: bool | None = None,
    q: Annotated[str | None, Query(max_length=100), Storable] = None,
    process: Label | None = None,
    as_of: Day | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseRow]:
    """Return the cases within the scope of the caller's posts, newest first.

    `as_of` shows and narrows them as they were recorded by the end of that day.
    """
    wanted = CaseFilter(
        status=status, stage=stage, standing=standing, unit=unit, overdue=overdue, text=q, process=process
    )
    if as_of is not None and as_of < parts.today():
        return await past.cases_on(parts, caller, as_of, wanted, cursor=cursor, limit=limit)
    return await cases.listed(parts, caller, wanted, cursor=cursor, limit=limit)


@router.get("/{case_id}", summary="Read a case")
async def read(
    case_id: Id, response: Response, parts: Here, caller: By, as_of: Day | None = None
) -> CaseView:
    """Return a case with its open steps; `as_of` shows what was recorded by the end of that day."""
    view = await cases.shown(parts, caller, case_id, as_of=as_of)
    response.headers["etag"] = f'"{view.head}"'
    return view


@router.get("/{case_id}/history", summary="Read a case's history")
async def history(
    case_id: Id, parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 200
) -> Page[Seen]:
    """Return every recorded fact in order, with its place in the chain.

    An auditor sees what is sensitive once a reason was stated: until then it is `withheld`.
    """
    return await cases.history(parts, caller, case_id, cursor=cursor, limit=limit)


@router.get("/{case_id}/dossier", summary="Take a case's dossier away", response_class=StreamingResponse)
async def dossier(
    case_id: Id,
    parts: Here,
    caller: By,
    wanted: Annotated[Literal["zip", "pdf"], Query(alias="format")] = "zip",
) -> Response:
    """Return everything of the case that the caller may see, as a ZIP that can be verified anywhere.

    `format=pdf` is for people, in their language. The same bytes as long as nothing changed.
    """
    if wanted == "pdf":
        named = {"content-disposition": 'attachment; filename="dossier.pdf"'}
        made = await dossier_pdf.as_pdf(parts, caller, case_id)
        return Response(made, headers=named, media_type="application/pdf")
    file = await dossiers.as_zip(parts, caller, case_id)
    headers = {"content-disposition": 'attachment; filename="dossier.zip"'}
    return StreamingResponse(dossiers.pieces_of(file), headers=headers, media_type="application/zip")


@router.get("/{case_id}/forms", summary="List a case's forms")
async def list_forms(case_id: Id, parts: Here, caller: By) -> Page[FormView]:
    """Return the forms the case's steps need, those of the whole case first, in the order of the process."""
    found = await forms.forms_in(parts, caller, case_id)
    return Page[FormView](items=found.forms)


@router.get("/{case_id}/forms/{form_id}", summary="Print a form", response_class=Response)
async def form(
    case_id: Id, form_id: FormId, parts: Here, caller: By, language: Language | None = None
) -> Response:
    """Return a form as a PDF, filled with what was recorded and the caller may see; the rest is left empty.

    In the caller's language, or the one asked for. The same bytes as long as nothing changed.
    """
    made = await forms.form_pdf(parts, caller, case_id, form_id, language)
    named = {"content-disposition": f'attachment; filename="{form_id}.pdf"'}
    return Response(made, headers=named, media_type="application/pdf")


@router.get("/{case_id}/access", summary="Read who may see a case")
async def who_sees(case_id: Id, parts: Here, caller: By, as_of: Day | None = None) -> Page[AccessView]:
    """Return who may see the case and act on its open steps, by which post; `as_of` for a past day.

    Asked of those who see the case by a post.
    """
    return await access.access_on(parts, caller, case_id, as_of or parts.today())


@router.get("/{case_id}/difference", summary="Read what became different in a case")
async def difference(
    case_id: Id,
    parts: Here,
    caller: By,
    earlier: Annotated[Day, Query(alias="from")],
    later: Annotated[Day, Query(alias="to")],
) -> CaseDifferenceView:
    """Return the case on two days, as it was recorded by the end of each: facts, rules, units.

    Those who see it by a post are told as well who came to see it meanwhile, and who went.
    """
    return await differences.of_case(parts, caller, case_id, earlier, later)


@router.get("/{case_id}/plain", summary="Read a case in plain words")
async def plain(case_id: Id, parts: Here, caller: By) -> PlainCaseView:
    """Return the case as the person it is about is told of it: where it stands, what may be added."""
    return await plain_words.told(parts, caller, case_id)


@router.get("/{case_id}/steps/{step}/roster", summary="Read who votes in a meeting")
async def roster(case_id: Id, step: Label, parts: Here, caller: By, on: Day | None = None) -> RosterView:
    """Return who is entitled on a day (today), who is not and why, and how many a quorum and a majority take.

    Asked of those who see the case by a post.
    """
    return await rosters.roster_of(parts, caller, case_id, step, on)


@router.get("/{case_id}/explain", summary="Explain where a case stands")
async def explained(case_id: Id, parts: Here, caller: By) -> ExplanationView:
    """Return in sentences why the case waits, for whom, and what comes next."""
    return await explain.explained(parts, caller, case_id)
