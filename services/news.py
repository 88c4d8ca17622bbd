"""What has become new for somebody: counts of the inbox and of messages, one case, the board."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from hashlib import sha256

from sqlalchemy import Connection

from records import boards, inbox, notifications, problems
from records.listening import EVERY_S, Listening
from services import deliberation
from services.parts import Caller, Parts
from services.scoping import scope_of
from services.seeing import look_into
from services.views import View

__all__ = ["EVERY_S", "Listening", "NewsView", "Watched", "news"]


class NewsView(View):
    """The numbers a page shows. Where they differ from those before, something happened."""

    tasks: int
    overdue: int
    unread: int
    head: str | None = None
    """Of the case asked for, where the caller sees it."""
    board: str | None = None
    """Another one as soon as cases stand elsewhere, or are late."""


@dataclass(frozen=True)
class Watched:
    """What is open beside the numbers of the frame."""

    case: str | None = None
    board: bool = False
    unit: str | None = None
    """To which the board is narrowed."""


async def news(parts: Parts, caller: Caller, watched: Watched) -> NewsView:
    """Return the present numbers, in one read."""

    def work(connection: Connection) -> NewsView:
        closed = deliberation.steps_closed(connection, parts, caller.person)
        counted = inbox.count_tasks(connection, caller.person, parts.today(), closed=closed)
        return NewsView(
            tasks=counted.all,
            overdue=counted.overdue,
            unread=notifications.count_unread(connection, caller.person, closed=closed),
            head=None if watched.case is None else _head(connection, parts, caller, watched.case),
            board=_board(connection, parts, caller, watched.unit) if watched.board else None,
        )

    return await parts.read(work)


def _head(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> str | None:
    try:
        return look_into(connection, parts, caller, case_id)[0].head
    except problems.NotFound:
        return None


def _board(connection: Connection, parts: Parts, caller: Caller, unit: str | None) -> str:
    """Return a digest of how many cases stand in each stage, and of how many of them are late."""
    scope = scope_of(connection, caller, parts.today())
    counts = boards.count_stages(connection, scope, unit)
    return sha256(repr([astuple(count) for count in counts]).encode()).hexdigest()[:16]
