"""One's own application, in plain words, made for a phone."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services import case_pages, plain_words, starting
from web.visits import Visiting

router = APIRouter()

_AT_ONCE = 20


@router.get("/mine")
async def mine(visit: Visiting) -> Response:
    """Show the visitor's own cases: where each stands, what may be added, whom to ask."""
    page = await plain_words.own(visit.parts, visit.caller, cursor=None, limit=_AT_ONCE)
    ways = {
        one.id: (await case_pages.case_page(visit.parts, visit.caller, one.id)).way for one in page.items[:3]
    }
    may_apply = not page.items and bool(await starting.startable(visit.parts, visit.caller))
    return visit.page("mine/mine.html", cases=page.items, ways=ways, may_apply=may_apply)
