"""Days are read as people type them, and nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bounds import FIRST_DAY, LAST_DAY
from web.periods import asked_days
from web.typed_days import NoDay, day_typed

DAYS = st.dates(FIRST_DAY, LAST_DAY)


@given(DAYS)
def test_a_day_is_read_with_the_year_first_however_its_parts_are_divided(day):
    ways = (
        "{0.year}-{0.month:02}-{0.day:02}",
        "{0.year}/{0.month}/{0.day}",
        "{0.year}.{0.month:02}.{0.day}",
        "{0.year}年{0.month}月{0.day}日",
        " {0.year} 年 {0.month:02} 月 {0.day} 号 ",
        "{0.year}{0.month:02}{0.day:02}",
    )
    assert {day_typed(way.format(day)) for way in ways} == {day}


def test_full_width_signs_of_a_chinese_keyboard_are_the_same_signs():
    assert day_typed("２０２６－１１－３０") == date(2026, 11, 30)


@pytest.mark.parametrize(
    "text",
    [
        "11/12/2026",
        "30-11-2026",
        "26-11-30",
        "2026-11/30",
        "2026-11",
        "202611",
        "yesterday",
        "١٤٤٨-٠١-٠١",
        "1" * 99,
    ],
)
def test_what_could_be_two_days_or_is_none_is_refused_with_how_days_are_typed(text):
    with pytest.raises(NoDay) as refused:
        day_typed(text)
    assert "2026-06-01" in refused.value.problem.en
    assert "2026年6月1日" in refused.value.problem.zh


@pytest.mark.parametrize("text, says", [("2026-02-30", "no such day"), ("1899-12-31", "from 1900")])
def test_a_day_that_never_was_and_one_far_away_are_told_apart(text, says):
    with pytest.raises(NoDay) as refused:
        day_typed(text)
    assert says in refused.value.problem.en


def test_a_day_in_an_address_that_is_none_stays_in_its_field_with_what_is_wrong():
    asked = asked_days("en", **{"from": "11/12/2026", "to": "2026年11月30日", "as_of": ""})
    assert asked.status == 422
    assert asked.shown("from") == "11/12/2026"
    assert asked.shown("to") == "2026-11-30"
    assert asked.shown("as_of", date(2026, 1, 2)) == "2026-01-02"
    assert asked.on("from") is None
    assert asked.refused is not None
    assert list(asked.refused.faults) == ["from"]
