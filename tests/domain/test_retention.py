"""How long things are kept follows from rules that are data: by process, outcome and kind of thing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import StillKept
from domain.retention import Ended, Keep, KeepCase, Retention, check_time_over, kept, kept_until

CLOSED = date(2024, 2, 29)
RULES = {
    "circle": Retention(
        otherwise=KeepCase(basis="36"),
        outcomes={
            "withdrawn": KeepCase(years=3, basis="7", documents=Keep(days=90, basis="8")),
            "refused": KeepCase(years=1, basis="7", documents=Keep(years=5, basis="8")),
        },
    )
}


def ended(outcome, closed_on=CLOSED, process="circle"):
    return Ended(process=process, outcome=outcome, closed_on=closed_on)


def rule_of(outcome, thing):
    found = kept_until(RULES, ended(outcome), thing)
    assert found is not None
    return found


def test_each_kind_of_thing_has_its_own_day_and_what_is_not_said_goes_with_the_person():
    until = {thing: rule_of("withdrawn", thing).until for thing in ("person", "documents", "notices")}
    assert until == {
        "person": date(2027, 2, 28),
        "documents": date(2024, 5, 29),
        "notices": date(2027, 2, 28),
    }
    assert rule_of("withdrawn", "documents").basis == "8"


def test_what_no_rule_speaks_of_is_kept_for_good_and_so_is_an_open_case():
    for case in (ended("joined"), ended("withdrawn", process="another")):
        kept_on = kept_until(RULES, case, "documents")
        assert kept_on is not None
        assert kept_on.until is None
        with pytest.raises(StillKept):
            check_time_over(kept(RULES, [case]), date(2200, 1, 1))
    assert kept_until(RULES, ended("withdrawn", closed_on=None), "documents") is None


def test_documents_that_are_kept_longer_keep_the_person_they_would_go_with():
    rules = kept(RULES, [ended("refused")])
    assert [(one.rule, one.until) for one in rules] == [
        ("retention.circle.refused.documents", date(2029, 2, 28)),
        ("retention.circle.refused", date(2025, 2, 28)),
    ]
    with pytest.raises(StillKept) as refused:
        check_time_over(rules, date(2028, 1, 1))
    assert (refused.value.basis, refused.value.passes_on) == ("8", date(2029, 2, 28))


@given(st.lists(st.sampled_from(["withdrawn", "refused", "joined"]), min_size=1), st.dates())
def test_nobody_goes_before_the_last_of_all_days(outcomes, today):
    rules = kept(RULES, map(ended, outcomes))
    days = [one.until for one in rules]
    if any(day is None or day > today for day in days):
        with pytest.raises(StillKept):
            check_time_over(rules, today)
    else:
        check_time_over(rules, today)


@given(
    years=st.none() | st.integers(0, 12),
    days=st.none() | st.integers(0, 400),
    made=st.datetimes(datetime(2023, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy gives it a zone
    off=st.integers(-3, 3),
)
def test_nothing_goes_by_itself_before_the_first_day_on_which_it_need_not_be_kept(years, days, made, off):
    keep = Keep(years=years, days=days, basis="1")
    first = keep.until(made.date())
    if first is None:
        assert keep.before(made) is None
        return
    now = datetime.combine(first, made.time(), UTC) + timedelta(days=off)
    before = keep.before(now)
    assert before is not None
    assert made >= before or now.date() >= first
