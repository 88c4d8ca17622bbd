"""Messages to the caller inside the service."""

from __future__ import annotations

from fastapi import APIRouter

from api.bounds import Id
from api.callers import By, Here, signed_in
from api.paging import Cursor, Limit
from services import notifications
from services.views import NotificationView, Page

router = APIRouter(prefix="/v1/notifications", tags=["notifications"], dependencies=signed_in)


@router.get("", summary="My messages")
async def mine(
    parts: Here, caller: By, *, unread: bool = False, cursor: Cursor = None, limit: Limit = 50
) -> Page[NotificationView]:
    """Return the caller's messages, newest first."""
    return await notifications.listed(parts, caller, unread=unread, cursor=cursor, limit=limit)


@router.post("/{notification_id}/read", status_code=204, summary="Mark a message as read")
async def read(notification_id: Id, parts: Here, caller: By) -> None:
    """Write down that the caller has read it. The first time stays."""
    await notifications.mark_read(parts, caller, notification_id)
