"""What has become new for somebody: counts of the inbox and of messages, and the head of one case."""

from __future__ import annotations

from sqlalchemy import Connection

from records import cases, inbox, notifications, problems
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.views import View


class NewsView(View):
    """The numbers a page shows. Where they differ from those before, something happened."""

    tasks: int
    overdue: int
    unread: int
    head: str | None = None
    """Of the case asked for, where the caller sees it."""


async def news(parts: Parts, caller: Caller, *, case_id: str | None = None) -> NewsView:
    """Return the present numbers, in one read."""

    def work(connection: Connection) -> NewsView:
        counted = inbox.count_tasks(connection, caller.person, parts.today())
        return NewsView(
            tasks=counted.all,
            overdue=counted.overdue,
            unread=notifications.count_unread(connection, caller.person),
            head=None if case_id is None else _head(connection, parts, caller, case_id),
        )

    return await parts.read(work)


def _head(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> str | None:
    try:
        scope = scope_of(connection, caller, parts.today())
        return cases.find_case(connection, parts.library, case_id, scope).head
    except problems.NotFound:
        return None
