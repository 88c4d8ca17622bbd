"""The middle of many days, and where nine tenths lie."""

import math

from hypothesis import given
from hypothesis import strategies as st

from services.spreads import spread_of


def test_nothing_has_no_middle():
    assert spread_of([]) is None


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60))
def test_a_spread_is_that_of_the_days_one_by_one(days):
    found = spread_of([(day, days.count(day)) for day in set(days)])
    assert found is not None
    ordered = sorted(days)
    nearest = [ordered[math.ceil(share * len(days) / 20) - 1] for share in (5, 10, 15, 18)]
    assert [found.quarter, found.median, found.three_quarters, found.p90] == nearest
    assert (found.number, found.least, found.most) == (len(days), ordered[0], ordered[-1])
