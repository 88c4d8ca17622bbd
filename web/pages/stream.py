"""News as they come: server-sent events, so that an open page is never stale.

A stream ends after some minutes, and browsers ask again by themselves: whoever was signed out hears no more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.bounds import Id
from services.news import news
from web.visits import Visit, Visiting

router = APIRouter()

_EVERY_S: Final = 3.0
_BEATS_S: Final = 15.0
"""A sign of life for proxies, where nothing is new."""


@router.get("/stream")
async def stream(visit: Visiting, case: Annotated[Id | None, Query()] = None) -> Response:
    """Send the numbers of the visitor now and whenever they change."""
    lasts: float = visit.request.app.state.streams_last_s
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_told(visit, case, lasts), headers=headers, media_type="text/event-stream")


async def _told(visit: Visit, case: str | None, lasts_s: float) -> AsyncIterator[str]:
    ends = time.monotonic() + lasts_s
    before, beat = "", time.monotonic()
    yield "retry: 3000\n\n"
    while True:
        known = (await news(visit.parts, visit.caller, case_id=case)).model_dump_json()
        if known != before:
            yield f"event: news\ndata: {known}\n\n"
            before, beat = known, time.monotonic()
        elif time.monotonic() - beat > _BEATS_S:
            yield ": still here\n\n"
            beat = time.monotonic()
        if time.monotonic() >= ends:
            return
        await asyncio.sleep(_EVERY_S)
