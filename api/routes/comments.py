"""Comments: what people who work on a case write to each other beside it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.bodies import CommentBody, WithdrawCommentBody
from api.bounds import Id
from api.callers import By, Here, Key, signed_in
from api.counting import counted
from api.paging import Cursor, Limit
from services import comments
from services.acts import Answered
from services.comments import CommentView
from services.requests import CommentRequest
from services.views import Page, Performed

router = APIRouter(prefix="/v1/cases/{case_id}/comments", tags=["comments"], dependencies=signed_in)


@router.get("", summary="Comments on a case")
async def of_case(
    case_id: Id, parts: Here, caller: By, *, cursor: Cursor = None, limit: Limit = 50
) -> Page[CommentView]:
    """Return the comments, latest first; withdrawn ones with their text, and with why."""
    return await comments.listed(parts, caller, case_id, cursor=cursor, limit=limit)


@router.post("", status_code=201, summary="Write a comment", response_model=Performed)
async def write(case_id: Id, body: CommentBody, parts: Here, caller: By, key: Key = None) -> Response:
    """Write a comment. It decides nothing, so it needs no If-Match; the case has a new head afterwards."""
    asked = CommentRequest(kind="comment", text=body.text, step=body.step or "", to=body.to)
    done = await counted("comment", comments.write(parts, caller, case_id, asked, key=key))
    return _answer(done, 201)


@router.post("/{seq}/withdraw", summary="Withdraw a comment", response_model=Performed)
async def withdraw(  # noqa: PLR0917 - each is a part of the request
    case_id: Id,
    seq: Annotated[int, Path(ge=1, le=2**31 - 1)],
    body: WithdrawCommentBody,
    parts: Here,
    caller: By,
    key: Key = None,
) -> Response:
    """Withdraw a comment of one's own. It stays to be read, with the reason."""
    withdrawing = comments.withdraw(parts, caller, case_id, seq, body.reason, key=key)
    return _answer(await counted("comment", withdrawing), 200)


def _answer(done: Answered, status: int) -> Response:
    headers = {"etag": f'"{done.head}"'}
    return Response(done.text, status, headers=headers, media_type="application/json")
