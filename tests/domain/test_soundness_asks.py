"""Each row plants one fault: a material, field, rule or threshold that can never be fulfilled."""

import pytest

from tests.domain.club import fault, told

AGE = '{type: age, at_least: 18, basis: "1"}'
COUNT = '{type: count, step: trial, entry: assessment, at_least: 2, basis: "5"}'
DOCUMENT = '{type: document, materials: [application], basis: "1"}'
QUORUM = 'quorum: {more_than: 1/2, of: eligible, basis: "8"}'
CARRIED = 'carried: {more_than: 1/2, of: eligible, basis: "8"}'
MOBILE = "{id: mobile, title: {zh: 流动, en: Mobile}, type: boolean}"
SEPARATION = "{type: separation, steps: [talk], case_roles: [sponsors], basis: gen}"


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault(
            "            every: P6M\n",
            "            every: P6M\n            fields: [{id: m, title: {zh: 分, en: M}, type: choice}]\n",
            "m offers nothing to choose from",
            "fields: [{id: m,",
        ),
        fault(
            "        kind: period\n",
            "        kind: period\n        when: {unit: league}\n",
            "can never be met where trial does not happen",
            "step: trial, entry",
        ),
        fault("materials: [minutes]", "materials: [photos]", "the material 'photos' is not in the catalogue"),
        fault(
            "materials: [minutes]",
            "materials: [{id: minutes, for_outcomes: [drawn]}]",
            "vote has no outcome 'drawn'",
        ),
        fault(
            "            every: P6M\n",
            "            every: P6M\n            materials: [photos]\n",
            "the material 'photos' is not in the catalogue",
            "materials: [photos]",
        ),
        fault(
            DOCUMENT,
            "{type: document, materials: [photos], basis: gen}",
            "the material 'photos' is not in the catalogue",
        ),
        fault(
            AGE,
            "{type: document, materials: [minutes], basis: gen}",
            "nobody hands in minutes by then: no step asks for it",
        ),
        fault(
            "type: choice, choices: [short, long]}", "type: choice}", "track offers nothing to choose from"
        ),
        fault(
            MOBILE,
            "{id: mobile, title: {zh: 流动, en: Mobile}, type: boolean, choices: [a]}",
            "mobile is of type boolean, not choice",
        ),
        fault(
            MOBILE,
            "{id: mobile, title: {zh: 流动, en: Mobile}, type: boolean, at_least: 1}",
            "mobile is of type boolean: only an integer has bounds",
        ),
        fault(
            "            at_least: 6\n            at_most: 12\n",
            "            at_least: 13\n            at_most: 12\n",
            "months can never be answered: its least is more than its most",
            "- id: months",
        ),
        fault("for_outcomes: [extended]", "for_outcomes: [prolonged]", "vote has no outcome 'prolonged'"),
        fault(
            COUNT,
            "{type: count, step: trail, entry: assessment, at_least: 2, basis: gen}",
            "there is no step 'trail'",
        ),
        fault(
            COUNT,
            "{type: count, step: trial, entry: report, at_least: 2, basis: gen}",
            "trial has no entry 'report'",
        ),
        fault(
            AGE,
            "{type: count, step: notice, entry: objection, at_least: 1, basis: gen}",
            "notice need not have begun by then",
        ),
        fault(
            AGE, "{type: field, field: weight, at_least: 1, basis: gen}", "application has no field 'weight'"
        ),
        fault(
            AGE,
            "{type: field, field: track, equals: middle, basis: gen}",
            "can never hold: 'middle' is not among the choices of track",
        ),
        fault(
            AGE,
            "{type: field, field: track, after_act: P3M, basis: gen}",
            "track is of type choice, not date",
        ),
        fault(
            AGE,
            "{type: field, field: track, at_least: 3, basis: gen}",
            "track is of type choice: only an integer has bounds",
        ),
        fault(AGE, "{type: field, field: track, basis: gen}", "says nothing about the field"),
        fault(
            DOCUMENT,
            "{type: field, field: months, at_least: 9, at_most: 8, basis: gen}",
            "can never hold: its least is more than its most",
        ),
        fault(
            SEPARATION,
            "{type: separation, basis: gen}",
            "separates nothing: name steps, stages, kinds of unit or case roles",
        ),
        fault(SEPARATION, "{type: separation, steps: [walk], basis: gen}", "there is no step 'walk'"),
        fault(SEPARATION, "{type: separation, steps: [vote], basis: gen}", "vote has not happened by then"),
        fault(
            CARRIED,
            "carried: {more_than: 1, of: eligible, basis: gen}",
            "can never be met: 1 of all is everybody or more",
        ),
        fault(
            CARRIED,
            "carried: {at_least: 3/2, of: cast, basis: gen}",
            "can never be met: 3/2 of all is everybody or more",
        ),
        fault(CARRIED, "carried: {count: 0, basis: gen}", "is met by nobody at all: leave it out"),
        fault(QUORUM, "quorum: {at_least: 0, basis: gen}", "is met by nobody at all: leave it out"),
        fault(
            QUORUM,
            "quorum: {at_least: 1/2, of: present, basis: gen}",
            "measures those present against themselves",
        ),
        fault(QUORUM, "tie: chair", "the chair decides only where the majority is of those cast"),
    ],
)
def test_what_can_never_be_fulfilled_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]


@pytest.mark.parametrize(
    "carried",
    ["{at_least: 1, basis: gen}", "{more_than: 0.66, of: cast, basis: gen}", "{count: 3, basis: gen}"],
)
def test_any_share_that_can_be_reached_is_a_threshold(carried):
    sound, _ = fault(CARRIED, f"carried: {carried}", "")

    assert told(sound) == []
