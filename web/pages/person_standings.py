"""The standings of a person over time: one from outside of any case written down, days corrected or ended."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import organisation, standings
from services.people import names_of
from services.standings import NewStanding, StandingCorrection, StandingView
from services.titles import standing_titles
from services.whole_person import PersonWholeView, whole_person
from web.forms import Filled, Form
from web.periods import first_day, last_day
from web.refused import REFUSALS, Refused
from web.unit_fields import unit_field, unit_needed
from web.visits import Visit, Visiting

router = APIRouter()

_LONGEST_REASON = 2_000


@router.get("/people/{person_id}/standings")
async def listed(visit: Visiting, person_id: Id) -> Response:
    """Show which standings somebody had and has, and by what."""
    return await _drawn(visit, person_id)


@router.post("/people/{person_id}/standings")
async def begin(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Write down a standing from outside of any case."""
    try:
        first = form.day("from") or visit.today
        new = NewStanding(
            standing=form.needed("standing", longest=80),
            unit=await unit_needed(visit, form, "unit"),
            reason=form.needed("reason", longest=_LONGEST_REASON),
            from_=first,
            to=last_day(form, first),
        )
        await standings.begin(visit.parts, visit.caller, person_id, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return _back(visit, person_id, Text(zh="身份已登记。", en="The standing is recorded."))


@router.post("/people/{person_id}/standings/correct")
async def correct(visit: Visiting, form: Form, person_id: Id) -> Response:
    """Say that a standing has other days, or never was."""
    try:
        standing, first = form.needed("entry", longest=300), first_day(form)
        new = StandingCorrection(
            reason=form.needed("reason", longest=_LONGEST_REASON), from_=first, to=last_day(form, first)
        )
        await standings.correct(visit.parts, visit.caller, person_id, standing, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, person_id, error, form)
    return _back(visit, person_id, Text(zh="更正已登记。", en="The correction is recorded."))


def _back(visit: Visit, person_id: str, says: Text) -> Response:
    return visit.see_other(f"/people/{person_id}/standings", says)


async def _found(visit: Visit, person: PersonWholeView) -> tuple[StandingView, ...]:
    """Return the standings somebody ever had. One who has none at all is nobody's, and may be given one."""
    if person.standing is None and not person.standings and "admin" in visit.visitor.roles:
        return ()
    return (await standings.standings_of(visit.parts, visit.caller, person.id)).items


async def _drawn(
    visit: Visit, person_id: str, error: Exception | None = None, form: Filled | None = None
) -> Response:
    person = await whole_person(visit.parts, visit.caller, person_id)
    found = await _found(visit, person)
    places = await organisation.units_among(visit.parts, (one.unit for one in found))
    says = standing_titles(visit.parts.library)
    by = (word.recorded_by for one in found for word in one.words if word.recorded_by)
    refused = None if error is None else Refused.of(error, visit.language)
    shown: dict[str, Any] = {
        "person": person,
        "standings": found,
        "names": await names_of(visit.parts, by),
        "unit_names": {unit.id: unit.name for unit in places.values()},
        "unit": await unit_field(visit, form or Filled(), "unit", start=person.unit),
        "says": says,
        "choices": [(name, words.in_language(visit.language)) for name, words in says.items()],
        "refused": refused,
        "given": form or Filled(),
    }
    return visit.page("people/standings.html", 200 if refused is None else refused.status, **shown)
