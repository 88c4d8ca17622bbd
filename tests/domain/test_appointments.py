"""People into case roles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import events as facts
from domain.circumstances import PersonFacts
from domain.refusals import NotEligible, NotPossible, ReasonRequired, SamePersonTwice, TooEarly
from tests.domain.walking import Walk, at_step, guild, post, record, step

DAY = date(2026, 6, 1)


def naming(role: str = "sponsors", **more: Any) -> Walk:
    return Walk(guild(step("appoint", "name", role=role, **more), record("last")), DAY)


@pytest.mark.parametrize(
    "people,says",
    [((), "Sponsors: 1 to 2 needed."), (("member-1", "member-2", "member-3"), "Sponsors: 1 to 2 needed.")],
)
def test_a_role_takes_so_many_people(people: Any, says: str) -> None:
    refused = naming().refused("name", people=people)
    assert isinstance(refused, NotEligible)
    assert (refused.rule, refused.basis, refused.detail.en) == ("name.count", "3", says)
    assert refused.passes_when is not None


def test_an_exact_number_is_told_as_one() -> None:
    refused = naming("witness").refused("name", people=("member-1", "member-2"))
    assert refused.detail.en == "Witness: 1 needed."


@pytest.mark.parametrize("people", [("member-1",), ("member-1", "member-2")])
def test_those_named_hold_the_role_from_then_on(people: Any) -> None:
    walk = naming()
    walk.do("name", people=people)
    assert walk.case.people == {"sponsors": people}


def test_nobody_is_named_twice_where_two_are_asked_for() -> None:
    refused = naming().refused("name", people=("member-1", "member-1"))
    assert isinstance(refused, SamePersonTwice)
    assert refused.rule == "name.distinct"


@pytest.mark.parametrize(
    "person,rule",
    [("subject-1", "name.not-subject"), ("stranger", "name.person"), ("guest-1", "name.standing")],
)
def test_nobody_unfit_is_named(person: str, rule: str) -> None:
    walk = naming()
    people = (*walk.known("lodge.warden").people, PersonFacts(id="guest-1", standing="guest"))
    known = walk.known("lodge.warden", people=people)
    refused = walk.refused_act(walk.act("name", known=known, people=("member-1", person)))
    assert isinstance(refused, NotEligible)
    assert (refused.rule, refused.basis) == (rule, "3")
    assert person not in refused.detail.en


@pytest.mark.parametrize("lent_by", [None, "member-9"])
def test_whoever_appoints_himself_or_by_a_substitute_is_not_named(lent_by: Any) -> None:
    walk = naming("witness")
    known = walk.known("lodge.warden", actor="member-1", posts=(post("lodge.warden", lent_by=lent_by),))
    for person in ("member-1", *([lent_by] if lent_by else [])):
        assert walk.refused_act(walk.act("name", known=known, people=(person,))).rule == "name.not-appointer"
    assert walk.take(walk.act("name", known=known, people=("member-2",)))


def both_roles(first: str, second: str) -> Walk:
    steps = (step("appoint", "one", role=first), step("appoint", "two", role=second), record("last"))
    walk = Walk(guild(*steps), DAY)
    walk.do("one", people=("member-1",))
    return walk


@pytest.mark.parametrize("first,second", [("sponsors", "witness"), ("witness", "sponsors")])
def test_roles_exclude_each_other_whichever_was_filled_first(first: str, second: str) -> None:
    walk = both_roles(first, second)
    assert walk.refused("two", people=("member-1",)).rule == f"two.not-{first}"
    assert walk.do("two", people=("member-2",))


def test_a_restriction_bars_from_a_role_or_asks_for_a_reason() -> None:
    walk = naming("witness")
    for kind, level in (("banned", "block"), ("warned", "late")):
        people = (PersonFacts(id="member-1", standing="mason", restrictions=(kind,)),)
        known = walk.known("lodge.warden", people=people)
        refused = walk.refused_act(walk.act("name", known=known, people=("member-1",), reason=None))
        assert (refused.rule, refused.level, refused.basis) == (f"name.{kind}", level, "4")
    warned = (PersonFacts(id="member-1", standing="mason", restrictions=("warned",)),)
    known = walk.known("lodge.warden", people=warned)
    done = walk.take(walk.act("name", known=known, people=("member-1",), reason="nobody else"))[0].body
    assert [w.rule for w in done.warnings] == ["name.warned"]  # type: ignore[union-attr]


def test_people_are_replaced_with_a_reason_and_those_before_are_kept_in_the_record() -> None:
    walk = naming()
    walk.do("name", people=("member-1",))
    assert isinstance(walk.refused("name", people=("member-2",), outcome="done"), NotPossible)
    unexplained = walk.refused("name", people=("member-2",), outcome="replace", reason=None)
    assert isinstance(unexplained, ReasonRequired)
    assert unexplained.rule == "name.replaced"
    event = walk.do("name", people=("member-2",), outcome="replace")[0]
    assert isinstance(event.body, facts.PeopleReplaced)
    assert (event.body.people, event.body.before) == (("member-2",), ("member-1",))
    assert walk.case.people["sponsors"] == ("member-2",)
    assert walk.state("name").outcome == "done"


def test_a_replacement_is_checked_like_an_appointment() -> None:
    walk = naming()
    walk.do("name", people=("member-1",))
    assert walk.refused("name", people=("stranger",), outcome="replace").rule == "name.person"


def test_nobody_is_replaced_before_he_was_appointed() -> None:
    walk = naming()
    later = DAY + timedelta(days=3)
    walk.do("name", later, people=("member-1",))
    refused = walk.refused("name", DAY, people=("member-2",), outcome="replace")
    assert isinstance(refused, TooEarly)
    assert refused.passes_on == later
    assert walk.do("name", later, people=("member-2",), outcome="replace")


def test_a_role_that_is_not_replaceable_stays_as_it_is() -> None:
    walk = naming(replaceable=False)
    walk.do("name", people=("member-1",))
    assert walk.refused("name", people=("member-2",), outcome="replace").rule == "name.order"


def test_introducers_are_two_full_members_and_not_the_person_concerned() -> None:
    walk = at_step("introducers")
    assert walk.refused("introducers", people=("member-1",)).rule == "introducers.count"
    assert walk.refused("introducers", people=("member-1", "subject-1")).rule == "introducers.not-subject"
    under = tuple(
        PersonFacts(id=one.id, standing=one.standing, restrictions=("party-probation",))
        for one in walk.known("branch.secretary").people
    )
    barred = walk.refused_act(walk.act("introducers", known=walk.known("branch.secretary", people=under)))
    assert (barred.rule, barred.basis) == ("introducers.party-probation", "14")
