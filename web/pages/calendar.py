"""The calendar: what is due and what becomes possible, month by month, and as a feed."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from services import duties
from web.days import short_weekday, weekday
from web.visits import Visiting

router = APIRouter()

_MOST: Final = 200
_SOME_MONDAY: Final = date(2024, 1, 1)
_WEEK: Final = tuple(_SOME_MONDAY + timedelta(days=number) for number in range(7))


@router.get("/calendar")
async def month(
    visit: Visiting,
    month: Annotated[str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")] = "",
    unit: Annotated[str, Query(max_length=80), Storable] = "",
) -> Response:
    """Show one month: a table of its weeks, and what there is to do on each day."""
    start = date.fromisoformat(f"{month}-01") if month else visit.today.replace(day=1)
    end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
    asked = duties.Days(start, end, unit or visit.unit)
    found = await duties.between(visit.parts, visit.caller, asked, limit=_MOST)
    days = sorted({one.on for one in found.duties})
    return visit.page(
        "board/calendar.html",
        month=found,
        start=start,
        weeks=calendar.Calendar().monthdatescalendar(start.year, start.month),
        weekdays=tuple((weekday(on, visit.language), short_weekday(on, visit.language)) for on in _WEEK),
        by_day=tuple((on, tuple(one for one in found.duties if one.on == on)) for on in days),
        before=_address(start - timedelta(days=1), unit),
        after=_address(end + timedelta(days=1), unit),
    )


@router.get("/calendar.ics")
async def feed(visit: Visiting) -> Response:
    """Give the same to programs that keep calendars; without names, because these pass it on."""
    text = await duties.feed(visit.parts, visit.caller)
    headers = {"content-disposition": 'attachment; filename="accede.ics"', "cache-control": "no-store"}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def _address(on: date, unit: str) -> str:
    return f"/calendar?{urlencode({'month': f'{on:%Y-%m}'} | ({'unit': unit} if unit else {}))}"
