"""Each row plants one fault into a sound definition: a step that cannot open, a stage that cannot end."""

import pytest

from tests.domain.club import CLUB, fault, line_of, plant, told

AFTER = "after: [notice, review]"
RETURN = "return_to: notice, needs_reason: true"
REFUSED = "refused: {end: not-approved}"
EXTENDED = "extended: {extend: trial, months: months, return_to: notice}"
TALKED = "outcomes: {done: next, postponed: again}"
PASSED = "passed: next\n"
SPARE = "kind: reached}\n  barred: {title: {zh: 拒, en: Barred}, kind: refused}"
EXTENSION = 'extension: {times: 1, at_least: 6, at_most: 12, basis: "5"}\n'


def test_the_definition_the_faults_are_planted_in_is_sound():
    assert told(CLUB) == []


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault(
            "after: []", "after: [vote]", "can never open, circular: notice waits for vote waits for notice"
        ),
        fault(
            "        starts: talk\n",
            "        starts: talk\n        after: [notice]\n",
            "notice is written after trial: steps are written in the order they open",
            "after: [notice]\n",
        ),
        fault(AFTER, "after: [notice, nobody]", "can never open: there is no step 'nobody'"),
        fault(AFTER, "after: [notice, talk]", "can never open: talk belongs to another stage"),
        fault(AFTER, "after: [notice, vote]", "can never open, circular: vote waits for vote"),
        fault(
            "after: []",
            "after: [review]",
            "can never open, circular: notice waits for review waits for notice",
        ),
        fault(RETURN, "return_to: nothing", "leads nowhere: there is no step 'nothing'"),
        fault(RETURN, "return_to: talk", "leads nowhere: talk belongs to another stage"),
        fault(RETURN, "return_to: vote", "leads nowhere: vote is not an earlier step of review"),
        fault(RETURN, "return_to: trial", "leads nowhere: trial is not an earlier step of review"),
        fault(RETURN, "return_to: review", "returns to itself: write again"),
        fault(
            REFUSED,
            "refused: {end: thrown-out}",
            "leads nowhere: there is no outcome 'thrown-out'",
            "thrown-out",
        ),
        fault(
            REFUSED,
            "refused: {end: not-approved, again: true}",
            "leads to several places: only one of end, return_to and again",
        ),
        fault(
            EXTENDED, "extended: {extend: notice, months: months}", "there is no period 'notice' to extend"
        ),
        fault(EXTENDED, "extended: {extend: trial}", "months is missing: the field that says by how long"),
        fault(EXTENDED, "extended: {months: months}", "says how long, but nothing is extended"),
        fault(
            EXTENDED, "extended: {extend: trial, months: weeks}", "there is no field 'weeks' of type integer"
        ),
        fault(
            EXTENDED,
            "extended: {extend: trial, months: application.mobile}",
            "there is no field 'application.mobile' of type integer",
        ),
        fault(EXTENSION, "number: '1'\n", "trial cannot be extended: it has no extension", "{extend: trial"),
        fault("kind: reached}", SPARE, "nothing leads to this outcome", "barred:"),
        fault(
            "kind: reached}",
            "kind: refused}",
            "no way leads to an outcome of kind reached",
            "outcomes:\n  joined",
        ),
        fault(TALKED, "outcomes: {}", "has no outcome, so it can never be done", "- id: talk"),
        fault(
            TALKED,
            "outcomes: {postponed: again}",
            "no outcome completes it, so the stage applying can never end",
            "- id: talk",
        ),
        fault(
            TALKED,
            "outcomes: {done: {end: not-approved}}",
            "every outcome ends the case or starts again: nothing after it can happen",
            "- id: talk",
        ),
        fault(
            "lost: {end",
            "failed: {end",
            "the outcome 'lost' of a lost motion is missing",
            "outcomes:\n          carried",
        ),
        fault(
            "    standing: candidate\n",
            "    standing: candidate\n    outcome: joined\n",
            "ends the case, so joining can never begin",
            "    outcome: joined\n    steps:\n      - id: application",
        ),
        fault(
            "whole_case:",
            "withdrawn: gone\nwhole_case:",
            "there is no outcome 'gone' for a withdrawal",
            "withdrawn: gone",
        ),
        fault(
            "        when: {unit: league}\n",
            "        optional: true\n",
            "may never open: it waits for review, which is optional",
            "- id: vote",
        ),
        fault(
            "        kind: record\n        title: {zh: 申请",
            "        kind: record\n        outcomes: {done: next, again: again}\n        title: {zh: 申请",
            "starts the case, so it can have one outcome only",
            "outcomes: {done: next, again",
        ),
        fault(
            "        kind: period\n",
            "        kind: period\n        outcomes: {done: next, failed: {end: not-approved}}\n",
            "a period ends by itself, with its first outcome only",
            "failed: {end",
        ),
        fault(
            "          extended: {extend: trial, months: months, return_to: notice}\n",
            "",
            "vote has no outcome 'extended'",
            "for_outcomes: [extended]",
        ),
    ],
)
def test_a_way_that_leads_nowhere_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault(
            "  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}\n",
            "",
            "there is no outcome 'withdrawn' for a withdrawal",
            "process: club",
        ),
        fault(
            "        kind: record\n        title: {zh: 申请",
            "        kind: decision\n        title: {zh: 申请",
            "starts the case, so it must be of kind record",
            "      - id: application",
        ),
        fault(RETURN, "return_to: trial", "leads nowhere: trial is not an earlier step of review"),
        fault(EXTENDED, "again: again", "vote has no outcome 'extended'", "for_outcomes: [extended]"),
        fault(
            TALKED,
            "outcomes: {done: {extend: trial, months: vote.months}}",
            "trial belongs to another stage, which is over by then",
        ),
        fault(
            PASSED,
            "passed: {proposes_extension: vote, months: vote.months}\n",
            "there is no period 'vote' to extend",
        ),
        fault(
            "kind: record\n        title: {zh: 申请,",
            "optional: true\n        kind: record\n        title: {zh: 申请,",
            "starts the case, so it can be neither conditional nor optional",
            "- id: application\n        optional",
        ),
        fault("    outcome: joined\n", "    outcome: nowhere\n", "there is no outcome 'nowhere'"),
        fault(
            "    outcome: joined\n",
            "",
            "the last stage ends in no outcome, so the case would never end: its 'outcome' names one",
            "- id: joining",
        ),
        fault(
            "  - id: joining\n",
            "  - {id: empty, title: {zh: 空, en: Empty}, steps: []}\n  - id: joining\n",
            "a stage needs at least one step",
            "id: empty",
        ),
    ],
)
def test_a_fault_with_consequences_is_told_beside_them(faulty, says):
    assert says in told(faulty)


def test_a_vote_that_can_only_be_lost_is_told():
    only_lost = plant(("          carried: next\n", ""), (f"          {EXTENDED}\n", ""))

    at = line_of("        outcomes:\n          lost", only_lost)

    assert f"{at}: no motion can be carried: there is only the lost one" in told(only_lost)


def test_a_period_is_not_done_again():
    after_trial = plant(("after: []", "after: [trial]"), (RETURN, "return_to: trial"))

    at = line_of("return_to: trial", after_trial)

    assert told(after_trial) == [f"{at}: leads nowhere: trial is a period, which is not done again"]
