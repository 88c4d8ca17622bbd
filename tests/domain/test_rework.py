"""Work that goes back, rounds, and decisions of several."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import events as facts
from domain.refusals import ReasonRequired, SamePersonTwice, TooEarly
from tests.domain.walking import Walk, at_step, guild, post, record, step

DAY = date(2026, 6, 1)
LATER = DAY + timedelta(days=3)


def judged(**outcomes: Any) -> Walk:
    effects = {"good": "next", "bad": {"return_to": "draft", "needs_reason": True}, **outcomes}
    return Walk(
        guild(
            record("draft", materials=["letter"]),
            record("check"),
            step("decision", "rule", outcomes=effects),
            record("last"),
        ),
        DAY,
    )


def kinds(events: Any) -> list[tuple[str, str | None]]:
    return [(event.type, event.step) for event in events]


def test_work_sent_back_starts_a_new_round_of_the_step_and_of_all_after_it() -> None:
    walk = judged()
    walk.do("draft")
    walk.do("check")
    new = walk.do("rule", LATER, outcome="bad")
    assert kinds(new) == [("step-completed", "rule"), ("step-returned", "draft"), ("step-opened", "draft")]
    returned = new[1].body
    assert isinstance(returned, facts.StepReturned)
    assert (returned.again, returned.reason) == (("draft", "check", "rule"), "because")
    states = walk.case.steps
    assert [(states[s].status, states[s].round) for s in ("draft", "check", "rule")] == [
        ("open", 2),
        ("again", 2),
        ("again", 2),
    ]
    assert states["draft"].opened_on == LATER


def test_a_new_round_asks_for_the_papers_anew_and_for_nothing_before_the_return() -> None:
    walk = judged()
    walk.do("draft")
    walk.do("check")
    walk.do("rule", LATER, outcome="bad")
    assert isinstance(walk.refused("draft", DAY), TooEarly)
    assert walk.refused("draft", DAY).passes_on == LATER
    assert walk.refused("draft", LATER, materials={}).rule == "draft.letter"
    walk.do("draft", LATER)
    walk.do("check", LATER)
    walk.do("rule", LATER, outcome="good")
    assert (walk.state("rule").round, walk.state("last").round) == (2, 1)


def test_sending_back_needs_a_reason_where_the_definition_says_so() -> None:
    walk = judged()
    walk.do("draft")
    walk.do("check")
    refused = walk.refused("rule", outcome="bad", reason=" ")
    assert isinstance(refused, ReasonRequired)
    assert refused.rule == "rule.reason"


def test_a_step_may_start_again_itself() -> None:
    walk = judged(unclear={"again": True})
    walk.do("draft")
    walk.do("check")
    walk.do("rule", outcome="unclear")
    assert (walk.state("rule").status, walk.state("rule").round) == ("open", 2)
    assert walk.state("check").status == "done"


def test_an_outcome_must_be_one_of_the_step() -> None:
    walk = judged()
    walk.do("draft")
    walk.do("check")
    assert walk.refused("rule", outcome="splendid").rule == "rule.outcome"
    chosen = walk.act("rule").model_copy(update={"outcome": None})
    assert "good, bad" in walk.refused_act(chosen).detail.en


def test_whoever_returns_work_from_a_branch_beside_it_has_to_decide_again() -> None:
    effects = {"good": "next", "bad": {"return_to": "draft"}}
    beside = step("decision", "rule", outcomes=effects, after="apply")
    walk = Walk(guild(record("draft"), beside, record("last", after=["draft", "rule"])), DAY)
    walk.do("draft")
    walk.do("rule", outcome="bad")
    assert (walk.state("rule").status, walk.state("draft").status) == ("open", "open")
    assert walk.state("rule").round == 2


def test_an_outcome_may_end_the_case() -> None:
    walk = judged(never={"end": "refused"})
    walk.do("draft")
    walk.do("check")
    walk.do("rule", outcome="never")
    assert (walk.status(), walk.case.outcome, walk.case.closed_on) == ("closed", "refused", DAY)
    assert walk.waiting().open == ()


def several(**more: Any) -> Walk:
    effects = {"yes": "next", "no": {"end": "refused"}, "unsure": "next"}
    return Walk(
        guild(step("decision", "rule", **{"need": 2, "outcomes": effects, **more}), record("last")), DAY
    )


def answer(walk: Walk, who: str, outcome: str = "yes", lent_by: str | None = None) -> Any:
    known = walk.known("lodge.warden", actor=who, posts=(post("lodge.warden", lent_by=lent_by),))
    return walk.act("rule", known=known, outcome=outcome)


def test_so_many_equal_answers_of_different_people_decide() -> None:
    walk = several()
    assert kinds(walk.take(answer(walk, "ann"))) == [("answer-given", "rule")]
    assert (walk.state("rule").status, walk.open("rule").answers) == ("open", 1)
    assert kinds(walk.take(answer(walk, "bob", "unsure"))) == [("answer-given", "rule")]
    assert kinds(walk.take(answer(walk, "cid")))[:2] == [("answer-given", "rule"), ("step-completed", "rule")]
    assert walk.state("rule").outcome == "yes"
    assert walk.state("rule").actors == ("ann", "bob", "cid")


@pytest.mark.parametrize(
    "who,lent_by", [("ann", None), ("ann", "dan"), ("dan", "ann"), ("bob", None), ("dan", "bob")]
)
def test_nobody_answers_twice_himself_or_through_a_substitute(who: str, lent_by: Any) -> None:
    walk = several(need=3)
    walk.take(answer(walk, "ann"))
    walk.take(answer(walk, "cid", lent_by="bob"))
    again = answer(walk, who, lent_by=lent_by)
    refused = walk.refused_act(again)
    assert isinstance(refused, SamePersonTwice)
    assert refused.rule == "rule.answers"
    assert isinstance(walk.why_not("rule", again.known), SamePersonTwice)


def test_an_answer_that_ends_the_case_is_final_at_once() -> None:
    walk = several(need=3)
    walk.take(answer(walk, "ann"))
    walk.take(answer(walk, "bob", "no"))
    assert walk.case.outcome == "refused"


def test_where_all_have_answered_and_nothing_is_decided_all_are_asked_again() -> None:
    walk = several(of=3, need=3)
    for who, said in (("ann", "yes"), ("bob", "unsure")):
        walk.take(answer(walk, who, said))
    new = walk.take(answer(walk, "cid", "yes"))
    assert kinds(new) == [("answer-given", "rule"), ("step-returned", "rule"), ("step-opened", "rule")]
    assert (walk.state("rule").round, walk.state("rule").answers) == (2, ())
    for who in ("ann", "bob", "cid"):
        walk.take(answer(walk, who))
    assert walk.state("rule").outcome == "yes"


def test_the_last_of_those_asked_may_still_decide() -> None:
    walk = several(of=3, need=2)
    for who, said in (("ann", "yes"), ("bob", "unsure"), ("cid", "yes")):
        walk.take(answer(walk, who, said))
    assert (walk.state("rule").outcome, walk.state("rule").round) == ("yes", 1)


def test_a_single_decider_leaves_no_separate_answer() -> None:
    walk = several(need=1)
    assert kinds(walk.take(answer(walk, "ann")))[0] == ("step-completed", "rule")


def test_the_superior_sends_a_membership_back_to_the_branch_meeting() -> None:
    walk = at_step("approval")
    walk.do("approval", outcome="returned")
    again = {one for one, state in walk.case.steps.items() if state.status == "again"}
    assert again == {"submission", "superior-talk", "approval", "general-branch-review"}
    assert (walk.state("branch-vote").status, walk.state("branch-vote").round) == ("open", 2)
    assert walk.until("approval").case.steps["approval"].round == 2
