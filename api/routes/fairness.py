"""The report on fairness, for auditors."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter, Response

from api.bounds import Label
from api.callers import By, Here, signed_in
from services import fairness, fairness_files
from services.fairness import FairnessView

router = APIRouter(prefix="/v1/audit/fairness", tags=["audit"], dependencies=signed_in)

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("", summary="Waits and outcomes by route and unit")
async def read_fairness(parts: Here, caller: By, process: Label | None = None) -> FairnessView:
    """Return how long people waited and how their cases ended, without groups under five or any number from
    which one follows: of everybody, of routes, and of units below one's own posts as an auditor.
    """
    return await fairness.report(parts, caller, process)


@router.get("/{form}", summary="The same as a file", response_class=Response)
async def take_fairness(
    parts: Here, caller: By, form: Literal["pdf", "xlsx"], process: Label | None = None
) -> Response:
    """Return the report on paper, or as a workbook."""
    view = await fairness.report(parts, caller, process)
    make = fairness_files.as_pdf if form == "pdf" else fairness_files.as_xlsx
    made = await asyncio.to_thread(make, view, caller.language)
    headers = {"content-disposition": f'attachment; filename="fairness.{form}"'}
    return Response(made, headers=headers, media_type=_MEDIA_TYPES[form])
