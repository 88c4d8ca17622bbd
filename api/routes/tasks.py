"""The inbox: open steps of cases that wait for the caller."""

from __future__ import annotations

from fastapi import APIRouter

from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from services import tasks
from services.views import CountView, Page, TaskView

router = APIRouter(prefix="/v1/tasks", tags=["tasks"], dependencies=signed_in)


@router.get("", summary="My tasks")
async def mine(parts: Here, caller: By, cursor: Cursor = None, limit: Limit = 50) -> Page[TaskView]:
    """Return what waits for the caller's posts, delegations and case roles, soonest due first."""
    return await tasks.inbox(parts, caller, cursor=cursor, limit=limit)


@router.get("/count", summary="How many tasks")
async def count(parts: Here, caller: By) -> CountView:
    """Return how much waits for the caller, and how much of it is overdue."""
    return await tasks.count(parts, caller)
