"""The local overlay of a unit: which one it goes by, who said so, and another one from a day on."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.bounds import Id
from domain.values import Text
from services import organisation, overlays
from services.overlays import NewOverlay, OverlaysView
from services.refusals import NotPermitted
from web.forms import Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()


@router.get("/units/{unit_id}/overlays")
async def show_overlays(visit: Visiting, unit_id: Id) -> Response:
    """Show under which overlay a unit starts its cases, and what was said of it."""
    return await _drawn(visit, unit_id, await overlays.overlays_of(visit.parts, visit.caller, unit_id))


@router.post("/units/{unit_id}/overlays")
async def switch_overlay(visit: Visiting, unit_id: Id, form: Form) -> Response:
    """Have a unit start its cases under another overlay from a day on."""
    told = await overlays.overlays_of(visit.parts, visit.caller, unit_id)
    if not told.may_switch:
        raise NotPermitted
    try:
        process, _, overlay = form.needed("of").partition(" ")
        reason = form.needed("reason", longest=2_000)
        new = NewOverlay(process=process, overlay=overlay or None, from_=form.day("from"), reason=reason)
        await overlays.order(visit.parts, visit.caller, unit_id, new, key=form.key)
    except REFUSALS as error:
        return await _drawn(visit, unit_id, told, error, form)
    return visit.see_other(f"/units/{unit_id}/overlays", Text(zh="已登记。", en="It is recorded."))


async def _drawn(
    visit: Visit,
    unit_id: str,
    told: OverlaysView,
    error: Exception | None = None,
    form: Filled | None = None,
) -> Response:
    law = Text(zh="只按总规定", en="the law alone").in_language(visit.language)
    refused = None if error is None else Refused.of(error, visit.language)
    choices = [
        (f"{one.process.id} {name}".strip(), f"{one.process.name} · {called}")
        for one in told.processes
        for name, called in (*one.titles.items(), ("", law))
    ]
    return visit.page(
        "units/overlays.html",
        200 if refused is None else refused.status,
        unit=await organisation.unit(visit.parts, unit_id),
        told=told,
        words_of_it=told.items,
        choices=choices,
        refused=refused,
        given=form or Filled(),
    )
