"""Each row plants one fault: a day nobody will ever know, or a deadline before its own minimum wait."""

import pytest

from tests.domain.club import CLUB, fault, plant, told

SINCE = '{of: trial.ends, basis: "7"}'
DUE = 'due: {within: P1M, of: notice.ends, basis: "7"}'
TALK_DUE = 'due: {within: P1M, of: application, basis: "2", escalate: [league.clerk]}'
UNKNOWN = "write step, step.opened, period.ends, stage.entered or case.opened"
EXTENSION = "{times: 1, at_least: 6, at_most: 12,"


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault(SINCE, "{of: trail.ends, basis: gen}", f"there is no day 'trail.ends': {UNKNOWN}"),
        fault(SINCE, "{of: nothing, basis: gen}", f"there is no day 'nothing': {UNKNOWN}"),
        fault(SINCE, "{of: vote, basis: gen}", "counts from the step itself"),
        fault(SINCE, "{of: talk.ends, basis: gen}", "talk is of kind record and has no ends"),
        fault(SINCE, "{of: notice.starts, basis: gen}", "notice is of kind notice and has no starts"),
        fault(
            SINCE,
            "{wait: P1M, of: review, basis: gen}",
            "may never be known: review does not happen in every case",
        ),
        fault(
            SINCE,
            "{wait: P1M, of: trial, basis: gen}",
            "may not be known by then: vote does not wait for trial",
        ),
        fault(TALK_DUE, "due: {within: P1M, of: vote, basis: gen}", "never known by then: vote comes later"),
        fault(
            TALK_DUE,
            "due: {within: P1M, of: joining.entered, basis: gen}",
            "never known by then: the stage joining comes later",
        ),
        fault(
            DUE,
            "due: {within: P3D, of: notice.ends, basis: gen}",
            "is due 3 days after notice.ends, but cannot happen until about 5 days after it",
        ),
        fault(
            DUE,
            "due: {within: P1M, of: talk, basis: gen}",
            "is due 1 month after talk, but cannot happen until about 365 days after it",
        ),
        fault(
            DUE,
            "due: {within: P10D, of: notice.opened, basis: gen}",
            "is due 10 days after notice.opened, but cannot happen until about 12 days after it",
        ),
        fault(
            DUE,
            "due: {within: P6M, of: application, basis: gen}",
            "is due 6 months after application, but cannot happen until about 365 days after it",
        ),
        fault(
            DUE,
            "due: {within: P1M, of: notice.ends, breach_after: P2D, basis: gen}",
            "is shorter than the deadline itself",
        ),
        fault("window: P5WD", "window: P0D", "a notice of no length"),
        fault(
            "window: P5WD",
            "window: P5WD\n        places: 0",
            "a notice hangs in at least one place",
            "places: 0",
        ),
        fault("every: P6M", "every: P13M", "a duty less often than once in the whole period"),
        fault("every: P6M", "every: P0D", "a duty without a length of time"),
        fault(
            EXTENSION,
            "{times: 1, at_least: 13, at_most: 12,",
            "asks for more months at the least than at the most",
        ),
        fault(
            EXTENSION,
            "{times: 0, at_least: 6, at_most: 12,",
            "an extension that is never allowed: leave it out",
        ),
        fault(
            "        lasts: P12M\n",
            "        lasts: P12M\n        materials: [minutes]\n",
            "has no effect: a period ends by itself, and nobody is asked",
            "materials: [minutes]\n        basis",
        ),
    ],
)
def test_a_day_that_makes_no_sense_is_told_at_its_line(faulty, says):
    assert told(faulty) == [says]


@pytest.mark.parametrize(
    "faulty, says",
    [
        fault("lasts: P12M", "lasts: P0D", "a period of no length"),
        fault("starts: talk", "starts: notice", "never known by then: notice comes later"),
        fault("starts: talk", "starts: trial.ends", "trial.ends counts from itself"),
        fault("starts: talk", "starts: nobody", f"there is no day 'nobody': {UNKNOWN}"),
    ],
)
def test_a_period_nobody_can_count_is_told_beside_what_counts_from_it(faulty, says):
    faulty = faulty.replace("        after: []\n", "        after: [trial]\n")

    assert says in told(faulty)


def test_periods_that_count_from_one_another_are_told_and_not_followed_for_ever():
    rest = "{id: rest, kind: period, title: {zh: 休, en: R}, by: subject, after: [], basis: gen, lasts: P1M"
    second = ("      - id: notice\n", f"      - {rest}, starts: trial.ends}}\n      - id: notice\n")
    faulty = plant(second, ("starts: talk", "starts: rest.ends"))

    assert len([line for line in told(faulty) if line.endswith("rest.ends counts from itself")]) == 1


def test_a_conditional_step_is_an_anchor_where_the_wait_has_the_same_condition():
    assert told(plant((SINCE, "{wait: P1M, of: review, when: {unit: league}, basis: gen}"))) == []


def test_a_wait_under_a_condition_counts_for_a_deadline_under_the_same_one():
    waits = (SINCE, "{wait: P3M, of: notice.ends, when: {unit: league}, basis: gen}")
    due = (DUE, "due: {within: P2M, of: notice.ends, when: {unit: league}, basis: gen}")
    elsewhere = (DUE, "due: {within: P2M, of: notice.ends, when: {no_unit: league}, basis: gen}")

    assert len(told(plant(waits, due))) == 1
    assert told(plant(waits, elsewhere)) == []


def test_a_deadline_as_long_as_the_wait_is_just_possible():
    assert told(plant((DUE, "due: {within: P5D, of: notice.ends, basis: gen}"))) == []


def test_the_start_of_a_stage_and_of_the_case_are_days():
    assert told(plant((DUE, "due: {within: P2Y, of: case.opened, basis: gen}"))) == []
    assert told(plant((DUE, "due: {within: P2Y, of: joining.entered, basis: gen}"))) == []
    assert told(CLUB.replace(DUE, "due: {within: P2Y, of: vote.opened, basis: gen}")) == []


def test_a_period_and_a_notice_take_their_time_before_what_follows_them():
    after_trial = (
        ('{of: trial.ends, basis: "7"}', "{of: trial, basis: gen}"),
        ("after: [notice, review]", "after: [trial, notice]"),
    )
    early = plant(*after_trial, (DUE, "due: {within: P11M, of: talk, basis: gen}"))
    in_time = plant(*after_trial, (DUE, "due: {within: P13M, of: talk, basis: gen}"))

    assert [line.split(": ", 1)[1] for line in told(early)] == [
        "is due 11 months after talk, but cannot happen until about 365 days after it"
    ]
    assert told(in_time) == []


def test_a_step_after_a_notice_is_not_due_while_it_hangs():
    waits = plant(
        ('          - {wait: P5D, of: notice.ends, basis: "7"}\n', ""),
        (DUE, "due: {within: P5D, of: notice.opened, basis: gen}"),
    )

    assert [line.split(": ", 1)[1] for line in told(waits)] == [
        "is due 5 days after notice.opened, but cannot happen until about 7 days after it"
    ]


def test_an_optional_step_may_never_be_known():
    tea = "{id: tea, kind: record, title: {zh: 茶, en: Tea}, by: subject, optional: true, after: [talk]}"
    faulty = plant(
        ("      - id: sponsors\n", f"      - {tea}\n      - id: sponsors\n        after: [talk]\n"),
        (SINCE, "{wait: P1M, of: tea, basis: gen}"),
    )

    assert [line.split(": ", 1)[1] for line in told(faulty)] == [
        "may never be known: tea does not happen in every case"
    ]
