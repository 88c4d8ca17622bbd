"""Staffing: a step that will not have its people is known before the case is stuck."""

from datetime import date, timedelta

import pytest

from domain.at_hand import Lasting, Picture
from domain.circumstances import LentFor, Relative
from domain.deciding import decide
from domain.evolving import replay
from domain.reading import read_process
from domain.staffing import shortages, unheld
from tests.builders import HOST, SECRETARY, SUBJECT, a_case, a_process, a_start, noon

EVER = date(2015, 1, 1)
SECRETARIES, HOSTS = ("circle-1", "secretary"), ("circle-1", "host")
DAY = timedelta(days=1)


def has(person, from_on=EVER, to_on=None, **more):
    return Lasting(person, from_on, to_on, **more)


def a_picture(secretaries=None, hosts=None, away=()):
    secretaries = [has(SECRETARY)] if secretaries is None else secretaries
    hosts = [has(HOST)] if hosts is None else hosts
    leave: dict[str, tuple[Lasting, ...]] = {}
    for one in away:
        leave[one.person] = (*leave.get(one.person, ()), one)
    return Picture({SECRETARIES: tuple(secretaries), HOSTS: tuple(hosts)}, leave, {}, {}, {})


@pytest.fixture
def case():
    return a_case()[0]


def short(case, picture, today=None):
    found = shortages(a_process(), case, picture, today or case.opened_on)
    return {one.step: one for one in found}


def reasons(one):
    return [(out.person, out.why, out.until) for out in one.out]


def test_a_case_with_people_for_every_step_is_short_of_none(case):
    assert short(case, a_picture()) == {}


def test_a_post_nobody_holds_is_missed_in_every_step_that_asks_for_it(case):
    found = short(case, a_picture(secretaries=()))
    assert list(found) == ["talk", "trial", "notice"]
    assert (found["talk"].needed, found["talk"].have, found["talk"].out) == (1, 0, ())


def test_an_end_of_a_post_is_seen_from_far(case):
    last = case.opened_on + timedelta(days=200)
    found = short(case, a_picture(hosts=[has(HOST, to_on=last)]))
    assert list(found) == ["admit"]
    assert reasons(found["admit"]) == [(HOST, "expired", last)]
    assert found["admit"].first > last


def test_leave_that_ends_before_the_step_is_due_holds_nobody_up(case):
    first = case.opened_on
    due = short(case, a_picture(secretaries=()))["talk"].last
    back = has(SECRETARY, first, due - DAY)
    assert "talk" not in short(case, a_picture(away=[back]))
    away = has(SECRETARY, first, due)
    found = short(case, a_picture(away=[away]))
    assert reasons(found["talk"]) == [(SECRETARY, "absent", due)]


def test_a_substitute_is_enough_where_the_post_is_lent_for_the_case(case):
    away = has(SECRETARY, case.opened_on, case.opened_on + timedelta(days=90))
    for lent_for, enough in (
        (None, True),
        (LentFor(stages=("asking",)), True),
        (LentFor(stages=("reading",)), False),
    ):
        lent = has("person-9", case.opened_on, None, on_behalf_of=SECRETARY, lent_for=lent_for)
        found = short(case, a_picture(secretaries=[has(SECRETARY), lent], away=[away]))
        assert ("talk" not in found) is enough


def test_nobody_decides_about_himself_nor_by_a_substitute(case):
    lent = has("person-9", on_behalf_of=SUBJECT)
    found = short(case, a_picture(secretaries=[has(SUBJECT), lent]))
    assert reasons(found["talk"]) == [(SUBJECT, "subject", None), ("person-9", "subject", None)]


def test_who_will_hold_the_post_in_time_counts(case):
    due = short(case, a_picture(secretaries=()))["talk"].last
    assert "talk" not in short(case, a_picture(secretaries=[has("person-9", due)]))
    found = short(case, a_picture(secretaries=[has("person-9", due + DAY)]))
    assert reasons(found["talk"]) == [("person-9", "not-yet", due + DAY)]


def test_a_case_that_stands_still_is_short_of_nobody(case):
    still = case.model_copy(update={"status": "suspended"})
    assert short(still, a_picture(secretaries=())) == {}


MEETING = """\
process: club
version: "1"
title: {zh: 社团, en: Club}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds: {circle: {zh: 读书会, en: Circle}}
starts_in: circle
standings: {guest: {zh: 来宾, en: Guest}, member: {zh: 会员, en: Member}}
first_standing: guest
roles:
  circle.secretary: {title: {zh: 秘书, en: Secretary}}
  circle.host: {title: {zh: 主持人, en: Host}}
bodies:
  circle.members:
    {title: {zh: 会员, en: Members}, unit: circle, standing: member, without: [barred], basis: "1"}
restrictions: {barred: {zh: 停止权利, en: Barred}}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  lost: {title: {zh: 未获通过, en: Lost}, kind: refused}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case: {withdraw: [subject]}
stages:
  - id: joining
    title: {zh: 入会, en: Joining}
    standing: member
    outcome: joined
    steps:
      - {id: apply, kind: record, title: {zh: 申请, en: Apply}, by: subject}
      - {id: look, kind: record, title: {zh: 审查, en: Look}, by: [circle.secretary, circle.host]}
      - id: check
        kind: decision
        title: {zh: 复核, en: Check}
        by: [circle.secretary, circle.host]
        rules: [{type: separation, steps: [look], level: block, basis: "2"}]
        outcomes: {passed: next}
      - id: vote
        kind: meeting
        title: {zh: 表决, en: Vote}
        by: circle.secretary
        body: circle.members
        quorum: {more_than: 1/2, of: eligible, basis: "3"}
        carried: {more_than: 1/2, of: eligible, basis: "3"}
        outcomes: {carried: next, lost: {end: lost}}
"""


def in_the_club(picture):
    process = read_process(MEETING, "club.yaml")
    started = a_start()
    case = replay(process, decide(process, None, started, noon(started.occurred_on)))
    return {one.step: one for one in shortages(process, case, picture, case.opened_on)}, case.opened_on


def with_members(picture, *people, barred=()):
    restricted = {(one.person, "barred"): (one,) for one in barred}
    return picture._replace(standings={("circle-1", "member"): people}, restricted=restricted)


def test_two_steps_that_ask_for_different_people_need_two():
    members = [has(f"m{number}") for number in range(3)]
    found, _ = in_the_club(with_members(a_picture(), *members))
    assert found == {}
    found, _ = in_the_club(with_members(a_picture(hosts=()), *members))
    assert list(found) == ["check"]
    assert (found["check"].needed, found["check"].have) == (1, 0)
    assert reasons(found["check"]) == [(SECRETARY, "separation", None)]


def test_a_substitute_makes_one_person_not_two():
    members = [has(f"m{number}") for number in range(3)]
    lent = has("person-9", on_behalf_of=SECRETARY)
    found, _ = in_the_club(with_members(a_picture(secretaries=[has(SECRETARY), lent], hosts=()), *members))
    assert list(found) == ["check"]


def test_a_meeting_needs_its_quorum_of_those_who_are_there():
    members = [has(f"m{number}") for number in range(4)]
    picture = with_members(a_picture(), *members)
    found, today = in_the_club(picture)
    assert found == {}
    leave = {one.person: (has(one.person, today, today + timedelta(days=90)),) for one in members[:2]}
    found, _ = in_the_club(picture._replace(away=leave))
    assert (found["vote"].who, found["vote"].needed, found["vote"].have) == ("circle.members", 3, 2)
    assert reasons(found["vote"]) == [(one, "absent", today + timedelta(days=90)) for one in ("m0", "m1")]


def test_who_may_not_vote_is_not_counted_and_named():
    members = [has(f"m{number}") for number in range(2)]
    picture = with_members(a_picture(), *members, barred=[has("m0"), has("m1")])
    found, _ = in_the_club(picture)
    assert [(person, why) for person, why, _ in reasons(found["vote"])] == [
        ("m0", "restricted"),
        ("m1", "restricted"),
    ]
    assert found["vote"].have == 0


def test_posts_that_nobody_holds_anywhere_are_named_with_bodies_without_members():
    assert unheld(a_process(), frozenset({"circle.secretary"})) == ("circle.host",)
    assert unheld(a_process(), frozenset({"circle.secretary", "circle.host"})) == ()


ROLES = """
case_roles:
  sponsors:
    title: {zh: 介绍人, en: Sponsors}
    count: {min: 2, max: 2}
    standing: member
    not: [subject, appointer]
    relatives: {level: block, basis: "5"}
    bars: [{restriction: barred, basis: "5"}]
    basis: "5"
  guide:
    title: {zh: 联系人, en: Guide}
    count: {min: 1, max: 1}
    standing: member
    not: [subject, sponsors]
    basis: "5"
"""
NAMED = """\
      - {id: sponsors, kind: appoint, title: {zh: 指定, en: Names}, by: circle.secretary, role: sponsors}
      - {id: guide, kind: appoint, title: {zh: 指定, en: Names}, by: circle.secretary, role: guide}
      - id: vote
"""
WITH_ROLES = MEETING.replace("stages:\n", f"{ROLES.strip()}\nstages:\n").replace("      - id: vote\n", NAMED)
MEMBERS = tuple(has(f"m{number}") for number in range(3))


def to_be_named(*members, **more):
    """What the step lacks at which sponsors are named in a club with these members."""
    picture = with_members(a_picture(), *members, barred=more.pop("barred", ()))._replace(**more)
    process = read_process(WITH_ROLES, "club.yaml")
    started = a_start()
    case = replay(process, decide(process, None, started, noon(started.occurred_on)))
    found = {one.step: one for one in shortages(process, case, picture, case.opened_on)}
    return found.get("sponsors")


def test_a_case_role_to_be_filled_needs_enough_members_who_could_be_given_it():
    assert to_be_named(*MEMBERS) is None
    lacks = to_be_named(*MEMBERS[:1])
    assert (lacks.who, lacks.kind, lacks.have) == ("sponsors", "appoint", 1)


def test_roles_that_exclude_each_other_need_different_people():
    lacks = to_be_named(*MEMBERS[:2])
    assert (lacks.needed, lacks.have) == (3, 2)


def test_the_subject_a_relative_who_is_barred_or_away_and_who_alone_appoints_is_no_candidate():
    today = a_start().occurred_on
    leave = {"m2": (has("m2", today, today + timedelta(days=90)),)}
    kin = {SUBJECT: (Relative(person="m2", kind="sibling"),)}
    for one, why, more in (
        (has(SUBJECT), "subject", {}),
        (has(SECRETARY), "separation", {}),
        (MEMBERS[2], "restricted", {"barred": MEMBERS[2:]}),
        (MEMBERS[2], "absent", {"away": leave}),
        (MEMBERS[2], "recused", {"relatives": kin}),
        (has("m2", EVER, today - DAY), "expired", {}),
    ):
        lacks = to_be_named(*MEMBERS[:2], one, **more)
        assert [(out.person, out.why) for out in lacks.out] == [(one.person, why)], why


def test_one_of_two_who_appoint_may_be_named_by_the_other():
    hold = {SECRETARIES: (has(SECRETARY), has("s2")), HOSTS: (has(HOST),)}
    assert to_be_named(has(SECRETARY), *MEMBERS[:2], posts=hold) is None


def test_a_relative_and_who_declared_a_conflict_count_in_no_meeting():
    text = MEETING.replace(
        "outcomes:\n  joined", 'recusal: {relations: [sibling], basis: "3"}\noutcomes:\n  joined'
    )
    process = read_process(text, "club.yaml")
    started = a_start()
    case = replay(process, decide(process, None, started, noon(started.occurred_on)))
    case = case.model_copy(update={"recused": ("m0",)})
    picture = with_members(a_picture(), *MEMBERS[:2], has(SUBJECT))
    picture = picture._replace(relatives={SUBJECT: (Relative(person="m1", kind="sibling"),)})
    vote = next(one for one in shortages(process, case, picture, case.opened_on) if one.step == "vote")
    assert (vote.needed, vote.have) == (1, 0)
    assert reasons(vote) == [("m0", "recused", None), ("m1", "recused", None), (SUBJECT, "subject", None)]


def test_a_secretary_related_to_the_subject_does_not_count_where_something_is_decided():
    text = MEETING.replace(
        "outcomes:\n  joined", 'recusal: {relations: [sibling], basis: "3"}\noutcomes:\n  joined'
    )
    process = read_process(text, "club.yaml")
    started = a_start()
    case = replay(process, decide(process, None, started, noon(started.occurred_on)))
    kin = {SUBJECT: (Relative(person=HOST, kind="sibling"),)}
    picture = with_members(a_picture(secretaries=()), *MEMBERS)._replace(relatives=kin)
    found = {one.step: one for one in shortages(process, case, picture, case.opened_on)}
    assert reasons(found["check"]) == [(HOST, "recused", None)]
