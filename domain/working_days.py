"""Working days: a versioned calendar of public holidays and make-up days, as a value."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from domain.spans import Span, days_later, months_later
from domain.values import Value

CALENDARS = ("cn", "weekdays")
"""The calendars a definition may name: China's announced days, or plain Monday to Friday."""

_SATURDAY = 5


class CalendarYear(Value):
    """One announced year: weekdays that are free, and weekend days that are worked."""

    year: int
    off: tuple[date, ...] = ()
    on: tuple[date, ...] = ()


class Reckoned(NamedTuple):
    """A day that was counted, and whether a year without an announced table went into it."""

    day: date
    provisional: bool = False


class WorkingCalendar(Value):
    """The announced years under one version. Any other year counts Monday to Friday, provisionally."""

    version: str
    years: tuple[CalendarYear, ...] = ()

    def knows(self, day: date) -> bool:
        """Whether the table of that day's year was announced."""
        return any(table.year == day.year for table in self.years)

    def is_working(self, day: date) -> bool:
        """Whether people work on `day`."""
        for table in self.years:
            if table.year == day.year:
                if day in table.on:
                    return True
                return day.weekday() < _SATURDAY and day not in table.off
        return day.weekday() < _SATURDAY

    def after(self, day: date, span: Span) -> Reckoned:
        """Return the day `span` after `day`: months first, then days, then working days.

        The starting day itself is not counted.
        """
        reached = days_later(months_later(day, span.months), span.days)
        provisional = False
        left = span.working_days
        while left:
            reached += timedelta(days=1)
            provisional = provisional or not self.knows(reached)
            left -= self.is_working(reached)
        return Reckoned(day=reached, provisional=provisional)

    def for_years(self, first: int, last: int) -> WorkingCalendar:
        """Return the same version, cut to the years a case may need."""
        kept = tuple(table for table in self.years if first <= table.year <= last)
        return self.model_copy(update={"years": kept})
