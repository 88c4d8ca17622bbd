"""Working days are counted by a table of announced years; without one, Monday to Friday and provisionally."""

from datetime import date

import pytest

from domain.spans import Span
from domain.working_days import CalendarYear, WorkingCalendar

# 2026-05-01 is a Friday; the Saturday after that week is worked to make up for a Monday that is free.
MAY = CalendarYear(year=2026, off=(date(2026, 5, 1), date(2026, 5, 4)), on=(date(2026, 5, 9),))
CALENDAR = WorkingCalendar(version="test-1", years=(CalendarYear(year=2025), MAY))


def after(day, text, calendar=CALENDAR):
    return calendar.after(day, Span.model_validate(text))


@pytest.mark.parametrize(
    "day, works",
    [
        (date(2026, 4, 30), True),
        (date(2026, 5, 1), False),
        (date(2026, 5, 2), False),
        (date(2026, 5, 4), False),
        (date(2026, 5, 5), True),
        (date(2026, 5, 9), True),
        (date(2026, 5, 10), False),
        (date(2027, 1, 1), True),
        (date(2027, 1, 2), False),
        (date(2027, 1, 3), False),
    ],
)
def test_a_day_is_worked_by_the_table_or_else_by_the_week(day, works):
    assert CALENDAR.is_working(day) == works


def test_the_starting_day_is_not_counted():
    assert after(date(2026, 4, 27), "P1WD").day == date(2026, 4, 28)


def test_holidays_are_skipped_and_make_up_days_counted():
    ended = after(date(2026, 4, 30), "P5WD")

    assert ended.day == date(2026, 5, 9)
    assert not ended.provisional


def test_a_year_without_a_table_makes_the_result_provisional():
    assert not after(date(2026, 12, 28), "P3WD").provisional
    assert after(date(2026, 12, 28), "P4WD").provisional
    assert after(date(2026, 12, 28), "P4WD").day == date(2027, 1, 1)


def test_months_and_days_need_no_table():
    ended = after(date(2030, 1, 31), "P1M1D")

    assert ended.day == date(2030, 3, 1)
    assert not ended.provisional


def test_months_come_first_then_days_then_working_days():
    assert after(date(2026, 3, 30), "P1M1D2WD").day == date(2026, 5, 6)


def test_no_time_at_all_is_the_same_day():
    assert after(date(2026, 5, 2), "P0D").day == date(2026, 5, 2)


def test_a_calendar_is_cut_to_the_years_a_case_may_need():
    cut = CALENDAR.for_years(2026, 2036)

    assert cut.years == (MAY,)
    assert cut.version == "test-1"
    assert CALENDAR.for_years(2025, 2025).years == (CalendarYear(year=2025),)
    assert CALENDAR.for_years(2030, 2036).years == ()


def test_only_announced_years_are_known():
    assert CALENDAR.knows(date(2026, 12, 31))
    assert not CALENDAR.knows(date(2027, 1, 1))
