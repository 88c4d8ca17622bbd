"""A running case crosses from the rules of 2014 to those of 2026."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import pytest

from domain import events as facts
from domain.events import Event
from domain.moments import deadlines
from domain.passing import crosses_unasked
from tests.domain.walking import OF_2014, Walk, at_step, guild, library, record, shipped_process, step, text

TURN = date(2026, 5, 11)
DAY_BEFORE = TURN - timedelta(days=1)


@lru_cache(maxsize=32)
def _before(step: str) -> Walk:
    """Return a case under the rules of 2014 that stands before `step` some weeks before the rules change."""
    first = at_step(step, OF_2014, date(2014, 6, 3))
    lasted = (first.day - date(2014, 6, 3)).days
    return at_step(step, OF_2014, DAY_BEFORE - timedelta(days=lasted + 25))


def before(step: str) -> Walk:
    return _before(step).copy()


def changed(events: tuple[Event, ...]) -> list[facts.RulesChanged]:
    return [event.body for event in events if isinstance(event.body, facts.RulesChanged)]


STAGES = [
    "first-talk",
    "object-decision",
    "object-filing",
    "political-review",
    "pre-review",
    "branch-vote",
    "approval",
    "oath",
    "conversion-vote",
    "archive",
]


@pytest.mark.parametrize("step", STAGES)
def test_a_case_crosses_at_every_stage_and_ends_as_a_full_member(step: str) -> None:
    walk = before(step)
    assert (walk.case.version, walk.day < TURN) == ("2014.1", True)
    new = walk.wait(TURN, adopt=True)
    body = changed(new)[0]
    assert (body.version_from, body.version, body.basis) == ("2014.1", "2026.1", "44")
    assert (walk.case.version, walk.case.version_since) == ("2026.1", TURN)
    assert body.digest == shipped_process("membership-development 2026.1").digest
    assert walk.to_the_end().case.outcome == "full-member"


@pytest.mark.parametrize("step", STAGES)
def test_what_was_done_keeps_the_rules_of_its_day(step: str) -> None:
    walk = before(step)
    done = {one: state for one, state in walk.case.steps.items() if state.status == "done"}
    walk.wait(TURN, adopt=True)
    assert {one: walk.state(one) for one in done} == done


def test_nothing_changes_before_the_day_nor_without_being_asked() -> None:
    walk = before("first-talk")
    assert changed(walk.wait(DAY_BEFORE, adopt=True)) == []
    assert changed(walk.wait(TURN)) == []
    assert changed(walk.wait(TURN, adopt=True)) != []
    assert changed(walk.wait(TURN, adopt=True)) == []


@pytest.mark.parametrize(
    "began, latest, today, crosses",
    [
        pytest.param(DAY_BEFORE, DAY_BEFORE, DAY_BEFORE, False, id="not before the day"),
        pytest.param(DAY_BEFORE, DAY_BEFORE, TURN, True, id="a case that ran when the rules changed"),
        pytest.param(DAY_BEFORE, TURN, TURN, True, id="also where something was recorded today"),
        pytest.param(TURN, TURN, TURN, False, id="a past that is being told is left alone"),
        pytest.param(TURN, TURN, TURN + timedelta(days=7), False, id="as long as acts may be recorded late"),
        pytest.param(TURN, TURN, TURN + timedelta(days=8), True, id="and no longer"),
    ],
)
def test_a_case_nobody_touches_crosses_unless_its_past_is_still_being_told(
    began: date, latest: date, today: date, *, crosses: bool
) -> None:
    process = shipped_process("membership-development 2014.1")
    taking = process.successor.replaces if process.successor else None
    assert taking is not None
    assert crosses_unasked(taking, process, told=(began, latest), today=today) is crosses


def test_an_act_that_happened_under_the_new_rules_brings_them_and_is_judged_by_them() -> None:
    walk = before("first-talk")
    walk.day = TURN
    new = walk.take(walk.act("first-talk", TURN))
    done = next(event.body for event in new if isinstance(event.body, facts.StepCompleted))
    assert "rules-changed" in [event.type for event in new]
    assert (done.version, walk.case.version) == ("2026.1", "2026.1")


def test_what_the_old_rules_left_open_gives_way_to_what_the_new_ones_ask() -> None:
    walk = before("object-filing")
    new = walk.wait(TURN, adopt=True)
    assert "object-filing" not in [one.step for one in walk.waiting().open]
    assert [event.step for event in new if event.type == "step-opened"] == ["object-consent"]
    assert walk.state("object-consent").opened_on == TURN
    assert walk.until("object-notice").to_the_end().case.outcome == "full-member"


def test_who_was_filed_under_the_old_rules_has_no_consent_and_no_notice_to_make_up() -> None:
    walk = before("introducers")
    walk.wait(TURN, adopt=True)
    assert "object-notice" not in [one.step for one in walk.waiting().open]
    assert "introducers" in [one.step for one in walk.waiting().open]


def test_an_act_recorded_late_is_judged_by_the_rules_of_its_day() -> None:
    walk = before("branch-vote")
    happened = walk.day
    walk.day = TURN + timedelta(days=20)
    done = next(
        e.body
        for e in walk.take(walk.act("branch-vote", happened))
        if isinstance(e.body, facts.StepCompleted)
    )
    assert (done.version, walk.case.version) == ("2014.1", "2014.1")
    assert [w.rule for w in done.warnings] == ["late-entry"]


def test_an_act_recorded_late_keeps_the_rules_of_its_day_when_the_case_has_crossed() -> None:
    walk = before("branch-vote")
    happened = walk.day
    walk.wait(TURN + timedelta(days=20), adopt=True)
    new = walk.take(walk.act("branch-vote", happened))
    done = next(e.body for e in new if isinstance(e.body, facts.StepCompleted))
    assert (done.version, walk.case.version) == ("2014.1", "2026.1")


def test_a_new_deadline_does_not_run_before_the_rules_that_made_it() -> None:
    walk = before("branch-vote")
    walk.wait(TURN, adopt=True)
    process = walk.process.edition("2026.1")
    found = deadlines(process, walk.case, process.steps["branch-vote"])
    assert [(day.rule, day.day) for day in found] == [("vote-in-a-month", date(2026, 6, 11))]


def test_what_was_due_before_the_change_is_dated_before_it_and_the_rest_after() -> None:
    walk = before("first-talk")
    new = walk.wait(TURN + timedelta(days=90), adopt=True)
    days = [event.occurred_on for event in new]
    assert days == sorted(days)
    assert "rules-changed" in [event.type for event in new]


def test_a_suspended_or_closed_case_keeps_its_rules() -> None:
    walk = before("first-talk")
    walk.case = walk.case.model_copy(update={"status": "suspended", "suspended_on": walk.day})
    assert walk.wait(TURN, adopt=True) == ()


def editions() -> Walk:
    """Return a case of a guild whose second version adds a first and a last step, and drops one."""
    old = guild(record("look"), record("gone"), record("ask"), record("last"))
    new = guild(
        record("look"),
        record("added"),
        record("ask"),
        record("added-late"),
        step("decision", "last"),
        version="2",
        in_force={"from": TURN},
        replaces={"version": "1", "on": TURN, "basis": "44", "counts_as": {"gone": ["added"]}},
    )
    walk = Walk(old.published("digest-1", new), date(2026, 5, 1))
    walk.do("look")
    return walk


def test_a_step_done_under_the_old_rules_counts_as_those_it_stands_for() -> None:
    walk = editions()
    walk.do("gone")
    walk.wait(TURN, adopt=True)
    assert walk.state("added").status == "passed"
    assert walk.state("gone").status == "done"
    assert walk.state("ask").opened_on == date(2026, 5, 1)


def test_a_step_still_open_that_the_new_rules_do_not_know_is_dropped() -> None:
    walk = editions()
    walk.wait(TURN, adopt=True)
    assert "gone" not in walk.case.steps
    assert walk.state("added").opened_on == TURN


def test_a_step_the_new_rules_put_before_what_is_done_is_passed_over() -> None:
    walk = editions()
    walk.do("gone")
    walk.do("ask")
    new = walk.wait(TURN, adopt=True)
    passed = [event for event in new if isinstance(event.body, facts.StepPassed)]
    assert [(e.step, e.body.because, e.occurred_on) for e in passed] == [("added", "older-version", TURN)]  # type: ignore[union-attr]
    assert walk.state("added-late").opened_on == TURN


def test_a_step_that_changed_its_kind_is_judged_as_it_is_now() -> None:
    walk = editions()
    walk.do("gone")
    walk.do("ask")
    walk.wait(TURN, adopt=True)
    walk.do("added-late")
    walk.do("last")
    assert walk.case.status == "closed"


def test_editions_are_found_from_the_first_to_the_last() -> None:
    process = library().find("membership-development", "2014.1")
    assert process.edition("2026.1").version == "2026.1"
    assert process.in_force_on(DAY_BEFORE, "2026.1").version == "2014.1"
    assert process.in_force_on(TURN, "2026.1").version == "2026.1"
    assert process.in_force_on(TURN, "2014.1").version == "2014.1"
    with pytest.raises(KeyError):
        process.edition("1999.1")
    assert text("x")["en"] == "x"
