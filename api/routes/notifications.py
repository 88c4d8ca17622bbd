"""Messages to the caller inside the service, and how they reach him by mail."""

from __future__ import annotations

from fastapi import APIRouter

from api.bodies import PreferencesBody, ReadBody
from api.bounds import Id
from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from domain.preferences import Preferences, Quiet, Topic
from services import notifications, preferences
from services.preferences import PreferencesView, minutes_of
from services.views import NotificationView, NumberView, Page

router = APIRouter(prefix="/v1", tags=["notifications"], dependencies=signed_in)


@router.get("/notifications", summary="My messages")
async def mine(
    parts: Here,
    caller: By,
    *,
    unread: bool = False,
    topic: Topic | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NotificationView]:
    """Return the caller's messages, newest first."""
    return await notifications.listed(parts, caller, unread=unread, topic=topic, cursor=cursor, limit=limit)


@router.post("/notifications/read", summary="Mark messages as read together")
async def read_together(body: ReadBody, parts: Here, caller: By) -> NumberView:
    """Write down that the caller has read these, or all; return how many he had not."""
    return NumberView(number=await notifications.mark_together(parts, caller, body.ids))


@router.post("/notifications/{notification_id}/read", status_code=204, summary="Mark a message as read")
async def read(notification_id: Id, parts: Here, caller: By) -> None:
    """Write down that the caller has read it. The first time stays."""
    await notifications.mark_read(parts, caller, notification_id)


@router.get("/me/notifications", summary="How I am told by mail")
async def chosen(parts: Here, caller: By) -> PreferencesView:
    """Return what the caller chose, and what nobody can switch off."""
    return await preferences.shown(parts, caller)


@router.put("/me/notifications", summary="Choose how I am told by mail")
async def choose(body: PreferencesBody, parts: Here, caller: By) -> PreferencesView:
    """Keep how the caller wants to be told, in the place of what was chosen before."""
    quiet = body.quiet
    asked = Preferences(
        ways=body.ways,
        daily_at=minutes_of(body.daily_at),
        quiet=None if quiet is None else Quiet(from_=minutes_of(quiet.from_), to=minutes_of(quiet.to)),
        language=body.language,
    )
    return await preferences.choose(parts, caller, asked)
