"""The times in which the clocks of a case stood still, and what they add to a time that runs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from typing import Annotated

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

from domain.values import Value


class Standstills(Value):
    """Suspensions that are over, one after another: each began when the one before had ended, or later.

    Days are ordinals, and what is kept is what a search can go by, so that a time that runs over many of them
    is reckoned without looking at each.
    """

    began: tuple[int, ...] = ()
    """The first day of each."""
    ran: tuple[int, ...] = ()
    """The same days on a calendar that has only those on which the clocks ran."""
    stood: int = 0
    """The days for which they stood still, in all."""

    def with_one(self, first: date, to: date) -> Standstills:
        """Return these and one more, from its first day to the day the clocks ran again."""
        day = first.toordinal()
        began, ran = (*self.began, day), (*self.ran, day - self.stood)
        return Standstills(began=began, ran=ran, stood=self.stood + (to - first).days)

    @property
    def times(self) -> tuple[tuple[date, date], ...]:
        """From which day to which day each lasted; on the second the clocks ran again."""
        return tuple(
            (date.fromordinal(first), date.fromordinal(self._ended(number)))
            for number, first in enumerate(self.began)
        )

    def prolonged(self, since: date, end: date, *, last_day: bool) -> date:
        """Return the end of a time that runs from `since`, later by every day on which the clocks stood.

        A time to be served may end on the morning a standstill begins, and is not longer for it; a last day
        lasts until its evening, so a standstill that begins on it makes it later.
        """
        if not self.began:
            return end
        begins, reached = since.toordinal(), end.toordinal()
        nearest = bisect_right(self.began, begins)
        if nearest and begins < self._ended(nearest - 1):
            nearest -= 1
        if nearest == len(self.began) or not _reaches(reached, self.began[nearest], last_day=last_day):
            return end
        reached += self._ended(nearest) - max(self.began[nearest], begins)
        # From here on everything is compared by days that ran: what stood still between adds itself.
        ran = reached - self._stood_before(nearest + 1)
        beyond = (bisect_right if last_day else bisect_left)(self.ran, ran, lo=nearest + 1)
        return date.fromordinal(ran + self._stood_before(beyond))

    def begin_on(self, day: date) -> bool:
        """Whether one of them began on a day."""
        began = day.toordinal()
        nearest = bisect_left(self.began, began)
        return nearest < len(self.began) and self.began[nearest] == began

    def stood_on(self, day: date) -> bool:
        """Whether the clocks stood still on a day; on the one on which a case resumes they run."""
        reached = day.toordinal()
        nearest = bisect_right(self.began, reached)
        return nearest > 0 and reached < self._ended(nearest - 1)

    def _stood_before(self, number: int) -> int:
        return self.stood if number == len(self.began) else self.began[number] - self.ran[number]

    def _ended(self, number: int) -> int:
        return self.ran[number] + self._stood_before(number + 1)


def _reaches(end: int, standstill: int, *, last_day: bool) -> bool:
    return standstill <= end if last_day else standstill < end


class _Suspension(Value):
    """One of them, as releases before wrote each."""

    from_on: date
    to_on: date


def _added_up(read: Standstills | tuple[_Suspension, ...]) -> Standstills:
    if isinstance(read, Standstills):
        return read
    found = Standstills()
    for one in read:
        found = found.with_one(one.from_on, one.to_on)
    return found


ReadStandstills = Annotated[
    Standstills,
    GetPydanticSchema(
        lambda _source, handler: core_schema.no_info_after_validator_function(
            _added_up,
            handler(Standstills | tuple[_Suspension, ...]),
            serialization=core_schema.model_ser_schema(Standstills, handler(Standstills)),
        )
    ),
]
"""Standstills in a value that releases before wrote, too."""
