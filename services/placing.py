"""Gives committed events their places in the log, over and over, as long as a worker runs."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from records.listening import Heard, Rest
from records.problems import DatabaseUnavailable
from services.checkpointing import LogContradicts, Notary
from services.log_keys import NoLogKey

_log = structlog.get_logger(__name__)

EVERY: Final = 2.0
"""Seconds between two looks."""
_AFTER_TROUBLE: Final = 60.0


async def keep_placing(notary: Notary, listening: Heard | None = None, *, every: float = EVERY) -> None:
    """Place what was committed, every two seconds, and make a checkpoint after many events. Never returns.

    With a `listening` nobody looks while nothing is written.
    """
    rest = Rest(listening)
    while True:
        pause = every
        try:
            if not await rest.lasts():
                await _place(notary, rest)
        except DatabaseUnavailable as away:
            _log.warning("events wait for their places in the log", reason=str(away))
        except (NoLogKey, LogContradicts) as trouble:
            _log.error("no checkpoint is made", reason=str(trouble))
            pause = _AFTER_TROUBLE
        await asyncio.sleep(pause)


async def _place(notary: Notary, rest: Rest) -> None:
    if not await notary.place_events():
        rest.begins()
    elif await notary.is_due():
        await notary.make()
