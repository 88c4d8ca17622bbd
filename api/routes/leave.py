"""Out of office: one's own absences, and who substitutes meanwhile."""

from __future__ import annotations

from fastapi import APIRouter

from api.bodies import AbsenceBody
from api.bounds import Id
from api.callers import By, Here, Key, signed_in
from services import leave
from services.leave import Leave
from services.views import AbsenceView

router = APIRouter(prefix="/v1/me/absences", tags=["who one is"], dependencies=signed_in)


@router.post("", status_code=201, summary="Say that one is away")
async def go_away(body: AbsenceBody, parts: Here, caller: By, key: Key = None) -> AbsenceView:
    """Say from when until when one is away, and lend one's posts for that time; `GET /v1/me` shows it."""
    return await leave.go_away(parts, caller, Leave(**body.model_dump()), key=key)


@router.post("/{absence_id}/end", summary="Say that one is back")
async def come_back(absence_id: Id, parts: Here, caller: By, key: Key = None) -> AbsenceView:
    """Say that one is back, or does not go. What was lent for that time is taken back at once."""
    return await leave.come_back(parts, caller, absence_id, key=key)
