"""What has become new for somebody: counts of the inbox and of messages, and the head of one case."""

from __future__ import annotations

from sqlalchemy import Connection

from records import cases, inbox, notifications, problems
from records.stored import events_after
from services import deliberation
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.seeing import look_at
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
        found = cases.find_case(connection, parts.library, case_id, scope)
    except problems.NotFound:
        return None
    if not deliberation.closed_steps(connection, parts, caller.person, case_id):
        return found.head
    # A head that moves with every answer would tell somebody who keeps out that one was given.
    look = look_at(connection, parts, caller, found.process, found.case)
    told = (one.hash for one in reversed(events_after(connection, case_id)) if look.is_told_of(one.event))
    return next(told, None)
