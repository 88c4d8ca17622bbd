"""Patterns over many cases, for auditors of the units they were found in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.bounds import Id, Label
from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from services import pattern_asking, patterns
from services.pattern_asking import AskedView
from services.pattern_views import FoundDetail, FoundPage

router = APIRouter(prefix="/v1/audit/patterns", tags=["audit"], dependencies=signed_in)

_Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", summary="Patterns over many cases")
async def list_patterns(  # noqa: PLR0917 - query parameters
    parts: Here,
    caller: By,
    pattern: Label | None = None,
    unit: Id | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> FoundPage:
    """Return what the latest look found, with figure, threshold, and why it may be innocent.

    Below one's own posts as an auditor. What was looked for stands in `patterns`, the thresholds in `run`.
    """
    return await patterns.listed(parts, caller, (pattern, unit), cursor=cursor, limit=limit)


@router.post("", status_code=202, summary="Ask for a look for patterns")
async def ask_for_a_look(parts: Here, caller: By) -> AskedView:
    """Have a worker look over everything, once an hour at the most; what it finds is raised as findings.

    For auditors of a unit. `state` is `under-way` where a look that somebody asked for has not ended yet.
    """
    return await pattern_asking.ask(parts, caller)


@router.get("/{run}/{number}", summary="One pattern with its evidence")
async def one_pattern(parts: Here, caller: By, run: Id, number: _Number) -> FoundDetail:
    """Return cases that show it, and texts that are nearly the same with what they share, as far as one may
    see them.
    """
    return await patterns.one(parts, caller, run, number)
