"""The days a case knows, and the days its steps wait for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from domain.moments import anchor_day, deadlines, earliest, local_day, numbered, start_of
from tests.domain.walking import Walk, guild, record, step

DAY = date(2026, 6, 1)
PERIOD = {"starts": "look", "lasts": "P1M", "basis": "5", "after": "apply"}


def walked() -> Walk:
    steps = (
        record("look"),
        step("period", "trial", **PERIOD),
        step("notice", "notice", window="P5D", window_basis="13", after="look"),
        record("last", after=["look", "trial", "notice"]),
    )
    return Walk(guild(*steps), DAY)


def anchor(walk: Walk, name: str) -> Any:
    found = anchor_day(walk.process, walk.case, name)
    return None if found is None else found.day


@pytest.mark.parametrize(
    "name,day",
    [
        ("apply", DAY),
        ("case.opened", DAY),
        ("joining.entered", DAY),
        ("look.opened", DAY),
        ("look", None),
        ("trial", None),
        ("trial.starts", None),
        ("trial.ends", None),
        ("notice.ends", None),
        ("notice.opened", None),
        ("nothing", None),
        ("nothing.ends", None),
        ("later.entered", None),
        ("look.ends", None),
        ("notice.starts", None),
    ],
)
def test_a_day_is_known_once_it_has_come_about(name: str, day: Any) -> None:
    assert anchor(walked(), name) == day


def test_days_of_periods_and_notices_follow_from_what_they_start_from() -> None:
    walk = walked()
    walk.do("look", date(2026, 6, 3))
    walk.entry("notice", "published", date(2026, 6, 4))
    assert anchor(walk, "look") == date(2026, 6, 3)
    assert anchor(walk, "trial.starts") == date(2026, 6, 3)
    assert anchor(walk, "trial.ends") == date(2026, 7, 3)
    assert anchor(walk, "notice.ends") == date(2026, 6, 9)
    assert anchor(walk, "notice.opened") == date(2026, 6, 3)
    assert walk.dates() == {
        "apply": DAY,
        "look": date(2026, 6, 3),
        "trial.starts": date(2026, 6, 3),
        "trial.ends": date(2026, 7, 3),
        "notice.ends": date(2026, 6, 9),
    }


def test_a_step_to_be_done_again_has_no_day() -> None:
    rule = step("decision", "rule", outcomes={"yes": "next", "no": {"return_to": "look"}})
    walk = Walk(guild(record("look"), record("check"), rule), DAY)
    walk.do("look")
    walk.do("check")
    walk.do("rule", outcome="no")
    assert (anchor(walk, "look"), anchor(walk, "check")) == (None, None)
    assert walk.dates() == {"apply": DAY}


def test_the_soonest_deadline_comes_first_with_all_that_is_known_of_it() -> None:
    due = [
        {"within": "P2M", "of": "apply", "basis": "7"},
        {"within": "P1M", "of": "apply", "basis": "8", "breach_after": "P3M", "escalate": ["council.clerk"]},
        {"within": "P1D", "of": "last", "basis": "9"},
        {"within": "P1D", "of": "apply", "basis": "9", "when": {"no_unit": "lodge"}},
        {"within": "P30WD", "of": "apply", "basis": "9"},
    ]
    walk = Walk(guild(record("look", due=due), record("last")), DAY)
    found = deadlines(walk.process, walk.case, walk.process.steps["look"])
    assert [(d.rule, d.day, d.basis, d.provisional) for d in found] == [
        ("look.due-2", date(2026, 7, 1), "8", False),
        ("look.due-5", date(2026, 7, 13), "9", True),
        ("look.due", date(2026, 8, 1), "7", False),
    ]
    assert (found[0].breach_on, found[0].escalate, found[2].breach_on) == (
        date(2026, 9, 1),
        ("council.clerk",),
        None,
    )


def test_the_longest_wait_counts_and_says_whether_it_is_certain() -> None:
    waits = [
        {"wait": "P3WD", "of": "apply", "basis": "7"},
        {"wait": "P3D", "of": "apply", "basis": "8"},
    ]
    walk = Walk(guild(record("look", not_before=waits), record("last")), DAY)
    found = earliest(walk.process, walk.case, walk.process.steps["look"])
    assert found is not None
    assert (found.day, found.rule, found.basis, found.of, found.provisional) == (
        date(2026, 6, 4),
        "look.not-before",
        "7",
        "apply",
        True,
    )
    assert str(found.wait) == "P3WD"
    assert earliest(walk.process, walk.case, walk.process.steps["last"]) is None


def test_a_day_begins_at_midnight_where_the_organisation_is() -> None:
    assert start_of(DAY, "Asia/Shanghai") == datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert start_of(DAY, "UTC", time(8, 30)) == datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
    assert local_day(datetime(2026, 5, 31, 16, tzinfo=UTC), "Asia/Shanghai") == DAY
    assert local_day(datetime(2026, 5, 31, 15, 59, tzinfo=UTC), "Asia/Shanghai") == date(2026, 5, 31)


def test_the_first_rule_of_a_sort_keeps_the_plain_name() -> None:
    assert [numbered("look.due", number) for number in range(3)] == ["look.due", "look.due-2", "look.due-3"]
