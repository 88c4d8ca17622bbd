"""Where somebody else is signed in, for administrators: seen, and ended at once."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import sessions
from services.whole_person import whole_person
from web.forms import Form
from web.visits import Visiting

router = APIRouter()


@router.get("/people/{person_id}/sessions")
async def listed(visit: Visiting, person_id: Id) -> Response:
    """Show what still works of somebody's sessions and tokens."""
    found = await sessions.of_person(visit.parts, visit.caller, person_id)
    person = await whole_person(visit.parts, visit.caller, person_id)
    return visit.page(
        "people/sessions.html",
        person=person,
        sessions=found.items,
        processes={one.process: one.title for one in visit.parts.library},
    )


@router.post("/people/{person_id}/sessions/end")
async def end(visit: Visiting, form: Form, person_id: Id) -> Response:
    """End one of them, or all: somebody has to come in anew."""
    await sessions.end_of_person(visit.parts, visit.caller, person_id, form.id("session"))
    return visit.see_other(f"/people/{person_id}/sessions", Text(zh="已结束所选登录。", en="Ended."))
