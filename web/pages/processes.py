"""The processes: their versions, and the rules of each as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.bounds import Label, Storable
from domain.comparing import differences
from domain.sentences import sentences_of
from services import processes
from services.process_views import ProcessRow
from services.refusals import NotFound
from web.forms import Form
from web.process_drawing import drawn
from web.visits import Visit, Visiting

router = APIRouter()

Version = Annotated[str | None, Query(max_length=60), Storable]


@router.get("/processes")
async def listed(visit: Visiting) -> Response:
    """Show the published processes with their versions, and where a draft can be checked."""
    page = processes.published(visit.parts, visit.caller)
    return visit.page("processes/list.html", rows=page.items, checked=None, draft="", faults=())


@router.post("/processes/check")
async def check(visit: Visiting, form: Form) -> Response:
    """Check a draft, and name what is wrong with the number of its line."""
    draft = form.values.get("draft", ("",))[0]
    checked = await processes.checked(visit.parts, visit.caller, draft.encode("utf-8", "replace"))
    page = processes.published(visit.parts, visit.caller)
    lines = draft.splitlines()
    faults = tuple((one, tuple(_around(lines, one.line))) for one in checked.problems)
    # The address a draft is sent to reads like that of a process.
    back = "/processes"
    return visit.page(
        "processes/list.html", back=back, rows=page.items, checked=checked, draft=draft, faults=faults
    )


@router.get("/processes/{process_id}")
async def shown(visit: Visiting, process_id: Label, version: Version = None) -> Response:
    """Show a version of a process: its picture, who acts in each step, what each rule asks."""
    process = processes.find(visit.parts, process_id, version)
    rows = _versions(visit, process_id)
    return visit.page(
        "processes/process.html",
        process=process,
        picture=drawn(process, visit.language),
        row=next(row for row in rows if row.version == process.version),
        versions=rows,
        asks={step.id: sentences_of(process, step) for step in process.steps.values()},
    )


@router.get("/processes/{process_id}/differences")
async def compared(
    visit: Visiting, process_id: Label, before: Version = None, after: Version = None
) -> Response:
    """Show which sentences two versions of a process do not have in common."""
    rows = _versions(visit, process_id)
    later = processes.find(visit.parts, process_id, after or rows[-1].version)
    taken_over = visit.parts.library.before(later) or later
    earlier = processes.find(visit.parts, process_id, before or taken_over.version)
    return visit.page(
        "processes/differences.html",
        before=earlier,
        after=later,
        versions=rows,
        differences=differences(earlier, later),
    )


def _versions(visit: Visit, process_id: str) -> tuple[ProcessRow, ...]:
    """Return the published versions of a process, oldest first. Raises NotFound."""
    rows = tuple(row for row in processes.published(visit.parts, visit.caller).items if row.id == process_id)
    if not rows:
        raise NotFound
    return rows


def _around(lines: list[str], number: int) -> Iterator[tuple[int, str]]:
    """Give a line with its neighbours, each with its number."""
    for at in range(max(number - 1, 1), min(number + 1, len(lines)) + 1):
        yield at, lines[at - 1]
