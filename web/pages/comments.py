"""Comments on a case: all of them, writing one, withdrawing one's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.bounds import Id
from api.paging import Cursor
from domain.values import Text
from services import cases, comments
from services.refusals import NotFound
from services.requests import CommentRequest
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 50
_WRITTEN = Text(zh="留言已保存。", en="Your comment is kept.")
_WITHDRAWN = Text(
    zh="留言已撤回，原文和理由仍可查看。", en="It is withdrawn; text and reason can still be read."
)


@router.get("/cases/{case_id}/comments")
async def listed(visit: Visiting, case_id: Id, *, cursor: Cursor = None) -> Response:
    """Show the comments on a case, latest first, and a form for another."""
    return await _drawn(visit, case_id, cursor=cursor)


@router.post("/cases/{case_id}/comments")
async def write(visit: Visiting, form: Form, case_id: Id) -> Response:
    """Write a comment."""
    try:
        asked = CommentRequest(
            kind="comment",
            text=form.prose("text", longest=comments.LONGEST),
            step=form.id("step") or "",
            to=form.ids("to"),
        )
        await comments.write(visit.parts, visit.caller, case_id, asked, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, case_id, Refused.of(error, visit.language), form)
    return visit.see_other(f"/cases/{case_id}#comments", _WRITTEN)


@router.post("/cases/{case_id}/comments/{seq}/withdraw")
async def withdraw(
    visit: Visiting, form: Form, case_id: Id, seq: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Response:
    """Withdraw a comment of one's own."""
    try:
        reason = form.needed("reason", longest=comments.LONGEST)
        await comments.withdraw(visit.parts, visit.caller, case_id, seq, reason, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, case_id, Refused.of(error, visit.language))
    return visit.see_other(f"/cases/{case_id}#comments", _WITHDRAWN)


async def _drawn(
    visit: Visit,
    case_id: str,
    refused: Refused | None = None,
    given: Filled | None = None,
    *,
    cursor: str | None = None,
) -> Response:
    case = await cases.shown(visit.parts, visit.caller, case_id)
    talk = await comments.commenting(visit.parts, visit.caller, case_id, cursor=cursor, limit=_ON_A_PAGE)
    if talk is None and refused is None:
        raise NotFound
    return visit.page(
        "comments/comments.html",
        200 if refused is None else refused.status,
        case=case,
        talk=talk,
        refused=refused,
        given=given or Filled(),
    )
