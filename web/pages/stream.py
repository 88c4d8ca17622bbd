"""News as they come: server-sent events, so that an open page is never stale.

However many pages are open, the record is asked once in three seconds whether anything was written; the
numbers of each visitor are asked for only after that.
A stream ends after some minutes, and browsers ask again by themselves: whoever was signed out hears no more,
and his browser is told to ask no more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.bounds import Id
from services.news import EVERY_S, Listening, Watched, news
from services.refusals import NotSignedIn
from web.visits import Visit, visit_of

router = APIRouter()

_BEATS_S: Final = 15.0
"""A sign of life for proxies, where nothing is new."""


async def visit_if_any(request: Request) -> Visit | None:
    """Return the visit of somebody who is signed in, None for anybody else. Raises OutsideScope."""
    try:
        return await visit_of(request)
    except NotSignedIn:
        return None


@router.get("/stream")
async def stream(
    visit: Annotated[Visit | None, Depends(visit_if_any)],
    case: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query()] = None,
    *,
    board: bool = False,
) -> Response:
    """Send the numbers of the visitor now and whenever they change; of a case or of the board as well."""
    if visit is None:
        # With anything else a browser complains in its log, or asks again.
        return Response(status_code=204)
    lasts: float = visit.request.app.state.streams_last_s
    listening = _listening(visit)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(
        _told(visit, listening, Watched(case, board, unit or visit.unit), lasts),
        headers=headers,
        media_type="text/event-stream",
    )


async def _told(visit: Visit, listening: Listening, watched: Watched, lasts_s: float) -> AsyncIterator[str]:
    ends = time.monotonic() + lasts_s
    before, beat, heard = "", time.monotonic(), (-1, visit.today)
    yield "retry: 3000\n\n"
    while True:
        now = (await listening.number(), visit.today)
        known = before
        if now != heard:
            known, heard = (await news(visit.parts, visit.caller, watched)).model_dump_json(), now
        if known != before:
            yield f"event: news\ndata: {known}\n\n"
            before, beat = known, time.monotonic()
        elif time.monotonic() - beat > _BEATS_S:
            yield ": still here\n\n"
            beat = time.monotonic()
        if time.monotonic() >= ends:
            return
        await asyncio.sleep(EVERY_S)


def _listening(visit: Visit) -> Listening:
    """Return what asks the record for everybody here: made for the parts that the application has now."""
    state = visit.request.app.state
    known: Listening | None = getattr(state, "listening", None)
    if known is None or known.parts is not visit.parts:
        known = Listening(visit.parts)
        state.listening = known
    return known
