"""One's own cases, in plain words."""

from __future__ import annotations

from fastapi import APIRouter

from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from services import plain_words
from services.plain_words import PlainCaseView
from services.views import Page

router = APIRouter(prefix="/v1/me/cases", tags=["cases"], dependencies=signed_in)


@router.get("", summary="Read the cases about oneself")
async def own(parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50) -> Page[PlainCaseView]:
    """Return the cases that are about the caller, in plain words, latest opened first."""
    return await plain_words.own(parts, caller, cursor=cursor, limit=limit)
