"""Minimum times: when they begin and end, the duties in them, what lengthens them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import events as facts
from domain.acts import EntryRecord, Resume, Suspend, Transfer
from domain.circumstances import UnitRef
from domain.refusals import FieldInvalid, NotPossible, TooEarly
from tests.domain.walking import OF_2026, Walk, at_step, guild, record, step, text
from tests.domain.world import at

DAY = date(2026, 6, 1)


def duty(**more: Any) -> dict[str, Any]:
    return {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5", **more}


def trial(lasts: str = "P12M", *entries: Any, start: date = DAY, **more: Any) -> Walk:
    period = step("period", "trial", starts="apply", lasts=lasts, basis="5", entries=list(entries), **more)
    return Walk(guild(period, record("last")), start)


@pytest.mark.parametrize(
    "start,lasts,ends",
    [
        (date(2026, 6, 1), "P12M", date(2027, 6, 1)),
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2024, 2, 29), "P12M", date(2025, 2, 28)),
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29)),
        (date(2026, 6, 5), "P1WD", date(2026, 6, 8)),
        (date(2026, 1, 31), "P1M1D", date(2026, 3, 1)),
    ],
)
def test_months_end_on_the_same_day_or_at_the_end_of_a_shorter_month(
    start: date, lasts: str, ends: date
) -> None:
    walk = trial(lasts, start=start)
    assert walk.dates()["trial.ends"] == ends
    walk.wait(ends - timedelta(days=1))
    assert walk.state("trial").status == "open"
    done = walk.wait(ends)[0]
    assert (done.type, done.step, done.occurred_on, done.actor) == ("step-completed", "trial", ends, None)
    assert walk.state("last").opened_on == ends


def test_a_period_ends_by_itself_and_by_nobody_s_hand() -> None:
    walk = trial("P12M", duty())
    refused = walk.refused("trial", entry=None, outcome="done")
    assert (refused.rule, refused.basis) == ("trial.by-itself", "5")
    assert "Report" in refused.detail.en
    assert walk.refused("trial", entry=EntryRecord(kind="song")).rule == "trial.by-itself"


def test_a_period_does_not_end_before_its_duties_are_met() -> None:
    walk = trial("P1M", duty(at_least=2), duty(id="call"))
    walk.entry("trial", "call", DAY)
    walk.entry("trial", "report", date(2026, 6, 10))
    ready = walk.wait(date(2026, 7, 2))
    assert [(e.type, e.occurred_on) for e in ready] == [("became-ready", date(2026, 7, 1))]
    assert walk.wait(date(2026, 7, 3)) == ()
    new = walk.entry("trial", "report", date(2026, 7, 5))
    assert [e.type for e in new] == ["entry-added", "step-completed", "step-opened"]
    assert walk.state("trial").done_on == date(2026, 7, 5)


def test_a_period_is_served_on_the_day_the_last_duty_asked_for_was_done_not_on_that_of_another() -> None:
    walk = trial("P1M", duty(at_least=1), duty(id="call", at_least=0))
    for day in (2, 3, 4):
        walk.entry("trial", "call", date(2026, 6, day))
    walk.wait(date(2026, 7, 20))
    walk.entry("trial", "report", date(2026, 7, 10), reason="late")
    assert walk.state("trial").done_on == date(2026, 7, 10)


def test_a_period_that_opened_after_its_time_was_served_ends_on_the_day_it_opened() -> None:
    period = step("period", "trial", starts="apply", lasts="P5D", basis="5", after="look")
    walk = Walk(guild(record("look"), period, record("last")), DAY)
    walk.do("look", date(2026, 6, 20))
    assert walk.state("trial").done_on == date(2026, 6, 20)
    assert walk.dates()["trial.ends"] == date(2026, 6, 6)


def test_an_entry_before_the_period_is_refused() -> None:
    period = step("period", "trial", starts="look", lasts="P1M", basis="5", entries=[duty()], after="apply")
    walk = Walk(guild(record("look"), period, record("last", after=["look", "trial"])), DAY)
    unknown = walk.refused("trial", entry=EntryRecord(kind="report"))
    assert isinstance(unknown, TooEarly)
    assert walk.open("trial").blocked is not None
    walk.do("look", date(2026, 6, 5))
    early = walk.refused("trial", date(2026, 6, 4), entry=EntryRecord(kind="report"))
    assert (early.rule, early.passes_on) == ("trial.report", date(2026, 6, 5))
    assert walk.entry("trial", "report", date(2026, 6, 5))


def test_what_was_done_while_a_period_ran_is_written_down_after_it_ended_with_a_reason() -> None:
    walk = trial("P1M", duty())
    walk.wait(date(2026, 8, 1))
    assert walk.state("trial").status == "done"
    entry = EntryRecord(kind="report")
    unexplained = walk.refused("trial", date(2026, 6, 20), entry=entry, reason=None)
    assert (unexplained.rule, unexplained.kind) == ("late-entry", "reason-required")
    after_it = walk.refused("trial", date(2026, 7, 2), entry=entry)
    assert after_it.rule == "trial.report"
    assert "2026-07-01" in after_it.detail.en
    late = walk.take(walk.act("trial", date(2026, 6, 20), entry=entry), date(2026, 8, 1))
    assert [event.type for event in late] == ["entry-added"]
    assert (walk.state("trial").status, walk.state("trial").done_on) == ("done", date(2026, 7, 1))
    assert [one.on for one in walk.state("trial").entries] == [date(2026, 6, 20)]


def test_a_gap_between_duties_warns_and_asks_for_a_reason() -> None:
    walk = trial("P12M", duty(every="P6M", level="late"))
    walk.day = date(2026, 12, 2)
    refused = walk.refused("trial", entry=EntryRecord(kind="report"), reason=None)
    assert (refused.rule, refused.level, refused.basis) == ("trial.report-1", "late", "5")
    done = walk.entry("trial", "report", date(2026, 12, 2))[0].body
    assert [w.rule for w in done.warnings] == ["trial.report-1"]  # type: ignore[union-attr]
    assert walk.open("trial").due_on is None


def test_a_duty_in_time_passes_without_a_word_and_the_next_counts_from_it() -> None:
    walk = trial("P24M", duty(every="P6M"))
    assert (walk.open("trial").due_on, walk.open("trial").due_rule) == (date(2026, 12, 1), "trial.report-1")
    walk.entry("trial", "report", date(2026, 12, 1), reason=None)
    assert (walk.open("trial").due_on, walk.open("trial").due_rule) == (date(2027, 6, 1), "trial.report-2")


def test_a_duty_that_would_fall_after_the_end_is_due_at_the_end_as_long_as_it_is_asked_for() -> None:
    walk = trial("P7M", duty(every="P6M", at_least=2))
    walk.entry("trial", "report", date(2026, 8, 1))
    assert walk.open("trial").due_on == date(2027, 1, 1)
    walk.entry("trial", "report", date(2026, 9, 1))
    assert walk.open("trial").due_on is None


def test_the_answers_of_an_entry_are_checked_like_those_of_a_step() -> None:
    field = {"id": "grade", "title": text("Grade"), "type": "integer", "required": True, "at_most": 5}
    walk = trial("P12M", duty(fields=[field], materials=["letter"]))
    entry = EntryRecord(kind="report", fields={"grade": 6})
    assert walk.refused("trial", entry=entry).rule == "trial.report.grade"
    assert (
        walk.refused("trial", entry=EntryRecord(kind="report", fields={"grade": 5}), materials={}).rule
        == "trial.letter"
    )
    walk.entry("trial", "report", DAY, entry_fields={"grade": 5})
    assert walk.state("trial").entries[0].values == {"grade": 5}


def extendable(months: int = 6, *, proposes: bool = False, **extension: Any) -> Walk:
    field = {"id": "months", "title": text("Months"), "type": "integer"}
    longer = {
        "return_to": "ask",
        **({"proposes_extension": "trial"} if proposes else {"extend": "trial"}),
        "months": "months",
    }
    period = step(
        "period",
        "trial",
        starts="apply",
        lasts="P12M",
        basis="5",
        extension={"at_least": 6, "at_most": 12, "basis": "31", **extension},
        after="apply",
    )
    ask = record("ask", after="apply")
    rule = step(
        "decision",
        "rule",
        fields=[field],
        not_before={"of": "trial.ends", "basis": "31"},
        outcomes={"good": "next", "longer": longer},
    )
    walk = Walk(guild(period, ask, rule), DAY)
    walk.do("ask")
    walk.wait(date(2027, 6, 1))
    return walk


@pytest.mark.parametrize("months", [6, 12])
def test_a_period_is_extended_by_calendar_months_within_the_bounds(months: int) -> None:
    walk = extendable()
    new = walk.do("rule", outcome="longer", fields={"months": months})
    assert [e.type for e in new][:3] == ["step-completed", "period-extended", "step-returned"]
    ends = date(2027, 12, 1) if months == 6 else date(2028, 6, 1)
    assert walk.dates()["trial.ends"] == ends
    walk.do("ask")
    refused = walk.refused("rule")
    assert (refused.rule, refused.passes_on) == ("rule.not-before", ends)
    walk.wait(ends)
    assert walk.do("rule", outcome="good")


@pytest.mark.parametrize("months", [5, 13, None])
def test_an_extension_out_of_bounds_is_refused(months: Any) -> None:
    refused = extendable().refused("rule", outcome="longer", fields={"months": months})
    assert isinstance(refused, FieldInvalid)
    assert (refused.rule, refused.basis) == ("trial.extension-months", "31")
    assert refused.passes_when is not None
    assert refused.passes_when.en == "6 to 12 months"


def test_a_period_is_extended_once() -> None:
    walk = extendable()
    walk.do("rule", outcome="longer", fields={"months": 6})
    walk.do("ask")
    walk.wait(date(2027, 12, 1))
    refused = walk.refused("rule", outcome="longer", fields={"months": 6})
    assert isinstance(refused, NotPossible)
    assert (refused.rule, refused.basis) == ("trial.extension-times", "31")


def test_a_proposal_to_extend_is_checked_and_extends_nothing() -> None:
    walk = extendable(proposes=True)
    assert walk.refused("rule", outcome="longer", fields={"months": 5}).rule == "trial.extension-months"
    walk.do("rule", outcome="longer", fields={"months": 6})
    assert walk.dates()["trial.ends"] == date(2027, 6, 1)


def test_a_period_without_extension_and_one_that_never_began_cannot_be_extended() -> None:
    effects = {"longer": {"extend": "trial", "months": "months"}}
    field = {"id": "months", "title": text("Months"), "type": "integer"}
    rule = step("decision", "rule", fields=[field], outcomes=effects, after="apply")
    period = step("period", "trial", starts="apply", lasts="P12M", basis="5", after="apply")
    walk = Walk(guild(period, rule), DAY)
    assert walk.refused("rule", fields={"months": 6}).rule == "trial.extension"
    later = {**period, "after": "rule", "extension": {"at_least": 6, "at_most": 12, "basis": "31"}}
    walk = Walk(guild(rule, later), DAY)
    assert walk.refused("rule", fields={"months": 6}).rule == "trial.extension"


def test_membership_is_extended_by_the_months_the_meeting_resolved_when_the_superior_approves() -> None:
    walk = at_step("conversion-vote")
    before = walk.dates()["probation.ends"]
    walk.do("conversion-vote", outcome="extend", fields={"extension-months": 8})
    walk.until("extension-approval").do("extension-approval")
    months = [e.body.months for e in walk.events if isinstance(e.body, facts.PeriodExtended)]
    assert months == [8]
    assert walk.dates()["probation.ends"] == date(before.year + 1, (before.month + 8) % 12, before.day)
    assert walk.state("conversion-application").status == "open"
    walk.until("conversion-vote")
    refused = walk.refused("conversion-vote", outcome="extend", fields={"extension-months": 6})
    assert refused.rule == "probation.extension-times"
    assert walk.to_the_end().case.standing == "full-member"


def test_probation_runs_from_the_vote_not_from_the_approval() -> None:
    walk = at_step("conversion-vote")
    known = walk.dates()
    assert known["probation.starts"] == known["branch-vote"]
    assert walk.case.version in OF_2026


def stopped(walk: Walk, first: date, last: date) -> None:
    walk.take(Suspend(known=walk.known("lodge.warden"), occurred_on=first, reason="leave"), first)
    walk.take(Resume(known=walk.known("lodge.warden"), occurred_on=last), last)


@pytest.mark.parametrize(
    "first,last,ends",
    [
        (date(2026, 7, 1), date(2026, 7, 31), date(2027, 7, 1)),
        (date(2026, 6, 1), date(2026, 6, 1), date(2027, 6, 1)),
        (date(2027, 5, 31), date(2027, 6, 10), date(2027, 6, 11)),
    ],
)
def test_suspended_time_does_not_count_as_served(first: date, last: date, ends: date) -> None:
    walk = trial("P12M")
    stopped(walk, first, last)
    assert walk.dates()["trial.ends"] == ends
    walk.wait(ends - timedelta(days=1))
    assert walk.state("trial").status == "open"
    walk.wait(ends)
    assert walk.state("trial").status == "done"


def test_time_suspended_before_the_step_opened_does_not_count_either() -> None:
    period = step("period", "trial", starts="apply", lasts="P12M", basis="5", after="look")
    walk = Walk(guild(record("look"), period, record("last")), DAY)
    stopped(walk, date(2026, 7, 1), date(2026, 7, 31))
    walk.do("look")
    assert walk.dates()["trial.ends"] == date(2027, 7, 1)


def test_a_period_that_is_served_stays_served_when_the_case_is_suspended_later() -> None:
    walk = trial("P1M")
    walk.wait(date(2026, 7, 1))
    stopped(walk, date(2026, 7, 1), date(2026, 8, 1))
    assert walk.dates()["trial.ends"] == date(2026, 7, 1)
    assert walk.state("trial").done_on == date(2026, 7, 1)


def test_two_suspensions_both_count() -> None:
    walk = trial("P12M")
    stopped(walk, date(2026, 7, 1), date(2026, 7, 11))
    stopped(walk, date(2027, 6, 5), date(2027, 6, 10))
    assert walk.dates()["trial.ends"] == date(2027, 6, 16)


def moved(walk: Walk, day: date, *, handed_over: bool) -> Walk:
    path = (UnitRef(id="u-2", kind="lodge", full_members=16), *walk.case.path[1:])
    known = walk.known("lodge.warden", target_path=path)
    seq = walk.take(Transfer(known=known, occurred_on=day, to_unit="u-2", handed_over=handed_over), day)[
        -1
    ].seq
    there = walk.known(
        "lodge.warden", actor="ann", posts=(walk.world.posts[0].model_copy(update={"unit": "u-2"}),)
    )
    walk.take(Transfer(known=there, occurred_on=day, confirms=seq), day)
    return walk


def test_a_move_with_the_papers_keeps_the_time_and_one_without_begins_it_anew() -> None:
    kept = moved(trial("P12M"), date(2026, 9, 1), handed_over=True)
    assert kept.dates()["trial.ends"] == date(2027, 6, 1)
    lost = moved(trial("P12M", duty()), date(2026, 9, 1), handed_over=False)
    assert (lost.dates()["trial.starts"], lost.dates()["trial.ends"]) == (date(2026, 9, 1), date(2027, 9, 1))


def test_what_is_due_is_told_for_the_moment_it_is_asked() -> None:
    walk = trial("P12M", duty(every="P6M"))
    walk.day = date(2026, 12, 2)
    assert walk.open("trial").overdue
    walk.day = date(2026, 12, 1)
    assert not walk.open("trial").overdue
    assert at(walk.day).tzinfo is not None
