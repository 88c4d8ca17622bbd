"""Meetings that treat several cases one after the other: the agenda, its order, who is there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from domain.agendas import Order
from domain.values import Text
from services import agendas, meetings
from services.agendas import Agenda, OpenAgenda
from services.refusals import InvalidInput
from web.acting import kept_documents
from web.forms import Filled, Form
from web.left_out import Papers, fields_of, has_own, left_out_in, said_for_each
from web.meeting_forms import AGENDA_ID
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

AgendaId = Annotated[str, Path(pattern=AGENDA_ID)]


@router.get("/meetings")
async def begin(visit: Visiting) -> Response:
    """Show for whose meetings cases wait, and which agendas were begun."""
    return await _begin(visit)


@router.post("/meetings")
async def keep_new(visit: Visiting, form: Form) -> Response:
    """Begin the agenda of a body on a day."""
    try:
        content = Agenda(
            process=form.needed("process"),
            unit=form.needed("unit"),
            body=form.needed("body"),
            on=form.day("on") or visit.today,
        )
        made = await agendas.begun(visit.parts, visit.caller, content)
    except InvalidInput as error:
        return await _begin(visit, error, form)
    return visit.see_other(f"/meetings/{made}")


@router.get("/meetings/{agenda_id}")
async def show(visit: Visiting, agenda_id: AgendaId) -> Response:
    """Show an agenda."""
    agenda = await agendas.opened(visit.parts, visit.caller, agenda_id)
    given = _filled(agenda.content)
    return _shown(visit, agenda, given, await kept_documents(visit, given))


@router.post("/meetings/{agenda_id}")
async def keep(visit: Visiting, agenda_id: AgendaId, form: Form) -> Response:
    """Keep order and attendance; then go on to a case, where one was chosen."""
    agenda = await agendas.opened(visit.parts, visit.caller, agenda_id)
    chosen = form.id("vote")
    line = next((one for one in agenda.lines if one.item.key == chosen), None)
    kept: Papers = {}
    try:
        kept = await kept_documents(visit, form)
        if form.flag("each"):
            return _shown(visit, agenda, *said_for_each(form, kept))
        await agendas.changed(visit.parts, visit.caller, agenda_id, _content(agenda, form, kept))
    except REFUSALS as error:
        return _shown(visit, agenda, form, kept, error)
    if line is not None and line.place:
        return visit.see_other(f"/cases/{line.item.case}/steps/{line.item.step}?agenda={agenda_id}")
    moved = form.id("earlier") or form.id("later")
    place = f"#item-{moved.replace(':', '-')}" if moved else ""
    return visit.see_other(f"/meetings/{agenda_id}{place}", None if moved else _KEPT)


@router.post("/meetings/{agenda_id}/discard")
async def discard(visit: Visiting, agenda_id: AgendaId) -> Response:
    """Forget an agenda."""
    await agendas.discarded(visit.parts, visit.caller, agenda_id)
    return visit.see_other("/meetings", _GONE)


def _order(agenda: OpenAgenda, form: Filled) -> Order:
    """Return what is on an agenda now, in its order. What was treated stays where its minutes say it was."""
    items = {one.item.key: one.item for one in agenda.lines if not one.item.recorded}
    ticked = set(form.ids("item"))
    order = [one for one in dict.fromkeys((*form.ids("order"), *items)) if one in items and one in ticked]
    for moved, by in ((form.id("earlier"), -1), (form.id("later"), 1)):
        at = order.index(moved) if moved in order else -1
        if at >= 0 and 0 <= at + by < len(order):
            order[at], order[at + by] = order[at + by], order[at]
    return agenda.content.order.arranged(items[one] for one in order)


def _content(agenda: OpenAgenda, form: Filled, kept: Papers) -> Agenda:
    """Return what an agenda says now."""
    return agenda.content.in_order(_order(agenda, form)).model_copy(
        update={
            "on": form.day("occurred_on") or agenda.content.on,
            "attended": form.ids("attended"),
            "wrote": form.ids("wrote"),
            "excluded": tuple(one for one in left_out_in(form, kept) if one.ground in agenda.process.grounds),
        }
    )


async def _begin(visit: Visit, error: Exception | None = None, form: Filled | None = None) -> Response:
    refused = None if error is None else Refused.of(error, visit.language)
    return visit.page(
        "meetings/meetings.html",
        200 if refused is None else refused.status,
        waiting=await meetings.waiting(visit.parts, visit.caller, unit=visit.unit),
        begun=await agendas.listed(visit.parts, visit.caller),
        refused=refused,
        given=form or Filled(),
    )


def _filled(content: Agenda) -> Filled:
    """Return the form of an agenda as it is kept."""
    who = {"attended": content.attended, "wrote": content.wrote, "occurred_on": (content.on.isoformat(),)}
    return Filled(values=who | fields_of(content.excluded))


def _shown(
    visit: Visit, agenda: OpenAgenda, given: Filled, kept: Papers, error: Exception | None = None
) -> Response:
    refused = None if error is None else Refused.of(error, visit.language)
    return visit.page(
        "meetings/agenda.html",
        200 if refused is None else refused.status,
        agenda=agenda,
        given=given,
        kept=kept,
        says_each=has_own(given),
        refused=refused,
        following=next((one for one in agenda.lines if one.place and not one.item.recorded), None),
    )


_KEPT = Text(zh="议程已保存。", en="The agenda is kept.")
_GONE = Text(zh="议程已删除；已登记的表决不受影响。", en="The agenda is gone; what was recorded stays.")
