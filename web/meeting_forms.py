"""What the form of a meeting knows before it is filled in: who votes that day, and its agenda."""

from __future__ import annotations

import re
from typing import Final

from domain.refusals import RuleViolation
from domain.steps import MeetingStep
from services import agendas, rosters
from services.agendas import KeptAgenda
from services.refusals import NotFound, NotPermitted
from services.requests import ActRequest
from services.rosters import RosterView
from services.step_forms import StepForm
from web.forms import Filled
from web.left_out import fields_of
from web.refused import REFUSALS
from web.visits import Visit

_ID: Final = re.compile(r"[0-9a-f]{32}")


async def agenda_of(visit: Visit, agenda_id: str) -> KeptAgenda | None:
    """Return an agenda, where it is one of the visitor's."""
    try:
        return await agendas.found(visit.parts, visit.caller, agenda_id)
    except NotFound:
        return None


async def agenda_named(visit: Visit, form: Filled) -> KeptAgenda | None:
    """Return the agenda a form names, where it is one of the visitor's."""
    named = form.typed("agenda")
    return await agenda_of(visit, named) if _ID.fullmatch(named) else None


async def filled_from(visit: Visit, shown: StepForm, agenda: KeptAgenda) -> Filled | None:
    """Return the form of a meeting as far as its agenda knows it; None where there is nothing to know."""
    if not isinstance(shown.step, MeetingStep):
        return None
    day = Filled(values={"occurred_on": (agenda.content.on.isoformat(),)})
    roster = await roster_for(visit, shown, day)
    if roster is None:
        return None
    known = agendas.known_of(agenda.content, roster, takes_writing=shown.step.written)
    found = {**day.values, "agenda": (agenda.id,), "attended": known.attended, "wrote": known.wrote}
    # Where nobody was ticked yet, the numbers stay to be filled in.
    counts = {"eligible": known.eligible, "present": len(known.attended), "written": len(known.wrote)}
    numbers = {name: (str(number),) for name, number in counts.items()} if known.attended else {}
    return Filled(values={**found, **fields_of(known.excluded), **numbers})


def treated_on(agenda: KeptAgenda, request: ActRequest, case_id: str) -> ActRequest:
    """Return an act on a case that says as which item of the agenda it was treated."""
    if request.meeting is None:
        return request
    place = agendas.place_on(agenda.content, case_id, request.step)
    return request.model_copy(update={"meeting": request.meeting.model_copy(update={"agenda": place})})


async def roster_for(visit: Visit, shown: StepForm, given: Filled) -> RosterView | None:
    """Return who votes on the day of the meeting, where the visitor is told."""
    if not isinstance(shown.step, MeetingStep) or shown.shown is None:
        return None
    try:
        on = given.day("occurred_on")
    except REFUSALS:
        on = None
    try:
        return await rosters.roster_of(visit.parts, visit.caller, shown.case.id, shown.step.id, on)
    except (NotFound, NotPermitted, RuleViolation):
        return None
