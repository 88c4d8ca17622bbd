"""Whether acts can be recorded, and how much waits to be passed on."""

from __future__ import annotations

from dataclasses import dataclass

from records import outbox, visible
from services.parts import Parts
from services.refusals import NotReady
from services.views import ReadyView


@dataclass(frozen=True)
class Backlog:
    """What was recorded and not yet passed on."""

    outbox: int
    """Cases whose workflow has yet to be told something."""
    obligations: int
    """Messages not yet delivered."""


async def looked_at(parts: Parts) -> ReadyView:
    """Return whether this process can record acts. Never raises.

    The tables are checked when the database is opened. Acts need no Temporal, so its absence only degrades.
    """
    try:
        await parts.read(outbox.count_waiting)
    except NotReady:
        return ReadyView(status="unready", database=False, temporal=None)
    answers = None if parts.temporal_answers is None else await parts.temporal_answers()
    return ReadyView(status="degraded" if answers is False else "ready", database=True, temporal=answers)


async def backlog(parts: Parts) -> Backlog:
    """Return what waits to be passed on. Raises NotReady."""
    return await parts.read(
        lambda connection: Backlog(outbox.count_waiting(connection), visible.count_undelivered(connection))
    )
