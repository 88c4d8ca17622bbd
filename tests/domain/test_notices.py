"""Public notices: the window in working days, the places, objections and their answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import EntryRecord, Resume, Suspend
from domain.circumstances import UnitRef
from domain.moments import notice_end
from domain.refusals import FieldInvalid, NotPossible, TooEarly
from domain.standstills import Standstills
from domain.steps import NoticeStep
from domain.working_days import CalendarYear, WorkingCalendar
from tests.domain.walking import Walk, at_step, guild, record, step, text

MONDAY = date(2026, 6, 1)
OVER = date(2026, 6, 8)


def noticed(**more: Any) -> Walk:
    field = {"id": "mobile", "title": text("Mobile"), "type": "boolean"}
    notice = step("notice", "notice", window="P5WD", window_basis="13", **more)
    return Walk(guild(record("look", fields=[field]), notice, record("last")), MONDAY).until("look")


def opened(mobile: bool | None = None, **more: Any) -> Walk:
    walk = noticed(**more)
    walk.do("look", fields={} if mobile is None else {"mobile": mobile})
    return walk


def published(day: date = MONDAY, **more: Any) -> Walk:
    walk = opened(**more)
    walk.entry("notice", "published", day)
    return walk


_HUNG = [published(MONDAY + timedelta(days=by)) for by in range(7)]


def test_nothing_is_concluded_from_a_notice_that_never_hung() -> None:
    refused = opened().refused("notice", entry=None, outcome="done")
    assert isinstance(refused, NotPossible)
    assert (refused.rule, refused.basis) == ("notice.published", "13")


@pytest.mark.parametrize(
    "hangs,stops,runs,over",
    [
        # Friday counts; then three working days stand still, and four more have to pass.
        (date(2026, 6, 4), date(2026, 6, 8), date(2026, 6, 11), date(2026, 6, 16)),
        # Its end moves by as many days as the case stood still, working days or not.
        (MONDAY, date(2026, 6, 5), date(2026, 6, 10), date(2026, 6, 13)),
        # What was over on the morning of the standstill stays over.
        (MONDAY, OVER, date(2026, 6, 11), OVER),
    ],
)
def test_a_window_lasts_its_working_days_however_long_the_case_stood_still(
    hangs: date, stops: date, runs: date, over: date
) -> None:
    walk = published(hangs)
    warden = walk.known("lodge.warden")
    walk.take(Suspend(known=warden, occurred_on=stops, reason="ill"), stops)
    walk.take(Resume(known=warden, occurred_on=runs, reason="well"), runs)
    assert walk.open("notice").not_before == over


@given(lengths=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=5), hangs=st.integers(0, 6))
def test_five_working_days_on_which_the_clocks_ran_pass_whatever_stood_still(
    lengths: list[tuple[int, int]], hangs: int
) -> None:
    first = day = MONDAY + timedelta(days=hangs)
    stood = Standstills()
    for runs, stands in lengths:
        began = day + timedelta(days=runs)
        day = began + timedelta(days=stands)
        stood = stood.with_one(began, day)
    case, notice = (
        _HUNG[hangs].case.model_copy(update={"suspensions": stood}),
        _HUNG[hangs].process.steps["notice"],
    )
    assert isinstance(notice, NoticeStep)
    end = notice_end(case, notice)
    assert end is not None
    passed = [first + timedelta(days=by) for by in range(1, (end.day - first).days + 1)]
    # What was over on the morning of a standstill stays over.
    ran = [one for one in passed if not stood.stood_on(one) or stood.begin_on(one)]
    assert sum(case.calendar.is_working(one) for one in ran) >= 5


@pytest.mark.parametrize(
    "hangs,over",
    [(MONDAY, OVER), (date(2026, 6, 5), date(2026, 6, 12)), (date(2026, 6, 6), date(2026, 6, 12))],
)
def test_a_window_of_five_working_days_starts_the_day_after_and_leaves_weekends_out(
    hangs: date, over: date
) -> None:
    walk = opened()
    walk.entry("notice", "published", hangs)
    early = walk.refused("notice", over - timedelta(days=1), outcome="done")
    assert isinstance(early, TooEarly)
    assert (early.rule, early.basis, early.passes_on) == ("notice.window", "13", over)
    assert walk.open("notice").not_before == over
    ended = walk.wait(over)
    assert [(e.type, e.occurred_on) for e in ended] == [("window-ended", over)]
    assert walk.wait(over + timedelta(days=1)) == ()
    walk.do("notice", outcome="done")
    assert walk.state("notice").status == "done"


def test_holidays_and_days_made_up_for_come_from_the_calendar_of_the_case() -> None:
    walk = opened()
    off, on = (date(2026, 6, 2), date(2026, 6, 3)), (date(2026, 6, 6),)
    calendar = WorkingCalendar(version="cn", years=(CalendarYear(year=2026, off=off, on=on),))
    walk.case = walk.case.model_copy(update={"calendar": calendar})
    walk.take(walk.act("notice", entry=EntryRecord(kind="published")))
    assert (walk.open("notice").not_before, walk.open("notice").provisional) == (date(2026, 6, 9), False)


def test_a_year_without_a_table_counts_monday_to_friday_and_says_so() -> None:
    walk = published()
    assert walk.open("notice").provisional


def test_a_notice_hangs_once() -> None:
    assert published().refused("notice", entry=EntryRecord(kind="published")).rule == "notice.published"


def test_a_mobile_person_s_notice_hangs_in_two_places() -> None:
    walk = opened(mobile=True, both_places_when={"field": "look.mobile"})
    refused = walk.refused("notice", entry=EntryRecord(kind="published", fields={"places": 1}))
    assert isinstance(refused, FieldInvalid)
    assert (refused.rule, refused.detail.en) == (
        "notice.places",
        "It must hang in 2 places at the same time.",
    )
    assert walk.refused("notice", entry=EntryRecord(kind="published")).rule == "notice.places"
    assert walk.entry("notice", "published", MONDAY, entry_fields={"places": 2})


@pytest.mark.parametrize("mobile", [False, None])
def test_everybody_else_s_notice_hangs_in_one_place(mobile: Any) -> None:
    walk = opened(mobile=mobile, both_places_when={"field": "look.mobile"})
    assert walk.entry("notice", "published", MONDAY)
    three = opened(mobile=mobile, places=3)
    assert (
        three.refused("notice", entry=EntryRecord(kind="published", fields={"places": 2})).rule
        == "notice.places"
    )
    assert three.entry("notice", "published", MONDAY, entry_fields={"places": 3})


def test_every_objection_needs_its_answer() -> None:
    walk = published()
    first = walk.entry("notice", "objection", date(2026, 6, 2), entry_fields={"summary": "he owes me money"})[
        0
    ]
    second = walk.entry("notice", "objection", date(2026, 6, 3))[0]
    assert first.body.texts == {"summary": "he owes me money"}  # type: ignore[union-attr]
    walk.entry("notice", "answer", date(2026, 6, 4), ref=str(first.seq))
    open_one = walk.refused("notice", OVER, outcome="done")
    assert (open_one.rule, open_one.detail.en) == ("notice.answers", "1 objection(s) have no answer yet.")
    assert open_one.passes_when is not None
    blocked = walk.open("notice").blocked
    assert blocked is not None
    assert blocked.rule == "notice.answers"
    walk.entry("notice", "answer", OVER, ref=str(second.seq))
    assert walk.open("notice").blocked is None
    assert walk.do("notice", OVER, outcome="done")


@pytest.mark.parametrize("ref", [None, "1", "999"])
def test_an_answer_says_which_objection_it_answers(ref: Any) -> None:
    walk = published()
    walk.entry("notice", "objection", date(2026, 6, 2))
    refused = walk.refused("notice", date(2026, 6, 3), entry=EntryRecord(kind="answer", ref=ref))
    assert (refused.rule, refused.basis) == ("notice.answer-ref", "13")


def test_no_objection_comes_before_the_notice_and_no_answer_before_the_objection() -> None:
    assert opened().refused("notice", entry=EntryRecord(kind="objection")).rule == "notice.published"
    walk = published(date(2026, 6, 2))
    early = walk.refused("notice", MONDAY, entry=EntryRecord(kind="objection"))
    assert (early.rule, early.passes_on) == ("notice.objection", date(2026, 6, 2))
    seq = walk.entry("notice", "objection", date(2026, 6, 4))[0].seq
    before = walk.refused("notice", date(2026, 6, 3), entry=EntryRecord(kind="answer", ref=str(seq)))
    assert (before.rule, before.passes_on) == ("notice.answer", date(2026, 6, 4))


def test_a_notice_takes_no_other_entries_and_no_other_fields() -> None:
    walk = published()
    assert walk.refused("notice", entry=EntryRecord(kind="rumour")).rule == "notice.entry"
    strange = EntryRecord(kind="objection", fields={"from": "a neighbour"})
    assert walk.refused("notice", entry=strange).rule == "notice.objection.fields"


def test_a_notice_waits_like_any_step() -> None:
    walk = opened(not_before={"wait": "P5D", "of": "look", "basis": "7"})
    refused = walk.refused("notice", entry=EntryRecord(kind="published"))
    assert (refused.rule, refused.passes_on) == ("notice.not-before", date(2026, 6, 6))


def test_a_notice_that_is_returned_hangs_again() -> None:
    walk = published(outcomes={"clear": "next", "again": {"again": True}})
    walk.wait(OVER)
    walk.do("notice", outcome="again")
    assert (walk.state("notice").round, tuple(walk.state("notice").entries)) == (2, ())
    assert walk.refused("notice", outcome="clear", entry=None).rule == "notice.published"


def test_the_rules_of_2026_ask_for_five_working_days_in_both_places_for_a_mobile_person() -> None:
    walk = at_step("object-notice")
    assert isinstance(walk.case.path[0], UnitRef)
    day = walk.day
    walk.entry("object-notice", "published", day)
    end = walk.open("object-notice").not_before
    assert end is not None
    assert 5 <= (end - day).days <= 7
    assert walk.refused("object-notice", end - timedelta(days=1), outcome="clear").basis == "13"
