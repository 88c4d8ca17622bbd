"""What the form of a meeting knows before it is filled in: who votes that day, and its agenda."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from domain.refusals import RuleViolation
from domain.steps import MeetingStep
from services import agendas, rosters
from services.agendas import KeptAgenda
from services.attendance import known_of
from services.refusals import NotFound, NotPermitted
from services.requests import ActRequest
from services.rosters import RosterView
from services.step_forms import StepForm
from web.forms import Filled
from web.left_out import fields_of
from web.visits import Visit

AGENDA_ID: Final = r"^[0-9a-f]{32}$"
"""The id of an agenda."""


async def agenda_of(visit: Visit, agenda_id: str, case: str, step: str) -> KeptAgenda | None:
    """Return the agenda on which a case is treated, where it is one of the visitor's."""
    try:
        return await agendas.found(visit.parts, visit.caller, agenda_id, f"{case}:{step}")
    except NotFound:
        return None


async def agenda_named(visit: Visit, form: Filled, case: str, step: str) -> KeptAgenda | None:
    """Return the agenda a form names, where it is one of the visitor's."""
    named = form.typed("agenda")
    return await agenda_of(visit, named, case, step) if re.fullmatch(AGENDA_ID, named) else None


def filled_from(shown: StepForm, roster: RosterView, agenda: KeptAgenda) -> Filled:
    """Return the form of a meeting as far as its agenda knows it."""
    takes_writing = isinstance(shown.step, MeetingStep) and shown.step.written
    known = known_of(agenda.content, roster, takes_writing=takes_writing)
    found = {
        "occurred_on": (agenda.content.on.isoformat(),),
        "agenda": (agenda.id,),
        "attended": known.attended,
        "wrote": known.wrote,
    }
    # Where nobody was ticked yet, the numbers stay to be filled in.
    counts = {"eligible": known.eligible, "present": len(known.attended), "written": len(known.wrote)}
    numbers = {name: (str(number),) for name, number in counts.items()} if known.attended else {}
    return Filled(values={**found, **fields_of(known.excluded), **numbers})


def treated_on(agenda: KeptAgenda, request: ActRequest, case_id: str) -> ActRequest:
    """Return an act on a case that says as which item of the agenda it was treated."""
    if request.meeting is None:
        return request
    place = agenda.stated(case_id, request.step)
    return request.model_copy(update={"meeting": request.meeting.model_copy(update={"agenda": place})})


async def roster_for(visit: Visit, shown: StepForm, on: date | None) -> RosterView | None:
    """Return who votes on a day, where it is a meeting and the visitor is told."""
    if not isinstance(shown.step, MeetingStep) or shown.shown is None:
        return None
    try:
        return await rosters.roster_of(visit.parts, visit.caller, shown.case.id, shown.step.id, on)
    except (NotFound, NotPermitted, RuleViolation):
        return None
