"""What bars a person: rights that are suspended, periods in which a penalty has its effect."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import restrictions
from services.people import names_of
from services.restrictions import Correction, NewRestriction, RestrictionView
from services.titles import restriction_titles
from services.whole_person import whole_person
from web.forms import Filled, Form
from web.periods import first_day, last_day
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_LONGEST_REASON = 2_000


@router.get("/people/{person_id}/restrictions")
async def listed(visit: Visiting, person_id: Id) -> Response:
    """Show what bars somebody and what did, with every word about it."""
    return await _drawn(visit, person_id)


@router.post("/people/{person_id}/restrictions")
async def restrict(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Put somebody under a restriction, until a last day or until further notice."""
    try:
        first = first_day(form)
        new = NewRestriction(
            restriction=form.needed("restriction", longest=80),
            reason=form.needed("reason", longest=_LONGEST_REASON),
            from_=first,
            to=last_day(form, first),
        )
        await restrictions.restrict(visit.parts, visit.caller, person_id, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return _back(visit, person_id, Text(zh="限制已登记。", en="The restriction is recorded."))


@router.post("/people/{person_id}/restrictions/correct")
async def correct(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Say that a restriction has other days, has ended, or never was."""
    try:
        entry, first = form.needed("entry", longest=80), first_day(form)
        new = Correction(
            reason=form.needed("reason", longest=_LONGEST_REASON), from_=first, to=last_day(form, first)
        )
        await restrictions.correct(visit.parts, visit.caller, person_id, entry, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return _back(visit, person_id, Text(zh="更正已登记。", en="The correction is recorded."))


def in_entries(words: Iterable[RestrictionView]) -> list[tuple[RestrictionView, ...]]:
    """Return the words about each restriction together, what began last before the others."""
    entries = [tuple(some) for _, some in groupby(words, key=lambda word: word.id)]
    return sorted(entries, key=lambda some: some[-1].from_, reverse=True)


def _back(visit: Visit, person_id: str, says: Text) -> Response:
    return visit.see_other(f"/people/{person_id}/restrictions", says)


async def _drawn(
    visit: Visit, person_id: str, error: Exception | None = None, form: Filled | None = None
) -> Response:
    person = await whole_person(visit.parts, visit.caller, person_id)
    words = (await restrictions.restrictions_of(visit.parts, visit.caller, person_id)).items
    says = restriction_titles(visit.parts.library)
    refused = None if error is None else Refused.of(error, visit.language)
    shown: dict[str, Any] = {
        "person": person,
        "entries": in_entries(words),
        "names": await names_of(visit.parts, (word.recorded_by for word in words if word.recorded_by)),
        "says": says,
        "choices": [(name, text.in_language(visit.language)) for name, text in says.items()],
        "refused": refused,
        "given": form or Filled(),
    }
    return visit.page("people/restrictions.html", 200 if refused is None else refused.status, **shown)
