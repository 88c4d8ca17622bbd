"""Who may say what of a finding, and who may not say it of himself."""

from __future__ import annotations

import pytest

from domain.auditing.lives import Life, may_say, sayable, whose_case
from domain.circumstances import HeldPost
from domain.refusals import NotEntitled, NotPossible, SamePersonTwice
from tests.domain.auditing.telling import told

CASE = told("ordinary-2026").history()
PROCESS = CASE.edition
RAISED = Life(state="raised", spoke=("explainer",), acted=("actor",))


def held(role, unit="branch", kind=None, on_behalf_of=None):
    return HeldPost(
        id=f"{unit}.{role}", role=role, unit=unit, unit_kind=kind or unit, on_behalf_of=on_behalf_of
    )


def says(saying, post, person="somebody", life=RAISED):
    return may_say(saying, life, whose_case(PROCESS, CASE.case), person, (post,))


SECRETARY, REVIEWER = held("secretary"), held("reviewer", "base-committee")


def test_the_case_s_own_unit_explains_and_says_how_it_was_remedied():
    assert says("explain", SECRETARY) == SECRETARY
    assert says("remedy", SECRETARY, life=Life(state="accepted")) == SECRETARY
    with pytest.raises(NotEntitled):
        says("explain", REVIEWER)


@pytest.mark.parametrize("saying", ["accept", "dismiss"])
def test_a_unit_above_accepts_or_dismisses(saying):
    assert says(saying, REVIEWER) == REVIEWER
    with pytest.raises(NotEntitled):
        says(saying, SECRETARY)


@pytest.mark.parametrize("role", ["auditor", "admin"])
@pytest.mark.parametrize("saying", ["explain", "accept", "dismiss"])
def test_an_auditor_and_an_administrator_decide_nothing(saying, role):
    for unit in ("branch", "base-committee"):
        with pytest.raises(NotEntitled):
            says(saying, held(role, unit))


@pytest.mark.parametrize("person", ["explainer", "actor"])
@pytest.mark.parametrize("saying", ["accept", "dismiss"])
def test_whoever_spoke_or_acted_in_it_neither_accepts_nor_dismisses(saying, person):
    with pytest.raises(SamePersonTwice):
        says(saying, REVIEWER, person)


def test_a_substitute_does_not_make_one_person_into_two():
    with pytest.raises(SamePersonTwice):
        says("dismiss", held("reviewer", "base-committee", on_behalf_of="actor"))


def test_nobody_speaks_of_findings_in_his_own_case():
    with pytest.raises(NotEntitled):
        says("explain", SECRETARY, CASE.case.subject)


@pytest.mark.parametrize(
    "saying,state",
    [("remedy", "raised"), ("accept", "accepted"), ("dismiss", "accepted"), ("explain", "dismissed")],
)
def test_nothing_is_said_out_of_turn(saying, state):
    post = SECRETARY if saying in {"explain", "remedy"} else REVIEWER
    with pytest.raises(NotPossible):
        says(saying, post, life=Life(state=state))


def test_what_somebody_may_say_is_told():
    assert sayable(RAISED, whose_case(PROCESS, CASE.case), "somebody", (SECRETARY,)) == ("explain",)
    assert sayable(RAISED, whose_case(PROCESS, CASE.case), "somebody", (REVIEWER,)) == ("accept", "dismiss")
    assert sayable(RAISED, whose_case(PROCESS, CASE.case), "actor", (REVIEWER,)) == ()
