"""Figures over the cases one sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.bounds import Day, Id, Label
from api.callers import By, Here, signed_in
from services import stats
from services.stats import Narrowed
from services.stats_views import AdmissionsView, DeadlinesView, FunnelView, StagesView, WorkloadView

router = APIRouter(prefix="/v1/stats", tags=["stats"], dependencies=signed_in)


async def _narrowed(
    process: Label | None = None,
    unit: Id | None = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
) -> Narrowed:
    return Narrowed(process, unit, first, last)


Of = Annotated[Narrowed, Depends(_narrowed)]


@router.get("/funnel", summary="How far cases get")
async def funnel(parts: Here, caller: By, of: Of) -> FunnelView:
    """Return, of the cases that began in a period, how many reached each stage and what became of them."""
    return await stats.funnel(parts, caller, of)


@router.get("/stages", summary="How long stages take, and steps wait")
async def stages(parts: Here, caller: By, of: Of) -> StagesView:
    """Return the days that stages took and steps waited: the middle, quarters, and nine tenths."""
    return await stats.stages(parts, caller, of)


@router.get("/deadlines", summary="How often deadlines are kept")
async def deadlines(parts: Here, caller: By, of: Of) -> DeadlinesView:
    """Return how often steps done in a period were in time, by step."""
    return await stats.deadlines(parts, caller, of)


@router.get("/workload", summary="What each role is asked for")
async def workload(parts: Here, caller: By, of: Of) -> WorkloadView:
    """Return what is asked of each role today, and what was done as it in a period."""
    return await stats.workload(parts, caller, of)


@router.get("/admissions", summary="Standings gained by month")
async def admissions(parts: Here, caller: By, of: Of) -> AdmissionsView:
    """Return how many people gained which standing in each month of a period."""
    return await stats.admissions(parts, caller, of)
