"""Who plays, and what is filled in where a scenario says nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.casting import Cast
from domain.scenarios import ScenarioAct
from domain.scenery import Organisation
from domain.steps import RecordStep
from tests.processes.shipped import MEMBERSHIP, library, scenarios

NEW = library().find(MEMBERSHIP, "2026.1")
DAY = date(2026, 6, 1)
SHARED = scenarios(MEMBERSHIP)["ordinary-2026"].organisation
TITLE = {"zh": "题", "en": "Title"}


def cast(**changes: Any) -> Cast:
    return Cast(NEW, SHARED.with_changes(Organisation.model_validate(changes)))


def act(**more: Any) -> ScenarioAct:
    return ScenarioAct.model_validate({"on": DAY, **more})


def step(**more: Any) -> RecordStep:
    return RecordStep.model_validate({"id": "step", "title": TITLE, "by": "branch.secretary", **more})


def roster(body: str, unit: str = "branch", day: date = DAY, **changes: Any) -> tuple[str, ...]:
    found = cast(**changes).circumstances("zhao", day, unit=unit).roster(body)
    assert found is not None
    return found.people


@pytest.mark.parametrize(
    "field,answer",
    [
        ({"type": "text"}, "field 1"),
        ({"type": "boolean"}, True),
        ({"type": "date"}, "2026-06-01"),
        ({"type": "choice", "choices": ["a", "b"]}, "a"),
        ({"type": "integer"}, 0),
        ({"type": "integer", "at_least": 3}, 3),
    ],
)
def test_a_required_field_gets_an_answer_that_passes(field, answer):
    asked = step(fields=[{"id": "field", "title": TITLE, "required": True, **field}])
    assert cast().play(NEW, asked, act(), None, "branch").fields == {"field": answer}
    assert cast().play(NEW, asked, act(without=["field"]), None, "branch").fields == {}
    assert cast().play(NEW, asked, act(fields={"field": "own"}), None, "branch").fields == {"field": "own"}


def test_a_field_a_rule_looks_at_gets_the_answer_the_rule_wants():
    rule = {"type": "field", "field": "field", "equals": "b", "basis": "1"}
    fields = [{"id": "field", "title": TITLE, "type": "choice", "choices": ["a", "b"]}]
    assert cast().play(NEW, step(fields=fields, rules=[rule]), act(), None, "branch").fields == {"field": "b"}


def test_a_field_of_another_outcome_is_left_alone():
    fields = [{"id": "field", "title": TITLE, "required": True, "for_outcomes": ["b"]}]
    asked = step(fields=fields, outcomes={"a": "next", "b": "next"})
    assert cast().play(NEW, asked, act(outcome="a"), None, "branch").fields == {}
    assert cast().play(NEW, asked, act(outcome="b"), None, "branch").fields == {"field": "field 1"}


def test_every_material_is_handed_in_but_those_named():
    asked = step(materials=["talk-record", {"id": "review-letter", "required": False}])
    assert cast().play(NEW, asked, act(), None, "branch").materials == ("talk-record", "review-letter")
    assert cast().play(NEW, asked, act(without=["talk-record"]), None, "branch").materials == (
        "review-letter",
    )


@pytest.mark.parametrize(
    "by,unit,who",
    [
        (None, "branch", "zhao"),
        (None, "branch-2", "wang"),
        ("branch-2.secretary", "branch", "wang"),
        ("branch.organisation-member", "branch", "sun"),
        ("base-committee.organiser", "branch-2", "you"),
        ("subject", "branch", "subject"),
        ("wu", "branch", "wu"),
    ],
)
def test_an_actor_is_looked_for_on_the_case_s_own_path(by, unit, who):
    assert cast().play(NEW, step(), act(by=by), None, unit).by == who


def test_a_post_that_nobody_on_the_path_holds_is_an_error():
    with pytest.raises(LookupError, match="nobody in the scenario can play"):
        cast().play(NEW, step(by="general-branch.secretary"), act(), None, "branch")


def test_the_full_members_of_a_branch_are_those_of_that_day():
    assert len(roster("branch.full-members")) == 16
    assert "gong" not in roster("branch.full-members")
    later = {
        "unit": "branch",
        "standing": "full-member",
        "standings": [{"standing": "applicant", "from": DAY}],
    }
    assert "wu" not in roster("branch.full-members", people={"wu": later})
    assert "wu" in roster("branch.full-members", day=date(2026, 5, 31), people={"wu": later})


@pytest.mark.parametrize("restriction,votes", [("party-probation", False), ("warning", True)])
def test_who_has_lost_the_vote_is_on_no_roster(restriction, votes):
    wu = {
        "unit": "branch",
        "standing": "full-member",
        "restrictions": [{"restriction": restriction, "from": DAY, "to": date(2026, 7, 1)}],
    }
    people = {"wu": wu}
    assert ("wu" in roster("branch.full-members", people=people)) == votes
    assert ("wu" in roster("branch.full-members", day=date(2026, 7, 1), people=people)) == votes
    assert "wu" in roster("branch.full-members", day=date(2026, 7, 2), people=people)
    assert "wu" in roster("branch.full-members", day=date(2026, 5, 31), people=people)


def test_a_committee_is_whoever_holds_its_posts():
    assert roster("branch.committee") == ("zhao", "qian", "sun", "li", "zhou")
    assert roster("base-committee.committee") == ("shen", "han", "yang", "zhu", "qin")
    assert roster("general-branch.committee", unit="branch-2") == ("chu", "wei", "jiang")
    assert cast().circumstances("zhao", DAY, unit="branch").roster("general-branch.committee") is None


def test_the_path_leads_from_the_unit_to_the_root():
    path = cast().path("branch-2", DAY)
    assert [unit.id for unit in path] == ["branch-2", "general-branch", "base-committee", "department"]
    assert [unit.full_members for unit in path][:2] == [9, 3]
    assert [unit.may_approve for unit in path] == [False, False, True, False]


def test_only_the_subject_s_birthday_is_told_and_it_has_the_case_s_standing():
    known = cast().circumstances("zhao", DAY, unit="branch", named=("wu",))
    subject, wu = known.person("subject"), known.person("wu")
    assert subject is not None
    assert wu is not None
    assert (subject.born_on, subject.standing) == (date(1998, 5, 4), "applicant")
    assert (wu.born_on, wu.standing) == (None, "full-member")


def test_a_lent_post_names_its_holder_and_comes_after_one_s_own():
    posts = cast().circumstances("qian", DAY, unit="branch", in_place_of="zhao").posts
    assert [(post.actor, post.on_behalf_of) for post in posts] == [
        ("branch.deputy-secretary", None),
        ("branch.secretary", "zhao"),
    ]


def test_the_path_of_a_move_is_told():
    known = cast().circumstances("zhao", DAY, unit="branch", to_unit="branch-2")
    assert [unit.id for unit in known.target_path][:2] == ["branch-2", "general-branch"]
    assert cast().circumstances("zhao", DAY, unit="branch").target_path == ()
