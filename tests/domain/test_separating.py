"""Separation of duties by level, stage, part, time and appeal; and for those who are named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.acts import Appeal
from domain.case import Case
from domain.events import StepCompleted
from tests.domain.walking import Walk, guild, post, record, step
from tests.domain.world import SUBJECT

DAY = date(2026, 6, 1)


def known(walk: Walk, who: str, *posts: Any) -> Any:
    return walk.known("lodge.warden", actor=who, posts=posts)


def apart(*steps: Any, **rule: Any) -> Walk:
    rules = [{"type": "separation", "basis": "9", "id": "apart", **rule}]
    last = record("ask", by=["council.clerk", "lodge.warden"], rules=rules)
    return Walk(guild(*steps, last, whole_case={"appeal": ["subject"]}), DAY)


def asks(walk: Walk, who: str, lent_by: str | None = None) -> str | None:
    clerk = known(walk, who, post("council.clerk", lent_by=lent_by))
    found = walk.why_not("ask", clerk)
    return None if found is None else found.rule


@pytest.mark.parametrize("who,lent_by", [("bob", None), ("ann", None), ("cid", "bob"), ("cid", "ann")])
def test_nobody_acts_at_two_levels_himself_or_through_a_substitute(who: str, lent_by: str | None) -> None:
    walk = apart(record("look", by=["lodge.warden", "council.clerk"]), unit_kinds=["lodge"])
    walk.take(walk.act("look", known=known(walk, "bob", post("lodge.warden", lent_by="ann"))))
    assert walk.case.acted_for["lodge"][-2:] == ("bob", "ann")
    assert asks(walk, who, lent_by) == "apart"


def test_whoever_acted_at_the_same_level_only_may_act() -> None:
    walk = apart(record("look", by=["lodge.warden", "council.clerk"]), unit_kinds=["lodge"])
    walk.take(walk.act("look", known=known(walk, "bob", post("council.clerk"))))
    assert asks(walk, "bob") is None


def test_what_older_events_do_not_say_their_step_says_where_one_level_alone_may_act() -> None:
    walk = apart(record("look", by="lodge.warden"), unit_kinds=["lodge"])
    walk.take(walk.act("look", known=known(walk, "bob", post("lodge.warden"))))
    walk.case = Case.model_validate(walk.case.model_dump() | {"acted_for": {}})
    assert asks(walk, "bob") == "apart"


def test_acting_anywhere_else_keeps_apart_and_a_second_round_of_the_step_itself_does_not() -> None:
    walk = apart(record("look"), anywhere=True)
    walk.take(walk.act("look", known=known(walk, "bob", post("lodge.warden"))))
    assert asks(walk, "bob") == "apart"
    assert asks(walk, "cid") is None


def test_who_held_a_case_role_is_kept_apart_after_others_took_it_over() -> None:
    walk = apart(step("appoint", "name", role="sponsors"), case_roles=["sponsors"])
    walk.do("name", people=("member-3",))
    walk.do("name", outcome="replace", people=("member-4",), reason="moved away")
    assert walk.case.former == {"sponsors": ("member-3",)}
    assert asks(walk, "member-3") == "apart"
    assert asks(walk, "member-4") == "apart"
    assert asks(walk, "member-5") is None


def test_whoever_decided_what_an_appeal_reopened_does_not_decide_again() -> None:
    rules = [{"type": "separation", "basis": "9", "id": "apart", "before_an_appeal": True}]
    judge = step(
        "decision",
        "ask",
        by="council.clerk",
        rules=rules,
        outcomes={"yes": "next", "no": {"end": "refused"}},
    )
    walk = Walk(guild(judge, whole_case={"appeal": ["subject"]}), DAY)
    walk.take(walk.act("ask", outcome="no", known=known(walk, "cid", post("council.clerk", lent_by="ann"))))
    walk.take(Appeal(known=known(walk, SUBJECT), occurred_on=DAY, reason="unheard"))
    assert walk.case.decided_before == ("cid", "ann")
    assert [asks(walk, one) for one in ("cid", "ann", "bob")] == ["apart", "apart", None]
    assert asks(walk, "bob", "ann") == "apart"


@pytest.mark.parametrize("level,refused", [("block", True), ("finding", False)])
def test_those_who_are_named_are_kept_apart_from_what_they_did(level: str, refused: bool) -> None:
    rules = [
        {
            "type": "separation",
            "who": "named",
            "steps": ["look"],
            "level": level,
            "basis": "9",
            "id": "apart",
        }
    ]
    naming_step = step("appoint", "name", role="sponsors", rules=rules)
    walk = Walk(guild(record("look"), naming_step, record("file")), DAY)
    walk.take(walk.act("look", known=known(walk, "member-3", post("lodge.warden"))))
    naming = walk.act("name", people=("member-3",))
    if refused:
        assert walk.refused_act(naming).rule == "apart"
        walk.do("name", people=("member-4",))
        replacing = walk.act("name", people=("member-3",)).model_copy(
            update={"outcome": "replace", "reason": "moved"}
        )
        assert walk.refused_act(replacing).rule == "apart"
    else:
        body = walk.take(naming)[0].body
        assert isinstance(body, StepCompleted)
        assert [one.rule for one in body.warnings] == ["apart"]
