"""One's own messages: what one was told, why, and whether it was read."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.preferences import TOPICS, Topic
from domain.values import Text
from services import notifications
from services.preferences import TITLES
from services.refusals import InvalidInput
from web.forms import Form
from web.visits import Visiting

router = APIRouter()

_ON_A_PAGE = 25
_NONE = Text(zh="请先选择通知。", en="Select messages first.")

Chosen = Annotated[str, Query(max_length=20), Storable]


@router.get("/messages")
async def listed(visit: Visiting, topic: Chosen = "", only: Chosen = "", cursor: Cursor = None) -> Response:
    """Show what the visitor was told, latest first; `only=unread` leaves out what was read."""
    narrowed: Topic | None = next((one for one in TOPICS if one == topic), None)
    page = await notifications.listed(
        visit.parts,
        visit.caller,
        unread=only == "unread",
        topic=narrowed,
        cursor=cursor,
        limit=_ON_A_PAGE,
    )
    chosen = {"topic": narrowed or "", "only": "unread" if only == "unread" else ""}
    return visit.page(
        "messages/messages.html",
        items=page.items,
        following=page.next,
        chosen=chosen,
        is_narrowed=any(chosen.values()),
        topics=[(one, TITLES[one].in_language(visit.language)) for one in TOPICS],
        address=f"/messages?{urlencode({name: value for name, value in chosen.items() if value})}",
    )


@router.get("/messages/{message_id}")
async def opened(visit: Visiting, message_id: Id) -> Response:
    """Go to what a message is about, and note that it was read."""
    message = await notifications.opened(visit.parts, visit.caller, message_id)
    if message.kind == "comment":
        return visit.see_other(f"/cases/{message.case}#comments")
    return visit.see_other(f"/cases/{message.case}")


@router.post("/messages/read")
async def read(visit: Visiting, form: Form) -> Response:
    """Note that the selected messages were read, or all."""
    ids = None if form.flag("all") else form.ids("message")
    if ids is not None and not ids:
        raise InvalidInput("message", _NONE)
    number = await notifications.mark_together(visit.parts, visit.caller, ids)
    says = Text(
        zh=f"已将{number}条通知标为已读。",
        en=f"{number} message{'s are' if number != 1 else ' is'} marked as read.",
    )
    return visit.see_other(form.typed("back") or "/messages", says)
