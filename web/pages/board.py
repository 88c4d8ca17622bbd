"""The board: where the cases under way stand, a column for each stage, and what is late in them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from api.paging import Cursor
from services import boards
from services.boards import BoardFilter
from web.visits import Visiting

router = APIRouter()

_IN_A_COLUMN = 20
_ON_A_PAGE = 50

Narrowed = Annotated[str, Query(max_length=80), Storable]


@router.get("/board")
async def board(visit: Visiting, process: Narrowed = "", unit: Narrowed = "") -> Response:
    """Show the first cases of every stage of a process, what is overdue first."""
    narrowed = unit or visit.unit
    found = await boards.shown(
        visit.parts, visit.caller, process=process or None, unit=narrowed, limit=_IN_A_COLUMN
    )
    asked = {"process": found.process or "", "unit": unit}
    return visit.page(
        "board/board.html",
        board=found,
        unit=unit,
        chosen=process,
        is_narrowed=narrowed is not None,
        query=urlencode({name: value for name, value in asked.items() if value}),
    )


@router.get("/board/list")
async def listed(
    visit: Visiting,
    *,
    process: Narrowed = "",
    stage: Narrowed = "",
    unit: Narrowed = "",
    overdue: bool = False,
    cursor: Cursor = None,
) -> Response:
    """Show all cases of a stage, or all that are overdue, page after page."""
    narrowed = BoardFilter(process or None, stage or None, unit or visit.unit, overdue)
    page = await boards.by_due(visit.parts, visit.caller, narrowed, cursor=cursor, limit=_ON_A_PAGE)
    titles = boards.titles_of(visit.parts, visit.language, process, stage)
    asked = {"process": process, "stage": stage, "unit": unit, "overdue": "true" if overdue else ""}
    return visit.page(
        "board/list.html",
        cards=page.items,
        following=page.next,
        titles=titles,
        overdue=overdue,
        address=f"/board/list?{urlencode({name: value for name, value in asked.items() if value})}",
        board=f"/board?{urlencode({'process': process})}" if process else "/board",
    )
