"""Finding people and cases from everywhere: by name, pinyin, initials or number."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from services import cases, organisation
from services.cases import CaseFilter
from services.refusals import NotFound
from services.views import CaseRow, CaseView, PersonView
from web.visits import Visit, Visiting

router = APIRouter()

_AT_ONCE = 6
_ON_A_PAGE = 50
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{7,79}")


@router.get("/search")
async def search(visit: Visiting, q: Annotated[str, Query(max_length=100), Storable] = "") -> Response:
    """Show who and what has the words; the number of a case leads there at once."""
    text = " ".join(q.split())
    numbered = await _case_of(visit, text) if _ID.fullmatch(text) else None
    if numbered is not None and not visit.wants_fragment:
        return visit.see_other(f"/cases/{numbered.id}")
    limit = _AT_ONCE if visit.wants_fragment else _ON_A_PAGE
    found_people: tuple[PersonView, ...] = ()
    found_cases: tuple[CaseRow | CaseView, ...] = ()
    if text:
        people = await organisation.list_people(visit.parts, visit.caller, text=text, limit=limit)
        listed = await cases.listed(visit.parts, visit.caller, CaseFilter(text=text), limit=limit)
        found_people = people.items
        found_cases = listed.items if numbered is None else (numbered, *listed.items)
    shown: dict[str, Any] = {"text": text, "people": found_people, "cases": found_cases}
    if visit.wants_fragment:
        return visit.part("search/found.html", **shown)
    return visit.page("search/search.html", **shown)


async def _case_of(visit: Visit, case_id: str) -> CaseView | None:
    """Return the case with a number, if it is one the visitor may see."""
    try:
        return await cases.shown(visit.parts, visit.caller, case_id)
    except NotFound:
        return None
