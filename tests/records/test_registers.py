"""Circumstances: what the registers say of an act's day, and what they keep to themselves."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.case import Case
from records import organisation, standings
from records.definitions import read_library
from records.prepared import watched
from records.problems import NotFound
from records.registers import ActedOn, circumstances
from tests.builders import HOST, SECRETARY, SUBJECT
from tests.records.organisations import OUTSIDER, SINCE, an_organisation
from tests.records.walks import PROCESS, start

DAY = date(2026, 6, 1)
ROOT = Path(__file__).resolve().parents[2]
MEMBERSHIP = read_library(ROOT / "processes").find("membership-development", "2026.1")


@pytest.fixture
def organised(database):
    database.write_now(an_organisation)
    return database


def known(database, actor=SECRETARY, on=DAY, today=DAY, **more):
    return database.read_now(
        lambda c: circumstances(c, PROCESS, "circle-1", actor, ActedOn(on, today), **more)
    )


def test_a_post_counts_when_it_is_held_on_both_days(organised):
    organised.write_now(lambda c: organisation.end_post(c, f"post-{SECRETARY}", DAY))
    later, before = DAY + timedelta(days=1), SINCE - timedelta(days=1)
    assert [post.actor for post in known(organised).posts] == ["circle.secretary"]
    assert known(organised, on=DAY, today=later).posts == ()
    assert known(organised, on=before, today=DAY).posts == ()


def test_a_lent_post_counts_while_it_is_lent_and_names_its_holder(organised):
    organised.write_now(
        lambda c: organisation.add_delegation(
            c, post_id=f"post-{HOST}", substitute=OUTSIDER, from_on=DAY, to_on=DAY
        )
    )
    held = known(organised, OUTSIDER).posts
    assert [(post.actor, post.on_behalf_of) for post in held] == [
        ("circle.secretary", None),
        ("circle.host", HOST),
    ]
    assert held[0].unit == "circle-2"
    assert [
        post.on_behalf_of for post in known(organised, OUTSIDER, today=DAY + timedelta(days=1)).posts
    ] == [None]


def test_a_lent_post_its_holder_lost_counts_no_more(organised):
    organised.write_now(
        lambda c: organisation.add_delegation(c, post_id=f"post-{HOST}", substitute=OUTSIDER, from_on=SINCE)
    )
    organised.write_now(lambda c: organisation.end_post(c, f"post-{HOST}", DAY - timedelta(days=1)))
    assert [post.actor for post in known(organised, OUTSIDER).posts] == ["circle.secretary"]


def test_the_path_goes_from_the_unit_to_the_root_with_what_rules_ask_of_each(organised):
    def more(connection):
        organisation.change_unit(connection, "committee-1", may_approve=True)
        for number in range(3):
            person = f"m-{number}"
            organisation.add_person(connection, id=person, name="员")
            standings.set_standing(connection, person, "full-member", "circle-1", DAY, source="import")

    organised.write_now(more)
    path = known(organised).path
    assert [(unit.id, unit.kind, unit.may_approve, unit.full_members) for unit in path] == [
        ("circle-1", "circle", False, 3),
        ("committee-1", "committee", True, 0),
    ]
    assert known(organised, on=DAY - timedelta(days=1)).path[0].full_members == 0


def test_where_a_transfer_leads_is_a_path_too(organised):
    found = known(organised, target_unit="circle-2")
    assert [unit.id for unit in found.target_path] == ["circle-2", "committee-1"]
    assert [unit.id for unit in found.path] == ["circle-1", "committee-1"]


@pytest.mark.parametrize("target", [None, "nowhere"])
def test_a_unit_that_does_not_exist_is_not_found(organised, target):
    with pytest.raises(NotFound):
        organised.read_now(
            lambda c: circumstances(
                c,
                PROCESS,
                "circle-1" if target else "nowhere",
                SECRETARY,
                ActedOn(DAY, DAY),
                target_unit=target,
            )
        )


def test_only_the_subjects_birthday_is_told(organised):
    found = known(organised, subject=SUBJECT, named=[HOST, HOST, "unknown"])
    assert [(person.id, person.born_on, person.standing) for person in found.people] == [
        (SUBJECT, date(1990, 1, 1), "none"),
        (HOST, None, "member"),
    ]


def test_standing_and_restrictions_are_those_of_the_day(organised):
    def more(connection):
        standings.set_standing(connection, HOST, "guest", "circle-1", DAY, source="import")
        organisation.add_restriction(connection, HOST, "warned", DAY, DAY)
        organisation.add_restriction(connection, HOST, "barred", DAY)

    organised.write_now(more)

    def host(on):
        (facts,) = known(organised, on=on, named=[HOST]).people
        return facts.standing, facts.restrictions

    assert host(DAY - timedelta(days=1)) == ("member", ())
    assert host(DAY) == ("guest", ("barred", "warned"))
    assert host(DAY + timedelta(days=1)) == ("guest", ("barred",))


def test_a_standing_of_another_process_says_nothing_here(organised):
    organised.write_now(
        lambda c: standings.set_standing(
            c, HOST, "full-member", "circle-1", DAY, source="import", among=["full-member"]
        )
    )
    assert known(organised, named=[HOST]).people[0].standing == "member"


def test_everybody_in_a_case_role_is_told_of(organised):
    recorded = organised.write_now(start)
    case: Case = recorded.case.model_copy(update={"people": {"sponsors": (HOST,)}})
    found = organised.read_now(lambda c: circumstances(c, PROCESS, case, SECRETARY, ActedOn(DAY, DAY)))
    assert [person.id for person in found.people] == [SUBJECT, HOST]


def branch(connection):
    organisation.add_unit(connection, id="base", kind="base-committee", name="基层党委", may_approve=True)
    organisation.add_unit(connection, id="branch", kind="branch", name="支部", parent="base")
    for number in range(9):
        person = f"m-{number}"
        organisation.add_person(connection, id=person, name="员")
        standings.set_standing(connection, person, "full-member", "branch", SINCE, source="import")


def roster(database, body, on=DAY):
    found = database.read_now(lambda c: circumstances(c, MEMBERSHIP, "branch", "m-0", ActedOn(on, on)))
    return found.roster(body)


def standing_body():
    return next(name for name, body in MEMBERSHIP.bodies.items() if body.standing and body.unit == "branch")


def role_body():
    return next(
        (name, body) for name, body in MEMBERSHIP.bodies.items() if body.roles and body.unit == "branch"
    )


@pytest.mark.parametrize("restriction", MEMBERSHIP.bodies["branch.full-members"].without)
def test_a_member_whose_vote_is_suspended_is_not_on_the_roster(database, restriction):
    database.write_now(branch)
    database.write_now(lambda c: organisation.add_restriction(c, "m-3", restriction, DAY, DAY))
    full = tuple(f"m-{number}" for number in range(9))
    assert roster(database, standing_body()).people == tuple(person for person in full if person != "m-3")
    assert roster(database, standing_body(), DAY + timedelta(days=1)).people == full


def test_another_restriction_takes_no_vote(database):
    database.write_now(branch)
    database.write_now(lambda c: organisation.add_restriction(c, "m-3", "warning", DAY))
    assert "m-3" in roster(database, standing_body()).people


def test_a_body_of_posts_is_whoever_holds_one_that_day_each_once(database):
    name, body = role_body()
    database.write_now(branch)

    def give(connection):
        for number, role in enumerate((body.roles[0], body.roles[0], body.roles[-1], "no-such-role")):
            organisation.add_post(
                connection,
                person_id=f"m-{number // 2}" if number < 2 else f"m-{number}",
                role=role,
                unit_id="branch",
                from_on=DAY,
                to_on=DAY,
            )

    database.write_now(give)
    assert roster(database, name).people == ("m-0", "m-2")
    assert roster(database, name, DAY + timedelta(days=1)).people == ()


def test_a_body_of_a_unit_that_is_not_on_the_path_does_not_exist(database):
    database.write_now(branch)
    elsewhere = [
        name for name, body in MEMBERSHIP.bodies.items() if body.unit not in {"branch", "base-committee"}
    ]
    assert all(roster(database, name) is None for name in elsewhere)


def test_circumstances_take_four_statements_however_many_bodies_there_are(database):
    database.write_now(branch)
    database.write_now(lambda c: organisation.add_person(c, id="s", name="申请人"))
    count = []

    def work(connection):
        sa.event.listen(connection, "before_cursor_execute", lambda *given: count.append(given[2]))
        with watched(count.append):
            return circumstances(connection, MEMBERSHIP, "branch", "m-0", ActedOn(DAY, DAY), subject="s")

    assert len(database.read_now(work).rosters) >= 2
    assert len([statement for statement in count if statement != "BEGIN"]) == 4
