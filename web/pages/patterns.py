"""For auditors: patterns over many cases with their evidence, and the report on fairness."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.values import Text
from services import fairness, fairness_files, pattern_asking, patterns
from services.fairness_words import route_title
from web.forms import Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 30
_ROWS = 50
"""Of the report on fairness on a page; in its files are all."""
_BEGUN = Text(
    zh="已开始查找，完成后结果列在此页和“问题”中。",
    en="A look has begun; what it finds will stand here and among the findings.",
)
_UNDER_WAY = Text(
    zh="正在查找，完成后结果列在此页。", en="A look is under way; what it finds will stand here."
)
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Narrowed = Annotated[str, Query(max_length=80), Storable]
_Place = Annotated[int, Query(ge=0, le=2**31 - 1)]
_Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/audit/patterns")
async def listed(
    visit: Visiting, pattern: Narrowed = "", unit: Narrowed = "", cursor: Cursor = None
) -> Response:
    """Show what the latest look found, and what it looked for."""
    return await _drawn(visit, pattern, unit, cursor)


async def _drawn(
    visit: Visit,
    pattern: str = "",
    unit: str = "",
    cursor: str | None = None,
    *,
    refused: Refused | None = None,
) -> Response:
    found = await patterns.listed(
        visit.parts,
        visit.caller,
        (pattern or None, unit or visit.unit),
        cursor=cursor,
        limit=_ON_A_PAGE,
    )
    asked = urlencode({name: value for name, value in (("pattern", pattern), ("unit", unit)) if value})
    return visit.page(
        "audit/patterns.html",
        200 if refused is None else refused.status,
        refused=refused,
        found=found,
        chosen=pattern,
        unit=unit,
        known={one.id: one for one in found.patterns},
        address=f"/audit/patterns?{asked}" if asked else "/audit/patterns",
    )


@router.post("/audit/patterns")
async def ask(visit: Visiting, form: Form) -> Response:  # noqa: ARG001 - a form has to come from here
    """Ask for a look over everything."""
    try:
        asked = await pattern_asking.ask(visit.parts, visit.caller)
    except REFUSALS as error:
        return await _drawn(visit, refused=Refused.of(error, visit.language))
    return visit.see_other("/audit/patterns", _BEGUN if asked.state == "begun" else _UNDER_WAY)


@router.get("/audit/patterns/{run}/{number}")
async def shown(visit: Visiting, run: Id, number: _Number) -> Response:
    """Show one pattern: its figure, why it may be innocent, cases, and texts beside each other."""
    found = await patterns.one(visit.parts, visit.caller, run, number)
    return visit.page("audit/pattern.html", detail=found)


@router.get("/audit/fairness")
async def fair(visit: Visiting, process: Narrowed = "", cursor: _Place = 0) -> Response:
    """Show how long people waited and how their cases ended, by route and unit, from row `cursor` on."""
    found = await fairness.page(visit.parts, visit.caller, process or None, first=cursor, limit=_ROWS)
    return visit.page(
        "audit/fairness.html",
        view=found.view,
        routes=found.routes,
        next=found.next,
        query=f"?{urlencode({'process': process})}" if process else "",
        title_of=lambda one: route_title(one.route, visit.language) if one.unit is None else one.unit.name,
    )


@router.get("/audit/fairness/{form}")
async def taken(visit: Visiting, form: Literal["pdf", "xlsx"], process: Narrowed = "") -> Response:
    """Send the same as a file."""
    view = await fairness.report(visit.parts, visit.caller, process or None)
    make = fairness_files.as_pdf if form == "pdf" else fairness_files.as_xlsx
    made = await asyncio.to_thread(make, view, visit.language)
    headers = {"content-disposition": f'attachment; filename="fairness.{form}"'}
    return Response(made, headers=headers, media_type=_MEDIA_TYPES[form])
