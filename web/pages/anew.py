"""Documents that were lost or never made, handed in written anew: with both days and a second person."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.acts import Change
from domain.values import Text
from services import acts, materials
from services.papers import CasePapers, papers_of
from services.refusals import HeadMoved, InvalidInput
from services.requests import ActRequest
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_DIGITS: Final = 9


@router.get("/cases/{case_id}/materials/anew")
async def asked(visit: Visiting, case_id: Id) -> Response:
    """Show what may be handed in anew."""
    return _drawn(visit, await papers_of(visit.parts, visit.caller, case_id))


@router.post("/cases/{case_id}/materials/anew")
async def handed_in(visit: Visiting, form: Form, case_id: Id) -> Response:
    """Record it as a correction that a second person confirms, or show what stands in the way."""
    papers = await papers_of(visit.parts, visit.caller, case_id)
    try:
        request = await _request(visit, form)
        key = None if form.key is None else f"page-{form.key}"
        await acts.perform(
            visit.parts, visit.caller, case_id, request, head=form.line("head") or "-", key=key
        )
    except HeadMoved as moved:
        fresh = await papers_of(visit.parts, visit.caller, case_id)
        return _drawn(visit, fresh, 412, Refused.of(moved, visit.language), form)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return _drawn(visit, papers, refused.status, refused, form)
    return visit.see_other(f"/cases/{case_id}", _RECORDED)


async def _request(visit: Visit, form: Filled) -> ActRequest:
    """Keep the document, and return what is asked for. Raises InvalidInput."""
    seq, _, material = form.needed("what").partition(":")
    if not (seq.isascii() and seq.isdigit() and material) or len(seq) > _DIGITS:
        raise InvalidInput("what", _CHOOSE)
    written_on, on, reason = form.day("written_on"), form.day("occurred_on"), form.prose("reason")
    if written_on is None:
        raise InvalidInput("written_on", Text(zh="请填写材料落款日期", en="Please say which day it bears"))
    uploads = form.uploads("document")
    if not uploads:
        raise InvalidInput("document", Text(zh="请选择文件", en="Please choose the document"))
    kept = [
        await materials.hand_in(
            visit.parts,
            visit.caller,
            one.filename or "",
            one.file,
            key=None if form.key is None else f"{form.key}-anew-{number}",
        )
        for number, one in enumerate(uploads)
    ]
    change = Change(
        seq=int(seq),
        path=f"materials.{material}",
        value=tuple(one.id for one in kept),
        written_on=written_on,
    )
    return ActRequest(kind="correct", occurred_on=on, reason=reason, change=change)


def _drawn(
    visit: Visit,
    papers: CasePapers,
    status: int = 200,
    refused: Refused | None = None,
    form: Filled | None = None,
) -> Response:
    return visit.page(
        "materials/anew.html",
        status,
        papers=papers,
        case=papers.case,
        refused=refused,
        given=form or Filled(),
    )


_CHOOSE: Final = Text(zh="请选择是哪份材料", en="Please choose which document it is")
_RECORDED: Final = Text(
    zh="已登记，待第二人确认。", en="It is recorded, and waits for a second person to confirm it."
)
