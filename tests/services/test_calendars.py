"""China's working days as announced, and nothing guessed."""

from datetime import date

import holidays
import pytest
from holidays.version import __version__

from domain.spans import Span
from domain.working_days import CALENDARS
from services.calendars import UnknownCalendar, china, working_calendar


def test_the_version_names_the_table_it_was_made_from():
    assert china().version == f"cn-holidays-{__version__}"


def test_every_announced_year_from_2012_is_there_and_no_estimated_one():
    years = [table.year for table in china().years]

    assert years == list(range(2012, years[-1] + 1))
    assert years[-1] >= 2026
    assert date(years[-1] + 1, 1, 1) not in {day for table in china().years for day in table.off}
    assert not china().knows(date(years[-1] + 1, 6, 1))


@pytest.mark.parametrize(
    "day, works",
    [
        (date(2025, 1, 26), True),  # a Sunday worked for Spring Festival
        (date(2025, 1, 28), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 24), True),
        (date(2026, 5, 11), True),
        (date(2026, 5, 9), True),
        (date(2026, 10, 7), False),
    ],
)
def test_days_are_worked_as_the_government_announced(day, works):
    assert china().is_working(day) == works


def test_the_table_agrees_with_its_source_on_every_day_of_every_announced_year():
    source = holidays.country_holidays("CN", years=range(2011, 2028))
    calendar = china()
    first, last = date(2012, 1, 1).toordinal(), date(2026, 12, 31).toordinal()

    differing = [
        day
        for day in map(date.fromordinal, range(first, last + 1))
        if calendar.is_working(day) != source.is_working_day(day)
    ]

    assert differing == []


def test_five_working_days_over_the_national_holiday_take_two_weeks():
    ended = china().after(date(2025, 9, 29), Span.model_validate("P5WD"))

    assert ended.day == date(2025, 10, 13)  # 30 Sept; 9, 10, 11 (a Saturday that is worked) and 13 Oct
    assert not ended.provisional


def test_a_year_not_announced_yet_makes_the_result_provisional():
    assert china().after(date(2027, 3, 1), Span.model_validate("P5WD")).provisional


def test_a_case_keeps_the_years_it_may_need_and_no_more():
    years = [table.year for table in working_calendar("cn", date(2025, 6, 1)).years]

    assert years[0] == 2024
    assert years[-1] == china().years[-1].year


def test_monday_to_friday_needs_no_announcement():
    ended = working_calendar("weekdays", date(2026, 9, 30)).after(
        date(2026, 9, 30), Span.model_validate("P5WD")
    )

    assert ended.day == date(2026, 10, 7)
    assert not ended.provisional


def test_a_calendar_nobody_knows_is_refused_by_name():
    with pytest.raises(UnknownCalendar, match="there is no calendar 'mars'; there are: cn, weekdays"):
        working_calendar("mars", date(2026, 1, 1))


@pytest.mark.parametrize("name", CALENDARS)
def test_every_calendar_a_definition_may_name_is_here(name):
    assert working_calendar(name, date(2026, 1, 1)).years
