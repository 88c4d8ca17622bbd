"""Rolls of people, on paper."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Label
from api.callers import By, Here, signed_in
from domain.values import Language
from services import rolls
from services.cases import CaseFilter

router = APIRouter(prefix="/v1/rolls", tags=["cases"], dependencies=signed_in)

Status = Annotated[str | None, Query(pattern="^(open|suspended|closed)$")]


@router.get("", summary="Print a roll", response_class=Response)
async def roll(  # noqa: PLR0917 - what a list of cases is narrowed to
    parts: Here,
    caller: By,
    process: Label | None = None,
    standing: Label | None = None,
    stage: Label | None = None,
    status: Status = None,
    unit: Id | None = None,
    language: Language | None = None,
) -> Response:
    """Return the people of the cases the caller sees as a PDF, narrowed as the list of cases is."""
    wanted = CaseFilter(process=process, standing=standing, stage=stage, status=status, unit=unit)
    made = await rolls.roll_pdf(parts, caller, wanted, language)
    named = {"content-disposition": 'attachment; filename="roll.pdf"'}
    return Response(made, headers=named, media_type="application/pdf")
