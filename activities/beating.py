"""Work that says all the time that it is alive, and that ends in good order when it is called off.

Temporal gives what a dead worker had begun to another one as soon as it has heard nothing for a while. The
shorter that is, the sooner things go on; and the more surely work has to be heard of that is alive, however
long one step of it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from temporalio import activity

CalledOff = Callable[[], bool]
"""Whether what is under way is to end after the step it is in."""

_Result = TypeVar("_Result")

BEAT: Final = 1.0
"""Seconds between two signs of life: several fit into what the courier waits for one."""


async def alive(work: Callable[[CalledOff], Awaitable[_Result]], *, every: float = BEAT) -> _Result:
    """Do some work and give a sign of life every so many seconds.

    Where Temporal takes it away, because it had heard nothing for too long, the step under way is finished:
    what was half done would be done twice. A worker that stops says so, and has a few seconds for it; after
    those the step is broken off. Raises CancelledError in both cases, unless it ended in time.
    """
    taken_away = asyncio.Event()

    doing = asyncio.ensure_future(work(lambda: taken_away.is_set() or _is_stopping()))
    beating = asyncio.create_task(_beat(every))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        taken_away.set()
        if _is_stopping():
            doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        raise
    finally:
        beating.cancel()


async def _beat(every: float) -> None:
    while activity.in_activity():
        activity.heartbeat()
        await asyncio.sleep(every)


def _is_stopping() -> bool:
    return activity.in_activity() and activity.is_worker_shutdown()
