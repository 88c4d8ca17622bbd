"""Tails of chance: compared with sums of exact fractions."""

from fractions import Fraction
from math import comb, exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.patterns import chance

SHARES = st.fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50)


def exact(hits, of, share):
    return float(sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits, of + 1)))


@given(of=st.integers(1, 60), data=st.data(), share=SHARES)
def test_so_many_or_more_are_as_probable_as_exact_sums_say(of, data, share):
    hits = data.draw(st.integers(0, of))
    assert chance.at_least(hits, of, float(share)) == pytest.approx(exact(hits, of, share), abs=1e-12)


@given(of=st.integers(1, 60), data=st.data(), share=SHARES)
def test_so_many_or_fewer_and_one_more_are_everything(of, data, share):
    hits = data.draw(st.integers(0, of))
    both = chance.at_most(hits, of, float(share)) + chance.at_least(hits + 1, of, float(share))
    assert both == pytest.approx(1.0)


@pytest.mark.parametrize(
    "hits, of, share, expected",
    [(0, 5, 0.0, 1.0), (1, 5, 0.0, 0.0), (6, 5, 0.5, 0.0), (5, 5, 1.0, 1.0)],
)
def test_what_is_certain_or_impossible_is_so_to_the_end(hits, of, share, expected):
    assert chance.at_least(hits, of, share) == expected


@given(seen=st.integers(0, 40), expected=st.floats(0.01, 40))
def test_independent_events_are_as_probable_as_their_sum_says(seen, expected):
    below = sum(exp(-expected) * expected**k / factorial(k) for k in range(seen))
    assert chance.events_at_least(seen, expected) == pytest.approx(1 - below, abs=1e-9)


def test_where_nothing_is_expected_one_is_impossible():
    assert chance.events_at_least(1, 0.0) == 0.0


def test_small_probabilities_keep_their_digits():
    assert chance.at_least(60, 60, 0.5) == pytest.approx(0.5**60)
    assert chance.events_at_least(40, 1.0) == pytest.approx(exp(-1) / factorial(40), rel=0.05)


def test_the_longest_pause_so_far_is_doubled_once_in_so_many_times():
    # Of two gaps the second is at least as long as the first in one of two cases.
    assert chance.silence(1, 1.0) == pytest.approx(1 / 2)
    assert chance.silence(9, 1.0) == pytest.approx(1 / 10)
    assert chance.silence(9, 2.0) == pytest.approx(2 / (10 * 11))
    assert chance.silence(0, 5.0) == 1.0
