"""Every audit rule for membership development: one history that breaks it, and one that keeps it.

A rule without both fails. A broken one is told in a line: the scenario, and what is otherwise in it.
"""

from __future__ import annotations

import pytest

from domain import events as facts
from domain.acts import Opinion
from domain.auditing.evaluating import evaluate
from domain.auditing.histories import History
from tests.domain.auditing.telling import Told, book, told

USUAL = "ordinary-2026"
"""The scenario that keeps every rule it has anything to do with."""


def usual() -> Told:
    return told(USUAL)


def local() -> Told:
    return usual().at_the_university()


BROKEN = {
    "A01": lambda: usual().among(subject={"born_on": "2010-01-01"}),
    "A02": lambda: usual().lacks("application-letter"),
    "A06": lambda: usual().in_units(branch={"kind": "branch", "parent": "base-committee", "temporary": True}),
    "A07": lambda: usual().in_units(base_committee={"kind": "base-committee", "parent": "department"}),
    "A08": lambda: told("general-branch").without("general-branch-review"),
    "A09": lambda: told("branch-of-two"),
    "B01": lambda: usual().on("first-talk", "2026-05-20"),
    "B02": lambda: usual().on("first-talk", "2026-07-16"),
    "B03": lambda: usual().without("recommend"),
    "B04": lambda: usual().without("activist-filing"),
    "B05": lambda: usual().on("contacts", "2026-07-01"),
    "B06": lambda: usual().lacks("object-opinions"),
    "B07": lambda: usual().on("object-consent", "2027-07-10"),
    "B08": lambda: usual().on("object-notice", "2027-07-18"),
    "B09": lambda: usual().on("introducers", "2027-07-16"),
    "B10": lambda: usual().on("political-review", "2027-10-05"),
    "B11": lambda: usual().on("training", "2027-09-05"),
    "B12": lambda: usual().on("pre-review", "2027-08-30"),
    "B13": lambda: usual().on("form", "2027-09-09"),
    "B14": lambda: usual().on("form", "2027-09-21"),
    "B15": lambda: usual().without("pre-review"),
    "B16": lambda: usual().lacks("activist-register"),
    "B17": lambda: usual().on("superior-talk", "2027-10-21"),
    "B18": lambda: usual().on("approval", "2027-09-19"),
    "B19": lambda: usual().without("approval-filing"),
    "B20": lambda: usual().on("oath", "2027-10-19"),
    "B21": lambda: usual().without("conversion-application"),
    "B22": lambda: usual().lacks("conversion-survey"),
    "B23": lambda: usual().on("archive", "2028-10-19"),
    "B24": lambda: usual().without("training"),
    "B25": lambda: usual().without("recommend"),
    "C01": lambda: usual().on("object-decision", "2027-07-14"),
    "C02": lambda: told("moved-in-cultivation-without-credit").on("object-decision", "2027-07-20"),
    "C03": lambda: told("late-assessment"),
    "C04": lambda: usual().on("cultivation", "2027-02-01", entry="assessment"),
    "C05": lambda: usual().on("object-notice", "2027-07-25"),
    "C06": lambda: usual().says("training", days=2),
    "C07": lambda: usual().on("conversion-vote", "2028-09-19"),
    "C08": lambda: usual().on("conversion-vote", "2028-09-19"),
    "C09": lambda: told("extended-then-converted").extended_again(13),
    "C10": lambda: told("extended-then-converted").twice(facts.PeriodExtended),
    "C11": lambda: told("extended-then-converted").on("conversion-vote", "2028-12-01"),
    "C12": lambda: told("leaves-within-three-months"),
    "C13": local,
    "C15": lambda: local().overdue("cultivation", "cultivation.thought-report-1", "2026-10-15"),
    "C16": lambda: local().overdue("probation", "probation.inspection-1", "2027-12-20"),
    "D01": lambda: told("late-talk"),
    "D02": lambda: local().on("contacts", "2026-09-01"),
    "D03": lambda: local().on("pre-review", "2027-10-10"),
    "D04": lambda: told("late-vote"),
    "D05": lambda: told("late-approval"),
    "D06": lambda: usual().on("approval-filing", "2027-12-01"),
    "D07": lambda: told("late-oath"),
    "D08": lambda: told("conversion-not-taken-up"),
    "D09": lambda: told("late-conversion"),
    "D10": lambda: told("moved-in-probation-and-late"),
    "D11": lambda: told("moved-in-probation").moved_on("2028-06-12"),
    "D12": lambda: usual().on("archive", "2028-12-25"),
    "D15": lambda: usual().until("object-decision").looked_at_on("2028-07-05"),
    "E01": lambda: usual().names("contacts", "wu", "zheng", "sun"),
    "E02": lambda: usual().among(wu={"standing": "probationary-member"}),
    "E03": lambda: usual().names("introducers", "wu", "wu"),
    "E04": lambda: usual().among(wu={"standings": [{"standing": "none", "from": "2027-09-15"}]}),
    "E05": lambda: usual().among(wu={"restrictions": [{"restriction": "party-probation"}]}),
    "E06": lambda: told("warned-introducer"),
    "E07": lambda: usual().names("introducers", "wu", "zhao"),
    "E08": lambda: told("introducer-is-a-relative"),
    "E11": lambda: usual().among(wu={"standings": [{"standing": "none", "from": "2026-12-01"}]}),
    "E12": lambda: usual().by("first-talk", "wu", "branch.member"),
    "E13": lambda: usual().by("superior-talk", "zhao", "branch.secretary"),
    "E14": lambda: usual().lacks("superior-talk-opinion"),
    "E15": lambda: usual().by("training", "zhao", "branch.secretary"),
    "E16": lambda: usual().by("oath", "wu", "branch.member"),
    "E17": lambda: told("relatives-keep-out"),
    "E18": lambda: told("same-person-at-two-levels"),
    "E19": lambda: usual().by("first-talk", "wu", "branch.secretary"),
    "E20": lambda: usual().by("first-talk", "wang", "branch.secretary", post="wang/branch-2.secretary"),
    "F01": lambda: usual().never_met("activist-decision"),
    "F02": lambda: usual().counts("object-decision", present=0),
    "F03": lambda: usual().never_met("committee-review"),
    "F04": lambda: usual().never_met("branch-vote"),
    "F05": lambda: usual().counts("branch-vote", present=8, written=8, yes=16, no=0, abstain=0),
    "F06": lambda: usual().counts("branch-vote", present=16, written=0, yes=8, no=8, abstain=0),
    "F07": lambda: usual().counts("branch-vote", eligible=15),
    "F08": lambda: told("left-out-without-consent"),
    "F09": lambda: usual().counts("branch-vote", attended=("gong", "zhao")),
    "F10": lambda: usual().counts("branch-vote", attended=("subject", "zhao")),
    "F11": lambda: usual().counts("object-decision", present=4, written=1),
    "F12": lambda: usual().counts("branch-vote", yes=15),
    "F15": lambda: usual().says("branch-vote", introducers_reported=False),
    "F16": lambda: told("introducers-must-speak"),
    "F19": lambda: usual().lacks("branch-minutes"),
    "F21": lambda: usual().never_met("approval"),
    "F22": lambda: usual().counts("conversion-vote", present=8, yes=8, no=0, abstain=0),
    "F23": lambda: told("extended-then-converted").without("extension-approval"),
    "F24": lambda: usual().counts("branch-vote", attended=("zhao", "li")).away("li", "gong"),
    "F25": lambda: usual().recorded("branch-vote", 20),
    "F26": lambda: told("not-carried-at-first"),
    "G01": lambda: usual().without("object-notice"),
    "G02": lambda: told("mobile-person").says("object-notice", entry="published", places=1),
    "G03": lambda: usual().without("object-notice", entry="published"),
    "G04": lambda: usual().lacks("notice-text"),
    "G06": lambda: told("objection-holds").without("object-notice", entry="answer"),
    "G07": lambda: usual().lacks("notice-register"),
    "G09": local,
    "H01": lambda: usual().lacks("review-conclusion"),
    "H07": lambda: told("mobile-person").lacks("registration-reply"),
    "H08": lambda: told("crossing-before-the-political-review"),
    "I01": lambda: usual().lacks("training-certificate"),
    "I05": lambda: told("training-waived").says("training", allowed_by=None),
    "I07": lambda: usual().on("training", "2025-08-25"),
    "J01": lambda: usual().in_units(base_committee={"kind": "base-committee", "parent": "department"}),
    "J02": lambda: usual().lacks("pre-review-opinion"),
    "J03": lambda: usual().says("pre-review", form_number=None),
    "J04": lambda: usual().lacks("membership-form"),
    "K03": lambda: usual().on("object-decision", "2027-07-14"),
    "K04": lambda: told("approval-refused").ends("approval", "lost").unexplained("approval"),
    "K05": lambda: usual().without("approval-filing"),
    "K06": lambda: usual().without("submission", "approval"),
    "L01": lambda: usual().without("assignment"),
    "L02": lambda: usual().without("oath"),
    "L03": lambda: usual().without("probation"),
    "L04": lambda: usual().lacks("conversion-letter"),
    "L05": lambda: usual().until("conversion-application").looked_at_on("2028-11-01"),
    "L06": lambda: usual().on("conversion-vote", "2028-09-19"),
    "L07": lambda: usual().among(
        subject={"restrictions": [{"restriction": "warning", "from": "2028-01-01", "to": "2028-06-01"}]}
    ),
    "L12": lambda: told("cancelled").unexplained("conversion-vote"),
    "M01": lambda: told("moved-in-cultivation-without-credit"),
    "M02": lambda: told("moved-in-probation").told_by_the_proposer(),
    "M03": lambda: told("moved-in-probation").moved_on("2028-08-12"),
    "M05": lambda: told("moved-in-probation").by(
        "archive", "zhao", "branch.secretary", post="zhao/branch.secretary"
    ),
    "M06": lambda: told("moved-in-probation-and-not-recognised").by(
        "non-recognition", "you", "base-committee.organiser"
    ),
    "M08": lambda: told("moved-in-probation").lacks("handover-description"),
    "N05": lambda: told("training-waived"),
    "O01": lambda: told("missing-practice-documents"),
    "O07": lambda: usual().lacks("archive-list"),
    "R02": lambda: told("branch-of-two"),
    "S05": usual,
}
"""For each rule a history that breaks it."""

KEPT = {
    "C09": lambda: told("extended-by-a-year"),
    "C10": lambda: told("extended-by-a-year"),
    "C11": lambda: told("extended-then-converted"),
    "C13": lambda: local().on("activist-decision", "2026-12-05"),
    "C15": lambda: local().enters(
        "cultivation", "thought-report", "2026-10-10", "2027-01-10", "2027-04-10", "2027-07-05"
    ),
    "C16": lambda: (
        local()
        .on("probation", "2027-12-10", entry="inspection")
        .enters("probation", "inspection", "2028-03-05", "2028-06-01", "2028-08-25")
    ),
    "D02": local,
    "D03": local,
    "D10": lambda: told("moved-in-probation"),
    "D11": lambda: told("moved-in-probation"),
    "F23": lambda: told("extended-then-converted"),
    "F24": lambda: usual().counts("branch-vote", attended=("zhao", "li")).away("gong"),
    "G09": lambda: local().also("conversion-notice", "2028-09-20", "clear", before="conversion-vote"),
    "I05": lambda: told("training-waived"),
    "K04": lambda: told("approval-refused"),
    "L12": lambda: told("cancelled"),
    "M01": lambda: told("moved-in-probation"),
    "M02": lambda: told("moved-in-probation"),
    "M03": lambda: told("moved-in-probation"),
    "M05": lambda: told("moved-in-probation"),
    "M06": lambda: told("moved-in-probation-and-not-recognised"),
    "M08": lambda: told("moved-in-probation"),
    "S05": lambda: usual().announced(2027),
}
"""For each rule a history that keeps it, where that is not the usual one."""


def test_every_rule_has_a_history_that_breaks_it():
    assert set(BROKEN) == set(book().rules)
    assert set(KEPT) <= set(book().rules)


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_rule_is_broken_where_it_should_be(rule):
    verdict = BROKEN[rule]().verdict(rule)

    assert verdict.state == "broken"
    assert all(found.evidence and found.rule == rule for found in verdict.found)


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_rule_is_kept_where_it_should_be(rule):
    assert KEPT.get(rule, usual)().verdict(rule).state == "kept"


@pytest.mark.parametrize(
    "opinions",
    [
        (Opinion(person="gong"),),
        (Opinion(person="zhao"), Opinion(person="zhao")),
        (Opinion(person="zhao", says="yes"),),
    ],
)
def test_whose_opinions_in_writing_were_counted_is_looked_at_where_they_are_named(opinions):
    told_so = usual().counts(
        "branch-vote",
        present=15,
        written=len(opinions),
        yes=15,
        no=len(opinions),
        abstain=0,
        opinions=opinions,
    )

    assert told_so.verdict("F11").state == "broken"


@pytest.mark.parametrize(
    "rule,named",
    [
        ("F09", {"attended": ("zhao", "li")}),
        ("F09", {"attended": ("zhao", "zhao")}),
        ("F11", {"opinions": (Opinion(person="zhao"), Opinion(person="li"))}),
    ],
)
def test_more_named_than_counted_is_broken_even_where_the_registers_say_nothing_of_the_day(rule, named):
    one = usual().counts("branch-vote", present=1, written=1, yes=2, no=0, abstain=0, **named)
    unknown = History(one.process, one.events, {}, one.today)

    assert {v.rule: v for v in evaluate(book(one.process.process), unknown)}[rule].state == "broken"


def test_a_vote_of_before_opinions_in_writing_were_named_is_no_breach():
    assert (
        usual().counts("branch-vote", present=15, written=1, yes=15, no=1, abstain=0).verdict("F11").state
        == "kept"
    )


def test_whoever_wrote_about_himself_voted_on_himself():
    wrote = (Opinion(person="subject"),)

    assert usual().counts("branch-vote", written=1, opinions=wrote).verdict("F10").state == "broken"
