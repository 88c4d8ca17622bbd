"""Each row plants one fault: a condition on what does not exist, is not known yet, or can never be so."""

import pytest

from tests.domain.club import fault, told

WHEN = "when: {unit: league}"
MOBILE = "both_places_when: {field: application.mobile}"
LATER = "need not be over by then"


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault(WHEN, "when: {unit: moon}", "there is no unit kind 'moon'"),
        fault(WHEN, "when: {no_unit: moon}", "there is no unit kind 'moon'"),
        fault(WHEN, "when: {no_unit: club}", "can never hold: every case belongs to a club"),
        fault(WHEN, "when: {unit: league, no_unit: league}", "can never hold: a league and none"),
        fault(WHEN, "when: {}", "states nothing, so it always holds"),
        fault(WHEN, "when: {outcomes: {nothing: [done]}}", "there is no step 'nothing'"),
        fault(WHEN, "when: {outcomes: {vote: [carried]}}", f"vote {LATER}"),
        fault(WHEN, "when: {outcomes: {talk: []}}", "can never hold: no outcome is named"),
        fault(WHEN, "when: {outcomes: {talk: [liked]}}", "talk has no outcome 'liked'"),
        fault(
            WHEN,
            "when: {outcomes: {talk: [postponed]}}",
            "can never hold: talk is not done after 'postponed'",
        ),
        fault(
            MOBILE,
            "both_places_when: {field: application.age}",
            "there is no field 'application.age': write step.field",
        ),
        fault(MOBILE, "both_places_when: {field: mobile}", "there is no field 'mobile': write step.field"),
        fault(MOBILE, "both_places_when: {field: vote.months, equals: 6}", f"vote {LATER}"),
        fault(
            MOBILE,
            "both_places_when: {field: application.track, equals: middle}",
            "can never hold: 'middle' is not among the choices of track",
        ),
        fault(
            MOBILE,
            "both_places_when: {field: application.mobile, equals: 7}",
            "can never hold: 7 is no answer to mobile, which is of type boolean",
        ),
        fault(
            "{id: mobile, title: {zh: 流动, en: Mobile}, type: boolean}",
            "{id: mobile, title: {zh: 流动, en: Mobile}}",
            "can never hold: application.mobile is free text, which no rule looks at",
            "both_places_when",
        ),
        fault(
            "escalate: [league.clerk]}",
            "when: {unit: moon}}",
            "there is no unit kind 'moon'",
        ),
        fault(
            "materials: [minutes]",
            "materials: [{id: minutes, when: {unit: moon}}]",
            "there is no unit kind 'moon'",
        ),
        fault(
            "            every: P6M\n",
            "            every: P6M\n            materials: [{id: minutes, when: {unit: moon}}]\n",
            "there is no unit kind 'moon'",
            "when: {unit: moon}",
        ),
        fault(
            "case_roles: [sponsors], basis: gen}",
            "when: {unit: moon}, basis: gen}",
            "there is no unit kind 'moon'",
        ),
        fault(
            '{of: trial.ends, basis: "7"}',
            "{of: trial.ends, basis: gen, when: {unit: moon}}",
            "there is no unit kind 'moon'",
        ),
    ],
)
def test_a_condition_that_cannot_hold_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]
