"""What the daily look at staffing asks for: page by page, going on after the last page a crash left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from temporalio import activity

from domain.library import Library
from domain.moments import local_day
from records import shortages
from records.database import Database
from workflows.contract import StaffingAsked, StaffingSeen

_PAGE: Final = 100
"""Cases looked at between two signs of life."""


class StaffingActivities:
    """Looks over all open cases for steps that will not have their people; twice does no harm."""

    def __init__(
        self,
        database: Database,
        library: Library,
        *,
        time_zone: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the record, what was published, where the organisation is, and what wakes the courier."""
        self._database = database
        self._library = library
        self._time_zone = time_zone
        self._clock = clock
        self._wake = wake

    @activity.defn(name="look_at_staffing")
    async def look_at_staffing(self, asked: StaffingAsked) -> StaffingSeen:  # noqa: ARG002 - the contract's own
        """Tell of cases that will be short of people soon, each once, and forget those that are no more."""
        seen, after = _so_far()
        while True:
            now = self._clock()
            today = local_day(now, self._time_zone)
            look = partial(shortages.look, library=self._library, today=today, after=after, limit=_PAGE)
            page = await self._database.read(look)
            told = 0
            if page.news:
                keep = partial(shortages.keep, news=page.news, now=now, today=today)
                told = await self._database.write(keep)
            seen = StaffingSeen(
                open_cases=seen.open_cases + page.cases, short=seen.short + page.short, told=seen.told + told
            )
            if page.last is None:
                break
            after = page.last
            if activity.in_activity():
                activity.heartbeat(after, seen.model_dump())
        # What is told of one unit on one day is one notice, so it goes out once all of it is known.
        if await self._database.write(partial(shortages.tell, now=self._clock())):
            self._wake()
        return seen


def _so_far() -> tuple[StaffingSeen, str]:
    """Return how far an earlier try came."""
    details = activity.info().heartbeat_details if activity.in_activity() else ()
    if len(details) != 2:  # noqa: PLR2004 - what `heartbeat` was told above
        return StaffingSeen(), ""
    after, seen = details
    return StaffingSeen.model_validate(seen), str(after)
