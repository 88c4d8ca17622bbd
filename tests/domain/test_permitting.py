"""Who may act: by post, case role or as the person concerned; substitutes; never the same one twice."""

from __future__ import annotations

import gc
import weakref
from datetime import date
from typing import Any

import pytest

from domain.acts import Withdraw
from domain.circumstances import Circumstances
from domain.permitting import actor_title, actors_of
from domain.refusals import NotEntitled, SamePersonTwice, StepNotOpen
from tests.domain.walking import Walk, at_step, guild, post, record, step
from tests.domain.world import SUBJECT

DAY = date(2026, 6, 1)
ELDER = "lodge.elder"


def asks(**more: Any) -> Walk:
    return Walk(guild(record("ask", **more)), DAY)


def known(walk: Walk, actor: str, *posts: Any) -> Circumstances:
    return walk.known("lodge.warden", actor=actor, posts=posts)


def test_whoever_holds_the_post_in_the_case_s_unit_may_act() -> None:
    walk = asks()
    event = walk.take(walk.act("ask", known=known(walk, "ann", post("lodge.warden", name="p-7"))))[0]
    assert (event.actor, event.post, event.on_behalf_of) == ("ann", "p-7", None)


@pytest.mark.parametrize(
    "held",
    [
        (),
        (post(ELDER),),
        (post("lodge.auditor"),),
        (post("lodge.warden", unit="u-other-lodge"),),
        (post("council.warden"),),
    ],
)
def test_nobody_acts_without_the_post_or_in_another_unit(held: Any) -> None:
    walk = asks()
    refused = walk.refused_act(walk.act("ask", known=known(walk, "ann", *held)))
    assert isinstance(refused, NotEntitled)
    assert (refused.rule, refused.basis) == ("ask.by", "gen")
    assert refused.detail.en == "This is for those who hold, on that day: Warden"
    found = walk.why_not("ask", known(walk, "ann", *held))
    assert found is not None
    assert found.rule == "ask.by"


def test_the_refusal_rests_on_the_article_of_the_step() -> None:
    walk = asks(basis="13")
    assert walk.refused_act(walk.act("ask", known=known(walk, "ann"))).basis == "13"


def test_a_unit_that_is_not_on_the_path_gives_nobody_a_right() -> None:
    walk = Walk(guild(record("ask", by=["council.clerk", "lodge.warden"])), DAY, kinds=("lodge",))
    assert walk.refused_act(walk.act("ask", known=known(walk, "ann", post("council.clerk")))).rule == "ask.by"
    assert walk.take(walk.act("ask", known=known(walk, "ann", post("lodge.warden"))))


def test_the_person_concerned_acts_only_where_the_definition_says_so_whatever_posts_he_holds() -> None:
    walk = asks()
    mine = known(walk, SUBJECT, post("lodge.warden"))
    assert walk.refused_act(walk.act("ask", known=mine)).rule == "ask.by"
    own = asks(by="subject")
    event = own.take(own.act("ask", known=known(own, SUBJECT, post("lodge.warden"))))[0]
    assert (event.actor, event.post) == (SUBJECT, None)


def test_nobody_else_acts_as_the_person_concerned() -> None:
    walk = asks(by="subject")
    refused = walk.refused_act(walk.act("ask", known=known(walk, "ann", post("lodge.warden"))))
    assert refused.detail.en.endswith("the person concerned")


def test_people_in_a_case_role_act_by_name() -> None:
    walk = Walk(guild(step("appoint", "name", role="sponsors"), record("ask", by="sponsors")), DAY)
    walk.do("name", people=("member-3", "member-4"))
    assert walk.refused_act(walk.act("ask", known=known(walk, "member-5"))).rule == "ask.by"
    event = walk.take(walk.act("ask", known=known(walk, "member-4")))[0]
    assert (event.actor, event.post) == ("member-4", None)


def test_a_substitute_acts_by_a_lent_post_and_both_are_named() -> None:
    walk = asks()
    event = walk.take(walk.act("ask", known=known(walk, "bob", post("lodge.warden", lent_by="ann"))))[0]
    assert (event.actor, event.on_behalf_of) == ("bob", "ann")
    assert walk.state("ask").actors == ("bob", "ann")


def test_nobody_uses_the_post_of_the_person_concerned_in_his_own_case() -> None:
    walk = asks()
    lent = known(walk, "bob", post("lodge.warden", lent_by=SUBJECT))
    assert walk.refused_act(walk.act("ask", known=lent)).rule == "ask.by"


def test_whoever_holds_the_post_himself_does_not_act_for_another() -> None:
    walk = asks()
    both = known(
        walk, "bob", post("lodge.warden", lent_by="ann", name="lent"), post("lodge.warden", name="own")
    )
    event = walk.take(walk.act("ask", known=both))[0]
    assert (event.post, event.on_behalf_of) == ("own", None)


def separated(**rule: Any) -> Walk:
    first = step("appoint", "name", role="sponsors")
    rules = [{"type": "separation", "steps": ["look"], "case_roles": ["sponsors"], "basis": "9", **rule}]
    walk = Walk(guild(first, record("look"), record("ask", rules=rules)), DAY)
    walk.do("name", people=("member-3",))
    walk.take(walk.act("look", known=known(walk, "bob", post("lodge.warden", lent_by="ann"))))
    return walk


@pytest.mark.parametrize(
    "who,lent_by",
    [("bob", None), ("ann", None), ("cid", "ann"), ("cid", "bob"), ("member-3", None), ("cid", "member-3")],
)
def test_whoever_acted_before_himself_or_through_a_substitute_does_not_act_here(
    who: str, lent_by: Any
) -> None:
    walk = separated()
    same = known(walk, who, post("lodge.warden", lent_by=lent_by))
    refused = walk.refused_act(walk.act("ask", known=same))
    assert isinstance(refused, SamePersonTwice)
    assert (refused.rule, refused.basis) == ("ask.separation", "9")
    found = walk.why_not("ask", same)
    assert isinstance(found, SamePersonTwice)


def test_somebody_else_may_act_where_two_are_asked_for() -> None:
    walk = separated()
    assert walk.why_not("ask", known(walk, "cid", post("lodge.warden"))) is None
    assert walk.take(walk.act("ask", known=known(walk, "cid", post("lodge.warden"))))


def test_a_substitute_of_two_acts_for_the_one_without_a_part() -> None:
    walk = separated()
    both = known(
        walk,
        "cid",
        post("lodge.warden", lent_by="ann", name="a"),
        post("lodge.warden", lent_by="dan", name="d"),
    )
    event = walk.take(walk.act("ask", known=both))[0]
    assert (event.post, event.on_behalf_of) == ("d", "dan")


def test_a_separation_that_is_a_finding_is_noted_and_stops_nobody() -> None:
    walk = separated(level="finding", id="same-hand")
    done = walk.take(walk.act("ask", known=known(walk, "bob", post("lodge.warden"))))[0].body
    assert [(w.rule, w.level, w.detail.en) for w in done.warnings] == [  # type: ignore[union-attr]
        ("same-hand", "finding", "This should be done by somebody else.")
    ]


def test_a_separation_under_a_condition_binds_only_there() -> None:
    walk = separated(when={"no_unit": "lodge"})
    assert walk.take(walk.act("ask", known=known(walk, "bob", post("lodge.warden"))))
    assert (
        separated(says={"zh": "换人", "en": "Ask another"}, when={"unit": "lodge"})
        .refused("ask", known=known(walk, "bob", post("lodge.warden")))
        .detail.en
        == "Ask another"
    )


def test_a_step_is_closed_until_what_precedes_it_is_done() -> None:
    walk = Walk(guild(record("look"), record("ask")), DAY)
    refused = walk.refused_act(walk.act("look").model_copy(update={"step": "ask"}))
    assert isinstance(refused, StepNotOpen)
    assert (refused.rule, refused.detail.en) == ("ask.order", "First comes: Look")
    nowhere = walk.refused_act(walk.act("look").model_copy(update={"step": "fly"}))
    assert (nowhere.rule, nowhere.detail.en) == ("fly.order", "This step is not open now.")
    found = walk.why_not("fly", walk.known("lodge.warden"))
    assert found is not None
    assert found.rule == "fly.order"


def test_what_is_done_is_done_once() -> None:
    walk = Walk(guild(record("look"), record("ask")), DAY)
    act = walk.act("look")
    walk.take(act)
    assert walk.refused_act(act).rule == "look.order"
    found = walk.why_not("look", act.known)
    assert isinstance(found, StepNotOpen)


def test_nothing_is_done_in_a_closed_case() -> None:
    walk = asks()
    act = walk.act("ask")
    walk.take(Withdraw(known=walk.known("lodge.warden"), occurred_on=DAY))
    assert (walk.refused_act(act).rule, walk.refused_act(act).detail.en) == (
        "case.open",
        "The case is closed.",
    )
    found = walk.why_not("ask", act.known)
    assert found is not None
    assert found.rule == "case.open"


def test_why_not_tells_of_the_wait_and_passes_when_it_is_over() -> None:
    walk = asks(not_before={"wait": "P5D", "of": "apply", "basis": "7"})
    found = walk.why_not("ask", walk.known("lodge.warden"))
    assert found is not None
    assert (found.rule, found.passes_on) == ("ask.not-before", date(2026, 6, 6))
    walk.day = date(2026, 6, 6)
    assert walk.why_not("ask", walk.known("lodge.warden")) is None


def test_in_a_period_only_those_with_a_duty_may_do_something() -> None:
    duty = {"id": "report", "title": {"zh": "报告", "en": "Report"}, "by": [ELDER], "basis": "5"}
    process = guild(step("period", "trial", starts="apply", lasts="P1M", basis="5", entries=[duty]))
    assert actors_of(process.steps["trial"]) == (ELDER,)
    assert actors_of(process.steps["apply"]) == ("lodge.warden",)
    bare = guild(step("period", "trial", starts="apply", lasts="P1M", basis="5"))
    assert actors_of(bare.steps["trial"]) == ()
    walk = Walk(process, DAY)
    found = walk.why_not("trial", walk.known("lodge.warden"))
    assert isinstance(found, NotEntitled)
    assert walk.why_not("trial", walk.known(ELDER)) is None


def test_a_refusal_that_is_only_told_is_gone_once_nobody_knows_it() -> None:
    """Without a search for garbage, which takes the longer the more refusals there are."""
    walk = asks()
    gc.collect()
    gc.disable()
    try:
        gone = weakref.ref(_told(walk))
    finally:
        gc.enable()
    assert gone() is None


def _told(walk: Walk) -> NotEntitled:
    refused = walk.why_not("ask", known(walk, "ann"))
    assert isinstance(refused, NotEntitled)
    return refused


def test_actors_are_called_by_their_titles() -> None:
    process = guild()
    assert actor_title(process, "subject").en == "the person concerned"
    assert actor_title(process, "sponsors").en == "Sponsors"
    assert actor_title(process, "lodge.warden").zh == "Warden。"
    assert actor_title(process, "lodge.cook").en == "lodge.cook"


def test_nobody_decides_on_a_membership_in_which_he_is_concerned() -> None:
    walk = at_step("object-consent")
    mine = walk.known("base-committee.reviewer", actor=SUBJECT)
    assert walk.refused_act(walk.act("object-consent", known=mine)).rule == "object-consent.by"
