"""Lengths of time as rules state them: calendar months, never 30 days."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.spans import Span, days_later, months_later


def span(text):
    return Span.model_validate(text)


@pytest.mark.parametrize(
    "day, months, reached",
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 5, 11), 0, date(2026, 5, 11)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day, months, reached):
    assert months_later(day, months) == reached


def test_days_are_days_of_the_calendar():
    assert days_later(date(2024, 2, 28), 2) == date(2024, 3, 1)


@pytest.mark.parametrize(
    "text, months, days, working_days",
    [
        ("P12M", 12, 0, 0),
        ("P1Y", 12, 0, 0),
        ("P1Y6M", 18, 0, 0),
        ("P30D", 0, 30, 0),
        ("P5WD", 0, 0, 5),
        ("P1M2D3WD", 1, 2, 3),
        ("P0D", 0, 0, 0),
    ],
)
def test_a_span_is_read_from_text(text, months, days, working_days):
    read = span(text)

    assert (read.months, read.days, read.working_days) == (months, days, working_days)
    assert span(str(read)) == read
    assert read.model_dump() == str(read)


def test_a_year_is_written_as_twelve_months():
    assert str(span("P1Y")) == "P12M"


@pytest.mark.parametrize(
    "text", ["", "P", "12M", "P1W", "P-1M", "P1.5M", "PT1H", "p1m", "P1D2M", "P10000M", "1 year"]
)
def test_any_other_text_is_refused(text):
    with pytest.raises(ValidationError, match="is not a span: write P12M, P1Y, P30D or P5WD"):
        span(text)


@pytest.mark.parametrize(
    "text, zh, en",
    [
        ("P1M", "1个月", "1 month"),
        ("P12M", "12个月", "12 months"),
        ("P5WD", "5个工作日", "5 working days"),
        ("P1M1D", "1个月1天", "1 month 1 day"),
        ("P0D", "0天", "0 days"),
    ],
)
def test_a_span_is_said_as_people_say_it(text, zh, en):
    assert span(text).in_words.zh == zh
    assert span(text).in_words.en == en


def test_spans_of_different_units_compare_roughly():
    in_order = ["P0D", "P5D", "P5WD", "P10D", "P1M", "P31D", "P3M", "P100D", "P1Y", "P2Y"]

    assert sorted(in_order, key=lambda text: span(text).rough_days) == in_order
