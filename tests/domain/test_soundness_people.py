"""Each row plants one fault: a role nobody can hold, or one that is used before anybody was appointed."""

import pytest

from tests.domain.club import CLUB, fault, told

SPONSORS = '    not: [subject]\n    bars: [{restriction: warned, level: late, basis: "3"}]\n'
TALKER = "        by: club.secretary\n        due:"
SEPARATION = "case_roles: [sponsors], basis: gen}"
STANDING = '{type: standing, who: sponsors, standing: member, basis: "3"}'
APPOINTS = "        by: [club.secretary]\n        role: sponsors\n"
ASSEMBLY = "unit: club, standing: member, basis:"
REVIEW = "        by: league.clerk\n"


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault("starts_in: club", "starts_in: chapter", "there is no unit kind 'chapter'"),
        fault("first_standing: guest", "first_standing: ghost", "there is no standing 'ghost'"),
        fault("    standing: candidate\n", "    standing: candidates\n", "there is no standing 'candidates'"),
        fault(
            "  league.clerk:",
            "  moon.clerk: {title: {zh: 月, en: Moon}}\n  league.clerk:",
            "nobody can hold it: there is no unit kind 'moon'",
            "moon.clerk",
        ),
        fault(
            "  league.clerk:",
            "  clerk: {title: {zh: 月, en: Moon}}\n  league.clerk:",
            "a post is named by its kind of unit and role, such as branch.secretary",
            "  clerk: {title",
        ),
        fault(ASSEMBLY, "unit: moon, standing: member, basis:", "there is no unit kind 'moon'"),
        fault(ASSEMBLY, "unit: club, standing: ghost, basis:", "there is no standing 'ghost'"),
        fault(
            ASSEMBLY,
            "unit: club, basis:",
            "nobody belongs to it: it has neither roles nor a standing",
            "assembly: {title",
        ),
        fault(
            ASSEMBLY,
            "unit: club, without: [drunk], standing: member, basis:",
            "there is no restriction 'drunk'",
        ),
        fault(
            "    roles: [secretary]\n",
            "    roles: [secretary, treasurer]\n",
            "nobody can hold club.treasurer: it is not among the roles",
        ),
        fault("    instead: assembly\n", "    instead: senate\n", "there is no body 'senate'"),
        fault("    instead: assembly\n", "    instead: board\n", "circular: board stands in for itself"),
        fault(
            "    instead: assembly\n",
            "",
            "says nothing about who decides in a smaller unit: instead",
            "needs_full_members: 7",
        ),
        fault("min: 1, max: 2", "min: 3, max: 2", "asks for more people at the least than at the most"),
        fault(
            "    standing: member\n    not:",
            "    standing: ghost\n    not:",
            "nobody can hold it: there is no standing 'ghost'",
            "standing: ghost",
        ),
        fault("restriction: warned,", "restriction: drunk,", "there is no restriction 'drunk'"),
        fault("not: [subject]", "not: [subject, rivals]", "there is no other case role 'rivals'"),
        fault(
            "bodies:\n",
            "  rivals: {title: {zh: 对手, en: Rivals}, count: {min: 1, max: 1}, basis: gen}\nbodies:\n",
            "nobody is ever appointed to it: no step of kind appoint has this role",
            "  rivals:",
        ),
        fault(
            "withdraw: [subject]",
            "withdraw: [subject, nobody]",
            "nobody can be 'nobody': there is no such case role",
        ),
        fault(
            "transfer: [club.secretary]",
            "suspend: [subject]",
            "a suspended case could never go on: nobody may resume it",
        ),
        fault(
            "told: [subject, club.secretary]",
            "told: [subject, club.treasurer]",
            "nobody can be 'club.treasurer': there is no such post",
        ),
        fault(REVIEW, "        by: league.boss\n", "nobody can be 'league.boss': there is no such post"),
        fault(REVIEW, "        by: []\n", "nobody may act here"),
        fault(
            "escalate: [league.clerk]",
            "escalate: [league.boss]",
            "nobody can be 'league.boss': there is no such post",
        ),
        fault(
            TALKER,
            "        by: sponsors\n        due:",
            "sponsors may not be appointed yet when talk opens",
        ),
        fault(
            "steps: [talk], case_roles: [sponsors]",
            "steps: [talk], case_roles: [rivals]",
            "nobody can be 'rivals': there is no such case role",
        ),
        fault(
            '- {type: age, at_least: 18, basis: "1"}',
            "- {type: separation, case_roles: [sponsors], basis: gen}",
            "sponsors may not be appointed yet when application opens",
        ),
        fault(
            '- {type: age, at_least: 18, basis: "1"}',
            "- {type: restriction, who: sponsors, none_of: [warned], basis: gen}",
            "sponsors may not be appointed yet when application opens",
        ),
        fault(
            STANDING,
            "{type: standing, who: sponsors, standing: ghost, basis: gen}",
            "there is no standing 'ghost'",
        ),
        fault(
            STANDING,
            "{type: standing, who: nobody, standing: member, basis: gen}",
            "nobody can be 'nobody': there is no such case role",
        ),
        fault(
            STANDING,
            "{type: restriction, who: subject, none_of: [drunk], basis: gen}",
            "there is no restriction 'drunk'",
        ),
        fault(STANDING, "{type: unit, unit: moon, basis: gen}", "there is no unit kind 'moon'"),
        fault("body: assembly", "body: senate", "there is no body 'senate'"),
        fault(
            REVIEW,
            "        by: [subject]\n        need: 2\n",
            "can never be met: at most 1 people may act here",
            "need: 2",
        ),
        fault(
            REVIEW,
            "        by: league.clerk\n        need: 3\n        of: 2\n",
            "can never be met: 3 equal answers of 2",
            "need: 3",
        ),
        fault(
            REVIEW,
            "        by: [sponsors]\n        need: 3\n",
            "can never be met: at most 2 people may act here",
            "need: 3",
        ),
        fault(
            "            by: [sponsors]\n",
            "            by: [rivals]\n",
            "nobody can be 'rivals': there is no such case role",
        ),
    ],
)
def test_a_role_nobody_can_hold_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]


def test_a_role_appointed_only_sometimes_does_where_the_step_has_the_same_condition():
    sometimes, _ = fault(
        APPOINTS, f"        when: {{unit: league}}\n{APPOINTS}        help: {{zh: 一, en: x}}\n", "", "zh: 一"
    )
    sentences = [line.split(": ", 1)[1] for line in told(sometimes)]

    assert "sponsors may not be appointed yet when vote opens" in sentences
    assert "sponsors may not be appointed yet when review opens" not in sentences


def test_two_case_roles_exclude_each_other_only_if_the_later_one_says_so():
    role = "{title: {zh: 对手, en: Rivals}, count: {min: 1, max: 1}, not: [subject, sponsors], basis: gen}"
    rivals = ("bodies:\n", f"  rivals: {role}\nbodies:\n")
    step = "{id: rivals, kind: appoint, title: {zh: 对手, en: R}, by: club.secretary, role: rivals}"
    appoint = ("      - id: sponsors\n", f"      - {step}\n      - id: sponsors\n")
    faulty, _ = fault(*rivals, "")
    faulty = faulty.replace(*appoint)

    assert [line.split(": ", 1)[1] for line in told(faulty)] == [
        "sponsors may be appointed later, and does not exclude rivals in turn"
    ]
    assert told(faulty.replace("    not: [subject]\n", "    not: [subject, rivals]\n")) == []


def test_people_appointed_while_a_step_is_open_will_do_where_others_may_act_as_well():
    alone, says = fault(
        "        role: sponsors\n",
        "        role: sponsors\n        after: [application]\n",
        "sponsors may not be appointed yet when talk opens",
        "        by: club.secretary\n        due:",
    )
    beside = alone.replace(
        TALKER, "        by: [club.secretary, sponsors]\n        after: [application]\n        due:"
    )

    assert told(beside) == []
    assert says in told(alone.replace(TALKER, "        by: [sponsors]\n        due:"))


def test_people_appointed_while_a_period_runs_come_in_time_for_what_is_left_of_it():
    appointing = "      - id: sponsors\n        kind: appoint\n        title: {zh: 介绍人, en: Sponsors}\n"
    rest = "        by: [club.secretary]\n        role: sponsors\n"
    moved = CLUB.replace(appointing + rest, "").replace(
        "      - id: notice\n", f"{appointing}        after: []\n{rest}      - id: notice\n"
    )

    assert [line for line in told(moved) if "trial opens" in line] == []


def test_a_step_that_appoints_to_a_role_nobody_declared_is_told():
    faulty, says = fault(
        "        role: sponsors\n", "        role: rivals\n", "there is no case role 'rivals'"
    )

    assert says in told(faulty)


def test_people_appointed_later_will_not_do_even_where_others_may_act_as_well():
    faulty, says = fault(
        TALKER,
        "        by: [club.secretary, sponsors]\n        due:",
        "sponsors may not be appointed yet when talk opens",
    )

    assert told(faulty) == [says]
