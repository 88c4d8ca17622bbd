"""Figures over the cases one sees."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from api.bounds import Day, Id, Label
from api.callers import By, Here, signed_in
from services import reports
from services.reports import KINDS
from services.stats import Narrowed
from services.stats_views import (
    AdmissionsView,
    DeadlinesView,
    FunnelView,
    StagesView,
    StatsView,
    WorkloadView,
)
from services.underway import Underway

router = APIRouter(prefix="/v1/stats", tags=["stats"], dependencies=signed_in)


async def _narrowed(
    process: Label | None = None,
    unit: Id | None = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
) -> Narrowed:
    return Narrowed(process, unit, first, last)


Of = Annotated[Narrowed, Depends(_narrowed)]


_KINDS = {kind.name: kind for kind in KINDS}
_AGAIN_IN_S = "2"
_ASYNC = "respond-async"
_LATER: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It is being counted, where `Prefer: respond-async` was sent; ask again",
        "headers": {
            "Retry-After": {"description": "Seconds until then.", "schema": {"type": "integer"}},
            "Preference-Applied": {"description": "What was preferred.", "schema": {"type": "string"}},
        },
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}

Prefers = Annotated[
    str,
    Header(
        alias="Prefer",
        max_length=200,
        description="`respond-async`: what takes long to count is answered with 202 meanwhile.",
    ),
]


async def _counted(
    request: Request, parts: Here, caller: By, of: Of, prefers: Prefers = ""
) -> StatsView | Response:
    """Return the figures that the address names, or that they are being counted (RFC 7240)."""
    kind = _KINDS[request.url.path.rpartition("/")[2]]
    waits = _ASYNC not in {one.strip().lower() for one in prefers.split(",")}
    found = await reports.whole(parts, caller, kind, of, waits=waits)
    if isinstance(found, Underway):
        headers = {"retry-after": _AGAIN_IN_S, "preference-applied": _ASYNC}
        return JSONResponse({"state": "counting"}, 202, headers)
    return found.view


Counted = Annotated[StatsView | Response, Depends(_counted)]


@router.get("/funnel", summary="How far cases get", response_model=FunnelView, responses=_LATER)
async def funnel(counted: Counted) -> StatsView | Response:
    """Return, of the cases that began in a period, how many reached each stage and what became of them."""
    return counted


@router.get(
    "/stages", summary="How long stages take, and steps wait", response_model=StagesView, responses=_LATER
)
async def stages(counted: Counted) -> StatsView | Response:
    """Return the days that stages took and steps waited: the middle, quarters, and nine tenths."""
    return counted


@router.get(
    "/deadlines", summary="How often deadlines are kept", response_model=DeadlinesView, responses=_LATER
)
async def deadlines(counted: Counted) -> StatsView | Response:
    """Return how often steps done in a period were in time, by step."""
    return counted


@router.get("/workload", summary="What each role is asked for", response_model=WorkloadView, responses=_LATER)
async def workload(counted: Counted) -> StatsView | Response:
    """Return what is asked of each role today, and what was done as it in a period."""
    return counted


@router.get(
    "/admissions", summary="Standings gained by month", response_model=AdmissionsView, responses=_LATER
)
async def admissions(counted: Counted) -> StatsView | Response:
    """Return how many people gained which standing in each month of a period."""
    return counted
