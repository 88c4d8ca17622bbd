"""The processes: their versions, and the rules of each as sentences."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.bounds import Label, Storable
from domain.permitting import actor_title
from services import processes
from services.refusals import NotFound
from web.forms import Form
from web.visits import Visiting

router = APIRouter()


@router.get("/processes")
async def listed(visit: Visiting) -> Response:
    """Show the published processes with their versions, and where a draft can be checked."""
    page = processes.published(visit.parts, visit.caller)
    return visit.page("processes/list.html", rows=page.items, checked=None, draft="")


@router.post("/processes/check")
async def check(visit: Visiting, form: Form) -> Response:
    """Check a draft, and name what is wrong with the number of its line."""
    draft = form.values.get("draft", ("",))[0]
    checked = await processes.checked(draft.encode("utf-8", "replace"))
    page = processes.published(visit.parts, visit.caller)
    return visit.page("processes/list.html", rows=page.items, checked=checked, draft=draft)


@router.get("/processes/{process_id}")
async def shown(
    visit: Visiting, process_id: Label, version: Annotated[str | None, Query(max_length=60), Storable] = None
) -> Response:
    """Show a version of a process: its stages and steps, who acts, what each rule asks."""
    process = processes.find(visit.parts, process_id, version)
    rows = [row for row in processes.published(visit.parts, visit.caller).items if row.id == process_id]
    if not rows:
        raise NotFound
    return visit.page(
        "processes/process.html",
        process=process,
        row=next(row for row in rows if row.version == process.version),
        versions=rows,
        actors=actor_title,
    )
