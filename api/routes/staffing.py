"""Whether steps will have their people."""

from __future__ import annotations

from fastapi import APIRouter

from api.bounds import Id, Label
from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from services import staffing
from services.staffing import ShortageView
from services.views import Page

router = APIRouter(prefix="/v1/staffing", tags=["cases"], dependencies=signed_in)


@router.get("", summary="List steps that will be short of people")
async def list_shortages(
    parts: Here,
    caller: By,
    *,
    unit: Id,
    process: Label | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ShortageView]:
    """Return, of a unit's open cases seen by a post, the open and future steps without enough people.

    A page may be shorter than `limit` and still have a `next`.
    """
    return await staffing.list_shortages(parts, caller, unit, process, cursor, limit)
