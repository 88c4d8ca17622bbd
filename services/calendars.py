"""Working-day calendars by name, as values that a case keeps: what was announced, and nothing guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from domain.working_days import CalendarYear, WorkingCalendar

_FIRST_YEAR = 2012
_YEARS_BEFORE, _YEARS_AFTER = 1, 10
"""How far round its start a case may need its calendar: late entries before, the longest processes after."""

_SATURDAY = 5


class UnknownCalendar(LookupError):
    """A definition asks for a calendar that is not here."""


def working_calendar(name: str, day: date) -> WorkingCalendar:
    """Return the calendar of that name, with the years that a case started on `day` may need.

    Raises UnknownCalendar.
    """
    if name not in _CALENDARS:
        raise UnknownCalendar(f"there is no calendar {name!r}; there are: {', '.join(_CALENDARS)}")
    first, last = day.year - _YEARS_BEFORE, day.year + _YEARS_AFTER
    return _CALENDARS[name](first, last).for_years(first, last)


@cache
def china() -> WorkingCalendar:
    """Return China's public holidays and make-up workdays from 2012 to the last announced year.

    The government announces a year's table late in the year before. For later years the library extrapolates:
    those are left out, so that whatever is counted with them says that it is provisional.
    """
    from holidays import country_holidays  # noqa: PLC0415 - has 300 modules: those of all countries come along
    from holidays.countries.china import ChinaStaticHolidays  # noqa: PLC0415 - the same
    from holidays.version import __version__ as holidays_version  # noqa: PLC0415 - the same

    years = [year for year in ChinaStaticHolidays.special_public_holidays if year >= _FIRST_YEAR]
    known = country_holidays("CN", years=years)
    tables = tuple(
        CalendarYear(
            year=year,
            off=tuple(sorted(day for day in known if day.year == year and day.weekday() < _SATURDAY)),
            on=tuple(sorted(day for day in known.weekend_workdays if day.year == year)),
        )
        for year in sorted(years)
    )
    return WorkingCalendar(version=f"cn-holidays-{holidays_version}", years=tables)


def _china(_first: int, _last: int) -> WorkingCalendar:
    return china()


def _weekdays(first: int, last: int) -> WorkingCalendar:
    """Monday to Friday in every year, which nobody needs to announce."""
    years = tuple(CalendarYear(year=year) for year in range(first, last + 1))
    return WorkingCalendar(version="weekdays-1", years=years)


_CALENDARS: Mapping[str, Callable[[int, int], WorkingCalendar]] = {"cn": _china, "weekdays": _weekdays}
