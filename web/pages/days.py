"""Two days side by side: what became different in a case, or in the organisation, for those who look back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from api.bounds import Id
from services import access, case_pages, cases, differences, organisation_differences
from services.refusals import InvalidInput
from services.views import CaseView
from web.pages.cases import Titles
from web.periods import AskedDays, MaybeDay, asked_days
from web.visits import Visit, Visiting

router = APIRouter()

_ROWS: Final = 200
"""Of each kind on a page; programs get more."""
_BACK: Final = timedelta(days=90)
"""How far the first day lies back where none is chosen."""


@router.get("/cases/{case_id}/days")
async def two_days(
    visit: Visiting,
    case_id: Id,
    earlier: Annotated[MaybeDay, Query(alias="from")] = "",
    later: Annotated[MaybeDay, Query(alias="to")] = "",
) -> Response:
    """Show a case on two days, with what is different marked, who could see it, and what happened."""
    parts, caller = visit.parts, visit.caller
    case = await cases.shown(parts, caller, case_id)
    asked = asked_days(visit.language, **{"from": earlier, "to": later})
    days = _days(visit, case, asked)
    page: dict[str, Any] = {"found": None, "happened": (), "seeing": (), "wrong": "", "asked": asked}
    try:
        found = await differences.of_case(parts, caller, case_id, *days)
    except InvalidInput as refused:
        page["wrong"] = refused.problem.in_language(visit.language)
    else:
        page["found"] = found
        page["happened"] = await case_pages.happened_between(
            parts, caller, case_id, found.from_seq, found.to_seq
        )
        if found.rights is not None:
            page["seeing"] = (await access.access_on(parts, caller, case_id, days[1])).items
    return visit.page("cases/days.html", asked.status, case=case, days=days, titles=Titles(visit), **page)


@router.get("/organisation/days")
async def organisation_on_two_days(
    visit: Visiting,
    earlier: Annotated[MaybeDay, Query(alias="from")] = "",
    later: Annotated[MaybeDay, Query(alias="to")] = "",
) -> Response:
    """Show what became different in the organisation: units, posts, loans, standings, rules."""
    asked = asked_days(visit.language, **{"from": earlier, "to": later})
    to_on = asked.on("to") or visit.today
    days = asked.on("from") or to_on - _BACK, to_on
    page: dict[str, Any] = {"found": None, "wrong": "", "asked": asked}
    try:
        page["found"] = await organisation_differences.of_organisation(
            visit.parts, visit.caller, *days, most=_ROWS
        )
    except InvalidInput as refused:
        page["wrong"] = refused.problem.in_language(visit.language)
    return visit.page("units/days.html", asked.status, days=days, **page)


def _days(visit: Visit, case: CaseView, asked: AskedDays) -> tuple[date, date]:
    """Return the days that were chosen, or else a season up to today."""
    to_on = asked.on("to") or visit.today
    return asked.on("from") or max(to_on - _BACK, min(case.opened_on, to_on - timedelta(days=1))), to_on
