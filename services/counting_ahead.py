"""Counts ahead what everybody is shown who sees everything, so that nobody waits while much is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from records import stats
from records.scope import Scope
from records.stats import Asked
from services import fairness
from services.counting import A_WAY, A_YEAR, Count, Narrowed, Question, period_of
from services.parts import Parts

_EVERY: Final = 240.0
"""Seconds between two times: before what was counted the last time is too old to be shown."""
_ANEW: Final = timedelta()
"""How old figures may be that are counted again each time."""
_FAIR: Final = fairness.LASTS / 2
"""How old the report on fairness may be: it takes seconds, and is of a quarter that is over."""
_QUESTIONS: Final[tuple[tuple[Any, Count[Any]], ...]] = (
    (A_WAY, stats.where_cases_stand),
    (A_YEAR, stats.how_long_stages_took),
    (A_YEAR, stats.since_when),
    (A_YEAR, stats.how_long_steps_waited),
    (A_YEAR, stats.what_is_asked),
    (A_YEAR, stats.standings_gained),
)
"""What reports ask where nobody narrows them, and for how far back."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def counting_ahead(parts: Parts) -> AsyncIterator[None]:
    """Count every few minutes, beside what happens in the block."""
    counting = asyncio.create_task(_again_and_again(parts))
    try:
        yield
    finally:
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting


async def count_ahead(parts: Parts) -> None:
    """Count once what reports show of all cases, and keep what is much."""
    there = await parts.read(stats.processes_there)
    for process in there:
        if process not in parts.library.processes:
            continue
        for back, ask in _QUESTIONS:
            first, last = period_of(Narrowed(), parts.today(), back)
            scope = Scope("", parts.today(), everything=True)
            question = Question(ask, Asked(process, first, last), scope)
            await parts.read(partial(question.counted, figures=parts.figures, now=parts.clock(), lasts=_ANEW))
        await parts.read(
            partial(fairness.counted, parts=parts, process=process, now=parts.clock(), lasts=_FAIR)
        )


async def _again_and_again(parts: Parts) -> None:
    while True:
        try:
            await count_ahead(parts)
        except Exception:  # noqa: BLE001 - whoever looks counts for himself
            _log.warning("nothing was counted ahead", exc_info=True)
        await asyncio.sleep(_EVERY)
