"""The log over all events: its checkpoints and who signed them, its lines, and the proof of each."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from api.paging import Cursor
from services import administration, log_proofs, witnessing
from web.visits import Visiting

router = APIRouter()

_LINES: Final = 25
_CHECKPOINTS: Final = 20
_DONE: Final = 50
_LARGEST: Final = 2**53 - 1


@router.get("/log")
async def log(
    visit: Visiting,
    first: Annotated[int | None, Query(alias="from", ge=0, le=_LARGEST)] = None,
    cursor: Cursor = None,
) -> Response:
    """Show checkpoints, latest first, where they went, and lines of the log: the last, or those asked for."""
    checkpoints = await log_proofs.listed(visit.parts, cursor=cursor, limit=_CHECKPOINTS)
    size = await log_proofs.size(visit.parts)
    begin = max(0, size - _LINES) if first is None else first
    lines = await log_proofs.leaves(visit.parts, begin, _LINES)
    return visit.page(
        "log/log.html",
        checkpoints=checkpoints,
        outside=(await log_proofs.places(visit.parts)).items,
        witness=await witnessing.told(visit.parts),
        signers=(await log_proofs.keys(visit.parts)).items,
        size=size,
        lines=lines.items,
        begin=begin,
        some=_LINES,
    )


@router.get("/log/administration")
async def done(visit: Visiting, cursor: Cursor = None) -> Response:
    """Show what administrators and commands did to the installation itself, latest first, to auditors."""
    found = await administration.listed(visit.parts, visit.caller, cursor=cursor, limit=_DONE)
    editions = {
        (one.process, one.version): f"{one.title.in_language(visit.language)} "
        f"{one.version_title.in_language(visit.language)}"
        for one in visit.parts.library
    }
    return visit.page("log/administration.html", done=found, editions=editions)


@router.get("/log/{position}")
async def line(visit: Visiting, position: Annotated[int, Path(ge=0, le=_LARGEST)]) -> Response:
    """Show one line of the log, with the proof that it stands there."""
    found = await log_proofs.leaf(visit.parts, position)
    return visit.page("log/line.html", leaf=found, size=await log_proofs.size(visit.parts))
