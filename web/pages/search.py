"""Finding people and cases from everywhere: by name, pinyin, initials or number."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from services import cases, organisation
from services.cases import CaseFilter
from services.refusals import NotFound
from services.views import CaseRow, CaseView, PersonView
from web.unit_fields import Among, own_units, suggested
from web.visits import Visit, Visiting

router = APIRouter()

_AT_ONCE = 6
_ON_A_PAGE = 50
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{7,79}")
_BEGINNING = re.compile(r"[0-9a-f]{8,31}")
"""Of the number of a case: so much of it that hardly another one has it too."""


@router.get("/search")
async def search(visit: Visiting, q: Annotated[str, Query(max_length=100), Storable] = "") -> Response:
    """Show who and what has the words; the number of a case, or its beginning, leads there."""
    text = " ".join(q.split())
    limit = _AT_ONCE if visit.wants_fragment else _ON_A_PAGE
    numbered = await _numbered(visit, text, limit)
    if len(numbered) == 1 and not visit.wants_fragment:
        return visit.see_other(f"/cases/{numbered[0].id}")
    found_people: tuple[PersonView, ...] = ()
    found_cases: tuple[CaseRow | CaseView, ...] = ()
    if text:
        people = await organisation.list_people(visit.parts, visit.caller, text=text, limit=limit)
        listed = await cases.listed(visit.parts, visit.caller, CaseFilter(text=text), limit=limit)
        found_people = people.items
        found_cases = (*numbered, *listed.items)
    shown: dict[str, Any] = {"text": text, "people": found_people, "cases": found_cases}
    if visit.wants_fragment:
        return visit.part("search/found.html", **shown)
    return visit.page("search/search.html", **shown)


@router.get("/search/units")
async def units(
    visit: Visiting,
    q: Annotated[str, Query(max_length=200), Storable] = "",
    kind: Annotated[Id | None, Query()] = None,
    but: Annotated[Id | None, Query()] = None,
    *,
    own: bool = False,
) -> Response:
    """Show which units a text may mean, below the field it is typed in; `own`: of one's posts, or below."""
    text = " ".join(q.split())
    among = own_units(visit, kind, but) if own else Among(kind, but)
    found = await suggested(visit, text, among) if text else ()
    return visit.part("search/units.html", found=found)


async def _numbered(visit: Visit, text: str, limit: int) -> tuple[CaseRow | CaseView, ...]:
    """Return the case with a number, or those whose numbers begin so, of those the visitor may see."""
    if _BEGINNING.fullmatch(text.lower()):
        begins = CaseFilter(number=text.lower())
        return (await cases.listed(visit.parts, visit.caller, begins, limit=limit)).items
    if not _ID.fullmatch(text):
        return ()
    try:
        return (await cases.shown(visit.parts, visit.caller, text),)
    except NotFound:
        return ()
