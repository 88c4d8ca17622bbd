"""Standstills prolong what runs, however many there are: as if each were looked at in turn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.standstills import ReadStandstills, Standstills

FIRST = date(2026, 1, 1)
SOME = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)
READ = TypeAdapter(ReadStandstills)


def laid_out(gaps: list[tuple[int, int]]) -> list[tuple[date, date]]:
    """Return standstills by (days after the one before, days it lasted)."""
    found, day = [], FIRST
    for ran, stood in gaps:
        found.append((day + timedelta(ran), day + timedelta(ran + stood)))
        day = found[-1][1]
    return found


def standstills(times: list[tuple[date, date]]) -> Standstills:
    found = Standstills()
    for first, to in times:
        found = found.with_one(first, to)
    return found


def one_by_one(times: list[tuple[date, date]], since: date, end: date, *, last_day: bool) -> date:
    for first, to in times:
        if first < end or (last_day and first == end):
            end += timedelta(days=max(0, (to - max(first, since)).days))
    return end


@given(gaps=SOME, since=st.integers(0, 40), lasts=st.integers(0, 40), last_day=st.booleans())
@example(gaps=[(5, 3)], since=0, lasts=5, last_day=True)
@example(gaps=[(5, 3)], since=0, lasts=5, last_day=False)
def test_many_standstills_add_up_as_if_each_were_looked_at(
    gaps: list[tuple[int, int]], since: int, lasts: int, last_day: bool
) -> None:
    times = laid_out(gaps)
    begins = FIRST + timedelta(since)
    end = begins + timedelta(lasts)
    expected = one_by_one(times, begins, end, last_day=last_day)
    assert standstills(times).prolonged(begins, end, last_day=last_day) == expected


def test_a_standstill_on_the_last_day_prolongs_a_deadline_and_no_time_that_is_served_by_then() -> None:
    times = standstills([(date(2026, 1, 10), date(2026, 1, 20))])
    assert times.prolonged(FIRST, date(2026, 1, 10), last_day=True) == date(2026, 1, 20)
    assert times.prolonged(FIRST, date(2026, 1, 10), last_day=False) == date(2026, 1, 10)


def test_standstills_are_read_as_this_and_as_earlier_releases_write_them() -> None:
    times = standstills([(date(2026, 1, 10), date(2026, 1, 20)), (date(2026, 2, 1), date(2026, 2, 3))])
    earlier = b'[{"from_on":"2026-01-10","to_on":"2026-01-20"},{"from_on":"2026-02-01","to_on":"2026-02-03"}]'
    assert READ.validate_json(earlier) == times
    assert READ.validate_json(READ.dump_json(times)) == times
    assert READ.validate_json(b"[]") == Standstills()


def test_what_are_no_standstills_is_refused() -> None:
    with pytest.raises(ValidationError):
        READ.validate_json(b'"none"')
