"""Acts on the whole case: withdraw, suspend, resume, move, correct, appeal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain import events as facts
from domain.acts import Appeal, Change, Correct, EntryRecord, Resume, Suspend, Transfer, Withdraw
from domain.circumstances import UnitRef
from domain.deciding import decide
from domain.outlook import outlook_on_case
from domain.refusals import (
    FieldInvalid,
    NotEntitled,
    NotPossible,
    ReasonRequired,
    RuleViolation,
    SamePersonTwice,
    TooEarly,
)
from tests.domain.walking import Walk, guild, post, record, step, text
from tests.domain.world import SUBJECT, at

DAY = date(2026, 6, 1)
NEXT = date(2026, 6, 2)
LATER = date(2026, 6, 20)


def club(*steps: Any, **changes: Any) -> Walk:
    return Walk(guild(*(steps or (record("look"), record("last"))), **changes), DAY)


def by(
    walk: Walk,
    who: str | None = None,
    *,
    unit: str | None = None,
    lent_by: str | None = None,
    role: str = "lodge.warden",
    **more: Any,
) -> Any:
    changes: dict[str, Any] = {"posts": (post(role, unit=unit, lent_by=lent_by),), **more}
    return walk.known(role, **({"actor": who} if who else {}), **changes)


def test_the_person_withdraws_and_the_case_ends() -> None:
    walk = club()
    event = walk.take(Withdraw(known=walk.known("subject"), occurred_on=DAY, reason="moved on"))[0]
    assert isinstance(event.body, facts.CaseClosed)
    assert (walk.status(), walk.case.outcome, walk.case.closed_on) == ("closed", "withdrawn", DAY)
    again = walk.refused_act(Withdraw(known=walk.known("subject"), occurred_on=DAY))
    assert again.rule == "case.open"


def test_others_may_say_that_the_person_died_but_not_that_something_else_befell_the_case() -> None:
    walk = club()
    for known, outcome in ((walk.known("subject"), "died"), (by(walk), "joined"), (by(walk), "nonsense")):
        refused = walk.refused_act(Withdraw(known=known, occurred_on=DAY, outcome=outcome))
        assert isinstance(refused, FieldInvalid)
        assert (refused.rule, refused.detail.en) == (
            "withdraw.outcome",
            "Choose one of these outcomes: Withdrawn (withdrawn), Died (died)",
        )
    walk.take(Withdraw(known=by(walk), occurred_on=DAY, outcome="died"))
    assert walk.case.outcome == "died"


@pytest.mark.parametrize("kind", [Withdraw, Suspend])
def test_nobody_without_a_part_in_it_acts_on_the_case(kind: Any) -> None:
    walk = club()
    refused = walk.refused_act(kind(known=by(walk, role="lodge.elder"), occurred_on=DAY, reason="x"))
    assert isinstance(refused, NotEntitled)
    assert refused.rule == "whole-case.by"


def test_an_act_that_the_definition_does_not_name_is_not_possible() -> None:
    walk = club(whole_case={})
    refused = walk.refused_act(Withdraw(known=by(walk), occurred_on=DAY))
    assert (refused.rule, refused.kind) == ("whole-case.withdraw", "not-possible")


@pytest.mark.parametrize("kind", [Withdraw, Suspend])
def test_nothing_is_dated_before_the_case_or_after_today(kind: Any) -> None:
    walk = club()
    early = walk.refused_act(kind(known=by(walk), occurred_on=date(2026, 5, 31), reason="x"))
    assert (early.rule, early.passes_on) == ("whole-case.order", DAY)
    future = walk.refused_act(kind(known=by(walk), occurred_on=NEXT, reason="x"))
    assert isinstance(future, TooEarly)
    assert (future.rule, future.passes_on) == ("occurred-on.future", NEXT)


def test_a_suspended_case_takes_no_acts_until_it_is_resumed() -> None:
    walk = club()
    act = walk.act("look")
    assert isinstance(walk.refused_act(Suspend(known=by(walk), occurred_on=DAY)), ReasonRequired)
    walk.take(Suspend(known=by(walk), occurred_on=DAY, reason=" ill "))
    assert (walk.status(), walk.case.suspended_on) == ("suspended", DAY)
    assert walk.refused_act(act).detail.en == "The case is suspended; resume it first."
    assert walk.refused_act(Suspend(known=by(walk), occurred_on=DAY, reason="x")).rule == "case.open"
    blocked = walk.open("look").blocked
    assert blocked is not None
    assert blocked.rule == "case.open"
    walk.take(Resume(known=by(walk), occurred_on=NEXT), NEXT)
    assert walk.status() == "open"
    assert walk.take(act.model_copy(update={"occurred_on": NEXT}))


def test_a_case_resumes_only_when_suspended_and_not_before_it_was() -> None:
    walk = club()
    assert walk.refused_act(Resume(known=by(walk), occurred_on=DAY)).rule == "resume.suspended"
    walk.take(Suspend(known=by(walk), occurred_on=NEXT, reason="x"), NEXT)
    refused = walk.refused_act(Resume(known=by(walk), occurred_on=DAY))
    assert (refused.rule, refused.passes_on) == ("resume.order", NEXT)


def test_the_clocks_did_not_stand_still_while_something_was_done() -> None:
    walk = club()
    walk.do("look", NEXT)
    refused = walk.refused_act(Suspend(known=by(walk), occurred_on=DAY, reason="x"))
    assert (refused.rule, refused.passes_on) == ("whole-case.order", NEXT)


def test_a_suspended_case_can_be_withdrawn() -> None:
    walk = club()
    walk.take(Suspend(known=by(walk), occurred_on=DAY, reason="x"))
    walk.take(Withdraw(known=walk.known("subject"), occurred_on=DAY))
    assert (walk.status(), walk.case.suspended_on) == ("closed", None)


TARGET = UnitRef(id="u-2", kind="lodge", full_members=16)


def proposed(walk: Walk, *, who: str = "ann", lent_by: str | None = None, handed_over: bool = True) -> int:
    known = by(walk, who, lent_by=lent_by, target_path=(TARGET, *walk.case.path[1:]))
    return walk.take(Transfer(known=known, occurred_on=DAY, to_unit="u-2", handed_over=handed_over))[-1].seq


def there(walk: Walk, who: str, lent_by: str | None = None) -> Any:
    return by(walk, who, unit="u-2", lent_by=lent_by)


def test_a_move_is_proposed_by_the_old_unit_and_confirmed_by_the_new_one() -> None:
    walk = club()
    seq = proposed(walk)
    assert walk.case.unit == "u-lodge"
    here = walk.refused_act(Transfer(known=by(walk, "bob"), occurred_on=DAY, confirms=seq))
    assert isinstance(here, NotEntitled)
    event = walk.take(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))[0]
    assert isinstance(event.body, facts.CaseTransferred)
    assert (walk.case.unit, event.body.time_kept, walk.case.proposals) == ("u-2", True, ())
    assert walk.case.transferred_on == (DAY,)


@pytest.mark.parametrize(
    "proposer,proposer_for,who,lent_by",
    [
        ("ann", None, "ann", None),
        ("ann", None, "bob", "ann"),
        ("cid", "ann", "ann", None),
        ("cid", "ann", "cid", None),
        ("cid", "ann", "bob", "ann"),
        ("cid", "ann", "bob", "cid"),
    ],
)
def test_nobody_confirms_his_own_move_not_even_through_a_substitute(
    proposer: str, proposer_for: Any, who: str, lent_by: Any
) -> None:
    walk = club()
    seq = proposed(walk, who=proposer, lent_by=proposer_for)
    refused = walk.refused_act(Transfer(known=there(walk, who, lent_by), occurred_on=DAY, confirms=seq))
    assert isinstance(refused, SamePersonTwice)
    assert refused.rule == "transfer.second"


def test_a_move_that_is_rejected_changes_nothing_and_may_be_proposed_again() -> None:
    walk = club()
    seq = proposed(walk)
    again = walk.refused_act(Transfer(known=by(walk, target_path=(TARGET,)), occurred_on=DAY))
    assert again.rule == "transfer.pending"
    walk.take(Transfer(known=there(walk, "bob"), occurred_on=DAY, rejects=seq))
    assert (walk.case.unit, walk.case.proposals) == ("u-lodge", ())
    gone = walk.refused_act(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))
    assert (gone.rule, gone.kind) == ("transfer.proposal", "not-possible")
    assert proposed(walk) > seq


@pytest.mark.parametrize(
    "path", [(), (UnitRef(id="u-lodge", kind="lodge"),), (UnitRef(id="u-9", kind="council"),)]
)
def test_a_case_moves_to_another_unit_of_its_kind(path: Any) -> None:
    walk = club()
    refused = walk.refused_act(Transfer(known=by(walk, target_path=path), occurred_on=DAY))
    assert (refused.rule, refused.detail.en) == ("transfer.to-unit", "Name another Lodge to move to.")


def test_the_answer_does_not_come_before_the_proposal_and_a_suspended_case_does_not_move() -> None:
    walk = club()
    walk.day = NEXT
    known = by(walk, "ann", target_path=(TARGET,))
    seq = walk.take(Transfer(known=known, occurred_on=NEXT))[-1].seq
    early = walk.refused_act(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))
    assert (early.rule, early.passes_on) == ("transfer.order", NEXT)
    walk.take(Suspend(known=by(walk), occurred_on=NEXT, reason="x"))
    assert (
        walk.refused_act(Transfer(known=there(walk, "bob"), occurred_on=NEXT, confirms=seq)).rule
        == "case.open"
    )


def test_a_move_goes_where_it_was_proposed_whatever_the_answer_names() -> None:
    walk = club()
    seq = proposed(walk)
    elsewhere = there(walk, "bob").model_copy(update={"target_path": (UnitRef(id="u-3", kind="lodge"),)})
    walk.take(Transfer(known=elsewhere, occurred_on=DAY, confirms=seq))
    assert walk.case.unit == "u-2"


def test_a_move_brings_the_unit_as_it_is_on_the_day_it_is_taken_over() -> None:
    walk = club()
    seq = proposed(walk)
    fresh = there(walk, "bob").model_copy(
        update={"target_path": (TARGET.model_copy(update={"full_members": 5}),)}
    )
    walk.take(Transfer(known=fresh, occurred_on=DAY, confirms=seq))
    assert walk.case.path[0].full_members == 5


def test_a_step_for_those_who_moved_opens_with_the_move() -> None:
    walk = club(
        record("look"),
        record("verify", when={"transferred": True}, after="apply"),
        record("last", after=["look", "verify"]),
    )
    assert walk.state("verify").status == "passed"
    seq = proposed(walk)
    walk.take(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))
    assert walk.state("verify").status == "open"


def verified(*, until: str) -> Walk:
    """Return a case that moved once and was verified there, led on until a step is done."""
    verify = step("decision", "verify", when={"transferred": True}, after="apply")
    steps = (
        record("look"),
        verify,
        record("doubt", when={"unit": "abbey"}),
        record("ask"),
        record("last", after=["look", "ask"]),
    )
    walk = club(*steps)
    seq = proposed(walk)
    walk.take(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))
    second = by(walk, "bob", unit="u-2")
    for name in ("verify", "ask"):
        walk.take(walk.act(name, NEXT, known=second), NEXT)
        if name == until:
            return walk
    raise AssertionError("no such step")


def moved_again(walk: Walk) -> Any:
    path = (UnitRef(id="u-3", kind="lodge", full_members=16), *walk.case.path[1:])
    known = by(walk, "bob", unit="u-2", target_path=path)
    seq = walk.take(Transfer(known=known, occurred_on=LATER, to_unit="u-3"), LATER)[-1].seq
    return walk.take(Transfer(known=by(walk, "cid", unit="u-3"), occurred_on=LATER, confirms=seq))


def test_what_a_move_asks_for_is_asked_again_after_another_move() -> None:
    walk = verified(until="verify")
    assert walk.state("verify").status == "done"
    new = moved_again(walk)
    returned = next(event for event in new if isinstance(event.body, facts.StepReturned))
    assert (returned.step, returned.body.again[0], returned.occurred_on, returned.actor) == (
        "verify",
        "verify",
        LATER,
        "cid",
    )
    assert (walk.state("verify").status, walk.state("verify").round) == ("open", 2)
    assert (walk.state("look").round, walk.state("look").status) == (1, "open")


def test_what_a_move_asks_for_stays_done_once_what_waited_for_it_was_done() -> None:
    walk = verified(until="ask")
    assert "step-returned" not in [event.type for event in moved_again(walk)]
    assert walk.state("verify").status == "done"


def test_a_step_for_those_who_moved_stays_passed_over_once_what_comes_after_it_was_done() -> None:
    verify = record("verify", when={"transferred": True}, after="apply")
    walk = club(verify, record("ask"), record("last"))
    walk.do("ask")
    seq = proposed(walk)
    walk.take(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))
    assert walk.state("verify").status == "passed"


def test_a_step_for_those_who_moved_opens_where_what_comes_after_it_is_only_open() -> None:
    walk = club(record("verify", when={"transferred": True}, after="apply"), record("ask"), record("last"))
    seq = proposed(walk)
    walk.take(Transfer(known=there(walk, "bob"), occurred_on=DAY, confirms=seq))
    assert walk.state("verify").status == "open"
    assert walk.refused_act(walk.act("ask", known=there(walk, "bob"))).detail.en == "First comes: Verify"


FIELD = {"id": "grade", "title": text("Grade"), "type": "integer", "at_most": 5}


def graded() -> tuple[Walk, int]:
    walk = club(
        record("look", fields=[FIELD, {"id": "words", "title": text("Words")}], materials=["letter"]),
        record("ask"),
        record("last"),
    )
    seq = walk.do("look", LATER, fields={"grade": 3, "words": "good"})[0].seq
    return walk, seq


def correction(
    walk: Walk, seq: int, path: str, value: Any, *, old: Any = "2026-06-20", who: str = "ann", **more: Any
) -> Correct:
    change = Change(seq=seq, path=path, value=value)
    return Correct(known=by(walk, who), occurred_on=walk.day, reason="typo", change=change, old=old, **more)


def agreed(walk: Walk, act: Correct, who: str = "bob", lent_by: str | None = None) -> Correct:
    seq = walk.take(act)[-1].seq
    return Correct(known=by(walk, who, lent_by=lent_by), occurred_on=walk.day, confirms=seq)


def test_a_correction_is_confirmed_by_a_second_person_and_the_old_value_stays_in_the_record() -> None:
    walk, seq = graded()
    act = correction(walk, seq, "fields.grade", 4, old=3)
    second = agreed(walk, act)
    assert walk.state("look").values == {"grade": 3}
    walk.take(second)
    assert walk.state("look").values == {"grade": 4}
    body = next(e.body for e in walk.events if isinstance(e.body, facts.CorrectionProposed))
    assert (body.old, body.change.value) == (3, 4)


@pytest.mark.parametrize("who,lent_by", [("ann", None), ("bob", "ann")])
def test_nobody_confirms_his_own_correction(who: str, lent_by: Any) -> None:
    walk, seq = graded()
    refused = walk.refused_act(agreed(walk, correction(walk, seq, "fields.grade", 4, old=3), who, lent_by))
    assert isinstance(refused, SamePersonTwice)
    assert refused.rule == "correct.second"


@pytest.mark.parametrize(
    "path,old,value",
    [("fields.grade", 3, 4), ("fields.words", "good", "fair"), ("occurred_on", "2026-06-20", "2026-06-19")],
)
def test_a_second_correction_of_a_value_waits_for_the_answer_to_the_first(
    path: str, old: Any, value: Any
) -> None:
    walk, seq = graded()
    first = walk.take(correction(walk, seq, path, value, old=old))[-1].seq
    for who in ("ann", "bob"):
        refused = walk.refused_act(correction(walk, seq, path, value, old=old, who=who))
        assert isinstance(refused, NotPossible)
        assert refused.rule == "correct.pending"
        assert f"event {first}" in refused.detail.en
    other = "fields.words" if path == "fields.grade" else "fields.grade"
    walk.take(correction(walk, seq, other, "fair" if other == "fields.words" else 4, old=3))
    walk.take(Correct(known=by(walk, "bob"), occurred_on=walk.day, rejects=first))
    walk.take(correction(walk, seq, path, value, old=old))


def test_a_correction_that_is_rejected_changes_nothing() -> None:
    walk, seq = graded()
    at = walk.take(correction(walk, seq, "fields.grade", 4, old=3))[-1].seq
    walk.take(Correct(known=by(walk, "bob"), occurred_on=LATER, rejects=at))
    assert (walk.state("look").values, walk.case.proposals) == ({"grade": 3}, ())


@pytest.mark.parametrize(
    "change,old,rule",
    [
        (None, 3, "correct.path"),
        (Change(seq=6, path="outcome", value="x"), 3, "correct.path"),
        (Change(seq=99, path="fields.grade", value=4), 3, "correct.path"),
        (Change(seq=6, path="fields.grade", value=4), None, "correct.path"),
        (Change(seq=6, path="occurred_on", value="soon"), "2026-06-20", "correct.value"),
        (Change(seq=6, path="occurred_on", value="2026-06-21"), "2026-06-20", "correct.value"),
        (Change(seq=6, path="occurred_on", value="2019-12-31"), "2026-06-20", "correct.value"),
        (Change(seq=6, path="fields.grade", value=6), 3, "correct.grade"),
        (Change(seq=6, path="fields.grade", value="4"), 3, "correct.grade"),
        (Change(seq=6, path="fields.grade", value=None), 3, "correct.value"),
        (Change(seq=6, path="fields.nothing", value=4), 3, "correct.value"),
        (Change(seq=6, path="fields.grade", value=("a",)), 3, "correct.value"),
    ],
)
def test_a_correction_names_a_value_that_was_recorded_and_one_that_could_have_been(
    change: Any, old: Any, rule: str
) -> None:
    walk, seq = graded()
    if change is not None:
        change = change.model_copy(update={"seq": change.seq if change.seq == 99 else seq})
    act = Correct(known=by(walk), occurred_on=LATER, reason="typo", change=change, old=old)
    refused = walk.refused_act(act)
    assert isinstance(refused, FieldInvalid)
    assert refused.rule == rule


def anew(
    walk: Walk, seq: int, path: str = "materials.minutes", on: str = "2026-06-01", **more: Any
) -> Correct:
    act = correction(walk, seq, path, ("f" * 64,), old=(), in_text=True)
    assert act.change is not None
    change = act.change.model_copy(update={"written_on": date.fromisoformat(on), **more})
    return act.model_copy(update={"change": change})


def test_a_document_written_anew_is_there_once_a_second_person_confirms_it() -> None:
    walk, seq = graded()
    second = agreed(walk, anew(walk, seq))
    assert "minutes" not in walk.case.held
    walk.take(second)
    assert "minutes" in walk.case.held
    body = next(e.body for e in walk.events if isinstance(e.body, facts.CorrectionProposed))
    assert (body.old, body.change.written_on) == ((), date(2026, 6, 1))


def test_a_document_written_anew_that_nobody_confirms_is_not_there() -> None:
    walk, seq = graded()
    at = walk.take(anew(walk, seq))[-1].seq
    walk.take(Correct(known=by(walk, "bob"), occurred_on=LATER, rejects=at))
    assert "minutes" not in walk.case.held


@pytest.mark.parametrize("wrong", [{"on": "2026-07-30"}, {"value": ()}, {"path": "fields.grade"}])
def test_what_is_written_anew_is_a_document_of_a_day_that_was_over(wrong: Any) -> None:
    walk, seq = graded()
    refused = walk.refused_act(anew(walk, seq, **wrong))
    assert refused.rule == "correct.written-on"


def test_a_correction_needs_a_reason() -> None:
    walk, seq = graded()
    refused = walk.refused_act(
        correction(walk, seq, "fields.grade", 4, old=3).model_copy(update={"reason": None})
    )
    assert (refused.rule, refused.kind) == ("correct.reason", "reason-required")


def test_a_corrected_day_moves_what_followed_from_it() -> None:
    walk, seq = graded()
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-05")))
    assert walk.state("look").done_on == date(2026, 6, 5)
    assert walk.state("ask").opened_on == date(2026, 6, 5)
    assert walk.do("ask", date(2026, 6, 6))


def test_a_corrected_day_does_not_come_before_what_precedes_the_step_nor_after_what_follows_it() -> None:
    walk, seq = graded()
    early = walk.refused_act(agreed(walk, correction(walk, seq, "occurred_on", "2026-05-31")))
    assert isinstance(early, TooEarly)
    assert (early.rule, early.passes_on) == ("look.order", DAY)
    walk.case = walk.case.model_copy(update={"proposals": ()})
    walk.do("ask", LATER)
    walk.day = date(2026, 6, 25)
    late = walk.refused_act(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-21")))
    assert (late.rule, late.passes_on) == ("ask.order", date(2026, 6, 21))


def test_a_corrected_day_does_not_undercut_a_minimum_wait() -> None:
    walk = club(record("look", not_before={"wait": "P10D", "of": "apply", "basis": "7"}), record("last"))
    seq = walk.do("look", LATER)[-1].seq - 1
    refused = walk.refused_act(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-10")))
    assert (refused.rule, refused.basis, refused.passes_on) == ("look.not-before", "7", date(2026, 6, 11))


def two_stages() -> Walk:
    first = {"id": "one", "title": text("One"), "steps": [record("apply"), record("look")]}
    second = {
        "id": "two",
        "title": text("Two"),
        "outcome": "joined",
        "steps": [record("ask"), record("last")],
    }
    return Walk(guild(stages=[first, second]), DAY)


def test_a_corrected_day_moves_the_stage_that_was_entered_on_it_and_never_past_what_was_done_there() -> None:
    walk = two_stages()
    seq = walk.do("look", LATER)[0].seq
    assert walk.case.stages["two"] == LATER
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-05")))
    assert (walk.case.stages["two"], walk.state("ask").opened_on) == (date(2026, 6, 5), date(2026, 6, 5))
    walk.do("ask", date(2026, 6, 18))
    refused = walk.refused_act(
        agreed(walk, correction(walk, seq, "occurred_on", "2026-06-19", old="2026-06-05"))
    )
    assert (refused.rule, refused.passes_on) == ("ask.order", date(2026, 6, 19))


def test_a_period_that_is_not_over_by_the_corrected_day_runs_on() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5"}
    period = step("period", "trial", starts="look", lasts="P1M", basis="5", entries=[duty])
    walk = club(record("look"), period, record("last"))
    seq = walk.do("look", NEXT)[0].seq
    walk.wait(date(2026, 7, 5))
    assert walk.state("trial").status == "done"
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-07-01", old="2026-06-02")))
    assert walk.state("trial").status == "open"
    assert walk.refused("last").rule == "last.order"
    walk.wait(date(2026, 8, 1))
    assert (walk.state("trial").done_on, walk.state("last").status) == (date(2026, 8, 1), "open")


def test_a_deadline_that_is_no_longer_past_by_the_corrected_day_passes_anew() -> None:
    walk = club(
        record("look"), record("ask", due={"within": "P10D", "of": "look", "basis": "7"}), record("last")
    )
    seq = walk.do("look", NEXT)[0].seq
    walk.wait(LATER)
    assert walk.state("ask").overdue == ("ask.due",)
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-15", old="2026-06-02")))
    assert walk.state("ask").overdue == ()
    assert [e.type for e in walk.wait(date(2026, 6, 26))] == ["became-overdue"]


def test_a_wait_that_is_no_longer_over_by_the_corrected_day_is_waited_for_anew() -> None:
    walk = club(
        record("look"), record("ask", not_before={"wait": "P10D", "of": "look", "basis": "7"}), record("last")
    )
    seq = walk.do("look", NEXT)[0].seq
    walk.wait(LATER)
    assert walk.state("ask").ready
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-15", old="2026-06-02")))
    assert not walk.state("ask").ready
    assert [e.type for e in walk.wait(date(2026, 6, 25))] == ["became-ready"]


def test_the_day_of_an_entry_is_corrected_within_its_period() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5", "fields": [FIELD]}
    walk = club(
        step("period", "trial", starts="apply", lasts="P1M", basis="5", entries=[duty]), record("last")
    )
    seq = walk.entry("trial", "report", LATER, entry_fields={"grade": 3})[0].seq
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-10")))
    walk.take(agreed(walk, correction(walk, seq, "fields.grade", 5, old=3)))
    entry = walk.state("trial").entries[0]
    assert (entry.on, entry.values) == (date(2026, 6, 10), {"grade": 5})
    assert walk.refused_act(correction(walk, seq, "fields.grade", 6, old=3)).rule == "correct.grade"


def test_a_notice_s_window_is_checked_again_when_the_day_it_hung_is_corrected() -> None:
    walk = club(step("notice", "notice", window="P5D", window_basis="13"), record("last"))
    seq = walk.entry("notice", "published", DAY, entry_fields={"places": 2})[0].seq
    walk.do("notice", date(2026, 6, 6), outcome="done", entry=None)
    refused = walk.refused_act(
        agreed(walk, correction(walk, seq, "occurred_on", "2026-06-03", old="2026-06-01"))
    )
    assert (refused.rule, refused.passes_on) == ("notice.window", date(2026, 6, 8))
    places = correction(walk, seq, "fields.places", 3, old=2)
    walk.case = walk.case.model_copy(update={"proposals": ()})
    walk.take(agreed(walk, places))
    assert walk.state("notice").entries[0].values == {"places": 3}


@pytest.mark.parametrize("path,value", [("fields.words", "bad"), ("materials.letter", ("other",))])
def test_corrected_texts_and_documents_change_nothing_that_rules_look_at(path: str, value: Any) -> None:
    walk, seq = graded()
    before = walk.case.steps
    walk.take(agreed(walk, correction(walk, seq, path, value, old="good", in_text=True)))
    assert walk.case.steps == before


def test_an_answer_of_a_round_that_is_over_keeps_its_sort() -> None:
    walk = club(
        record("look", fields=[FIELD], outcomes={"done": "next", "more": {"again": True}}), record("last")
    )
    seq = walk.do("look", DAY, outcome="more", fields={"grade": 3})[0].seq
    assert walk.refused_act(correction(walk, seq, "fields.grade", "4", old=3)).rule == "correct.grade"
    assert walk.refused_act(correction(walk, seq, "fields.grade", 4, old=True)).rule == "correct.grade"
    assert walk.refused_act(correction(walk, seq, "fields.grade", 4, old="x")).rule == "correct.grade"
    walk.take(agreed(walk, correction(walk, seq, "fields.grade", 4, old=3)))
    assert walk.state("look").values == {}


def test_a_closed_case_can_still_be_corrected() -> None:
    walk, seq = graded()
    walk.take(Withdraw(known=walk.known("subject"), occurred_on=LATER))
    walk.take(agreed(walk, correction(walk, seq, "fields.grade", 4, old=3)))
    assert (walk.state("look").values, walk.status()) == ({"grade": 4}, "closed")


def refused_case() -> Walk:
    rule = step("decision", "rule", outcomes={"yes": "next", "no": {"end": "refused"}})
    walk = club(record("look"), rule, record("last"))
    walk.do("look", NEXT)
    walk.do("rule", LATER, outcome="no")
    return walk


def test_an_appeal_opens_again_what_ended_the_case() -> None:
    walk = refused_case()
    event = walk.take(Appeal(known=walk.known("subject"), occurred_on=LATER, reason="unfair"))[0]
    assert isinstance(event.body, facts.CaseReopened)
    assert (walk.status(), walk.case.outcome, walk.case.closed_on) == ("open", None, None)
    assert (walk.state("rule").status, walk.state("rule").round) == ("open", 2)
    assert walk.state("look").status == "done"
    walk.do("rule", LATER, outcome="yes")
    assert walk.state("last").status == "open"


def test_only_a_refusal_is_appealed_against_with_a_reason_and_not_before_it() -> None:
    assert club().refused_act(Appeal(known=by(club()), occurred_on=DAY, reason="x")).rule == "appeal.refused"
    left = club()
    left.take(Withdraw(known=left.known("subject"), occurred_on=DAY))
    assert isinstance(
        left.refused_act(Appeal(known=left.known("subject"), occurred_on=DAY, reason="x")), NotPossible
    )
    walk = refused_case()
    assert walk.refused_act(Appeal(known=walk.known("subject"), occurred_on=LATER)).rule == "appeal.reason"
    early = walk.refused_act(Appeal(known=walk.known("subject"), occurred_on=NEXT, reason="x"))
    assert (early.rule, early.passes_on) == ("whole-case.order", LATER)
    assert isinstance(walk.refused_act(Appeal(known=by(walk), occurred_on=LATER, reason="x")), NotEntitled)
    assert walk.case.subject == SUBJECT


def test_a_period_served_stays_served_through_an_appeal() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5"}
    rule = step("decision", "rule", outcomes={"yes": "next", "no": {"end": "refused"}})
    period = step("period", "trial", starts="apply", lasts="P1M", basis="5", entries=[duty], after="rule")
    walk = club(rule, period, step("decision", "end", after="trial", outcomes={"no": {"end": "refused"}}))
    walk.do("rule", outcome="yes")
    walk.entry("trial", "report", DAY)
    walk.wait(date(2026, 7, 1))
    walk.do("end", outcome="no")
    walk.take(Appeal(known=walk.known("subject"), occurred_on=walk.day, reason="x"))
    assert walk.state("trial").status == "done"
    assert isinstance(walk.act("end"), object)
    assert EntryRecord(kind="report").kind == "report"


def test_the_entries_of_a_period_are_checked_again_when_its_start_is_corrected() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5"}
    period = step("period", "trial", starts="look", lasts="P5D", basis="5", entries=[duty])
    walk = club(record("look"), period, record("last"))
    seq = walk.do("look", NEXT)[0].seq
    walk.entry("trial", "report", date(2026, 6, 3))
    walk.wait(LATER)
    refused = walk.refused_act(
        agreed(walk, correction(walk, seq, "occurred_on", "2026-06-04", old="2026-06-02"))
    )
    assert isinstance(refused, TooEarly)
    assert (refused.rule, refused.passes_on) == ("trial.report", date(2026, 6, 4))
    walk.case = walk.case.model_copy(update={"proposals": ()})
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-03", old="2026-06-02")))
    assert walk.dates()["trial.ends"] == date(2026, 6, 8)


def test_what_was_done_after_a_period_does_not_come_before_its_corrected_end() -> None:
    period = step("period", "trial", starts="look", lasts="P5D", basis="5")
    walk = club(record("look"), period, record("ask"), record("last"))
    seq = walk.do("look", NEXT)[0].seq
    walk.do("ask", date(2026, 6, 10))
    walk.day = LATER
    refused = walk.refused_act(
        agreed(walk, correction(walk, seq, "occurred_on", "2026-06-06", old="2026-06-02"))
    )
    assert (refused.rule, refused.passes_on) == ("ask.order", date(2026, 6, 11))


def test_every_act_on_the_case_is_signed_by_whoever_did_it() -> None:
    walk = refused_case()
    found = walk.take(Appeal(known=walk.known("subject"), occurred_on=LATER, reason="x"))
    found += walk.take(Suspend(known=by(walk, "ann"), occurred_on=LATER, reason="x"))
    found += walk.take(Resume(known=by(walk, "bob"), occurred_on=LATER, reason="y"))
    target = (TARGET, *walk.case.path[1:])
    proposal = walk.take(Transfer(known=by(walk, "ann", target_path=target), occurred_on=LATER, reason="z"))
    found += proposal
    found += walk.take(Transfer(known=there(walk, "bob"), occurred_on=LATER, confirms=proposal[-1].seq))
    found += walk.take(Withdraw(known=there(walk, "cid"), occurred_on=LATER, reason="w"))
    signed = [(e.type, e.actor, e.post) for e in found if e.actor is not None]
    assert signed == [
        ("case-reopened", SUBJECT, None),
        ("case-suspended", "ann", "post"),
        ("case-resumed", "bob", "post"),
        ("transfer-proposed", "ann", "post"),
        ("case-transferred", "bob", "post"),
        ("case-closed", "cid", "post"),
    ]
    assert {e.occurred_on for e in found} == {LATER}
    assert [e.body.reason for e in found if hasattr(e.body, "reason")] == ["x", "x", "y", "z", None, "w"]


def test_only_those_named_resume_a_case() -> None:
    walk = club()
    walk.take(Suspend(known=by(walk), occurred_on=DAY, reason="x"))
    refused = walk.refused_act(Resume(known=by(walk, role="lodge.elder"), occurred_on=DAY))
    assert isinstance(refused, NotEntitled)


def test_the_mark_of_a_wait_stays_where_it_is_over_by_the_corrected_day_as_well() -> None:
    walk = club(
        record("look"), record("ask", not_before={"wait": "P10D", "of": "look", "basis": "7"}), record("last")
    )
    seq = walk.do("look", NEXT)[0].seq
    walk.wait(LATER)
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-10", old="2026-06-02")))
    assert walk.case.steps["ask"].ready
    assert walk.wait(date(2026, 6, 21)) == ()


def test_the_mark_of_a_window_goes_with_the_day_the_notice_was_hung() -> None:
    walk = club(step("notice", "notice", window="P5D", window_basis="13"), record("last"))
    seq = walk.entry("notice", "published", DAY)[0].seq
    walk.wait(date(2026, 6, 7))
    assert walk.state("notice").ready
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-02", old="2026-06-01")))
    assert walk.state("notice").ready
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-04", old="2026-06-02")))
    assert not walk.state("notice").ready
    assert [e.type for e in walk.wait(date(2026, 6, 9))] == ["window-ended"]


def test_the_mark_of_a_period_whose_duties_are_missing_goes_with_its_corrected_start() -> None:
    duty = {"id": "report", "title": text("Report"), "by": ["lodge.warden"], "basis": "5", "at_least": 1}
    period = step("period", "trial", starts="look", lasts="P10D", basis="5", entries=[duty])
    walk = club(record("look"), period, record("last"))
    seq = walk.do("look", NEXT)[0].seq
    walk.wait(date(2026, 6, 13))
    assert walk.state("trial").ready
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-03", old="2026-06-02")))
    assert walk.state("trial").ready
    walk.take(agreed(walk, correction(walk, seq, "occurred_on", "2026-06-08", old="2026-06-03")))
    assert not walk.state("trial").ready
    walk.entry("trial", "report", date(2026, 6, 14))
    walk.wait(date(2026, 6, 18))
    assert walk.state("trial").done_on == date(2026, 6, 18)


def three_stages() -> Walk:
    half = step("period", "trial", starts="look", lasts="P5D", basis="5", after=[])
    stages = [
        {"id": "one", "title": text("One"), "steps": [record("apply"), record("look")]},
        {"id": "two", "title": text("Two"), "steps": [half]},
        {
            "id": "three",
            "title": text("Three"),
            "outcome": "joined",
            "steps": [record("ask"), record("last")],
        },
    ]
    return Walk(guild(stages=stages), DAY)


def test_a_corrected_day_in_the_first_stage_is_no_later_than_what_was_done_in_the_third() -> None:
    walk = three_stages()
    seq = walk.do("look", NEXT)[0].seq
    walk.wait(date(2026, 6, 7))
    assert walk.case.stages == {"one": DAY, "two": NEXT, "three": date(2026, 6, 7)}
    walk.do("ask", date(2026, 6, 8))
    walk.day = LATER
    refused = walk.refused_act(
        agreed(walk, correction(walk, seq, "occurred_on", "2026-06-09", old="2026-06-02"))
    )
    assert (refused.rule, refused.passes_on) == ("ask.order", date(2026, 6, 9))


@pytest.mark.parametrize("kind", [Withdraw, Suspend, Resume, Transfer, Correct, Appeal])
@pytest.mark.parametrize("who", ["subject", "warden", "stranger"])
@pytest.mark.parametrize("on", [date(2026, 5, 31), DAY, LATER, date(2026, 7, 1)])
@pytest.mark.parametrize("suspended", [False, True])
def test_what_a_day_comes_to_is_what_the_act_meets_that_day(
    kind: Any, who: str, on: date, *, suspended: bool
) -> None:
    walk = club()
    if suspended:
        walk.take(Suspend(known=by(walk), occurred_on=NEXT, reason="ill"), NEXT)
    known = {
        "subject": walk.known("subject"),
        "warden": by(walk),
        "stranger": walk.known("subject").model_copy(update={"actor": "stranger", "posts": ()}),
    }[who]
    act = kind(known=known, occurred_on=on, reason="why")
    foretold = outlook_on_case(walk.process, walk.case, act, at(LATER)).refused
    try:
        decide(walk.process, walk.case, act, at(LATER))
        met = None
    except RuleViolation as refused:
        met = refused
    if foretold is not None:
        assert met is not None
        assert (met.rule, met.passes_on) == (foretold.rule, foretold.passes_on)
    else:
        # The rest stands in the form: which unit, which value, which outcome.
        assert met is None or met.rule in {"transfer.to-unit", "correct.path"}
