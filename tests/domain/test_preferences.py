"""When a message goes by mail, and by what way: what people choose, and what nobody can switch off."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.obligations import Kind
from domain.preferences import KINDS, Preferences, Quiet, Required, Topic, check, sending, topic_of
from domain.refusals import FieldInvalid
from domain.values import Text

ZONE = ZoneInfo("Asia/Shanghai")
RULE = Required(source=Text(zh="细则", en="Rules"), basis="24", says=Text(zh="应当通知", en="It is told"))
RESULTS: dict[Topic, Required] = {"results": RULE}
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
MINUTES = st.integers(0, 24 * 60 - 1)
QUIET = st.none() | st.builds(Quiet, from_=MINUTES, to=MINUTES).filter(lambda one: one.from_ != one.to)


def at(clock, day=10):
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 6, day, hours, minutes, tzinfo=ZONE)


def asked(chosen, kind="task-opened", created="09:30", now=None, required=RESULTS):
    return sending(chosen, required, kind, at(created), now or at(created), ZONE)


def test_every_kind_of_message_has_one_topic():
    assert sorted(kind for kinds in KINDS.values() for kind in kinds) == sorted(get_args(Kind))
    assert topic_of("of a later release") == "tasks"


def test_whoever_chose_nothing_gets_everything_at_once():
    assert asked(None) == asked(Preferences()) == ("at-once", None)


def test_what_is_for_the_list_is_mailed_never_and_what_has_to_be_told_is():
    quiet = Preferences(ways={"tasks": "list", "results": "list"})
    assert asked(quiet).way == "list"
    assert asked(quiet, "closed") == ("at-once", None)
    assert asked(quiet, "closed", required={}).way == "list"


def test_what_has_to_be_told_cannot_be_switched_off_and_the_article_says_why():
    with pytest.raises(FieldInvalid) as refused:
        check(Preferences(ways={"results": "list"}), RESULTS)
    assert (refused.value.rule, refused.value.basis) == ("notices.results", "24")
    check(Preferences(ways={"results": "daily", "tasks": "list"}), RESULTS)


def test_the_daily_mail_goes_at_its_hour_of_the_same_day_or_the_next():
    daily = Preferences(ways={"tasks": "daily"}, daily_at=8 * 60)
    assert asked(daily, created="07:59") == ("daily", at("08:00"))
    assert asked(daily, created="08:00") == ("daily", at("08:00", 11))
    assert asked(daily, created="09:30", now=at("08:00", 11)) == ("daily", None)
    assert asked(daily, created="09:30", now=at("21:00", 12)) == ("daily", None)


def test_nothing_is_mailed_in_quiet_hours_also_over_midnight():
    night = Preferences(quiet=Quiet(from_=22 * 60, to=7 * 60))
    assert asked(night, created="21:59") == ("at-once", None)
    assert asked(night, created="22:00") == ("at-once", at("07:00", 11))
    assert asked(night, created="06:59") == ("at-once", at("07:00"))
    assert asked(night, created="07:00") == ("at-once", None)
    noon = Preferences(quiet=Quiet(from_=12 * 60, to=14 * 60))
    assert asked(noon, created="13:00") == ("at-once", at("14:00"))


def test_quiet_hours_end_at_another_time_than_they_begin():
    with pytest.raises(FieldInvalid):
        check(Preferences(quiet=Quiet(from_=60, to=60)), {})


@given(
    created=MOMENTS,
    waited=st.integers(0, 5_000),
    daily_at=MINUTES,
    quiet=QUIET,
    way=st.sampled_from(["at-once", "daily"]),
)
def test_a_mail_waits_two_days_at_most_and_never_goes_in_quiet_hours(created, waited, daily_at, quiet, way):
    chosen = Preferences(ways={"tasks": way}, daily_at=daily_at, quiet=quiet)
    now = created + timedelta(minutes=waited)
    found = sending(chosen, {}, "ready", created, now, ZONE)
    goes = found.later or now
    local = goes.astimezone(ZONE)
    assert quiet is None or not quiet.holds(local.hour * 60 + local.minute)
    assert now <= goes <= now + timedelta(days=2)
    assert sending(chosen, {}, "ready", created, goes, ZONE) == (way, None)
