"""What a case waits for, and who may act."""

from __future__ import annotations

from datetime import date

from domain.acts import Withdraw
from domain.waiting import Assignee, assignees
from tests.domain.walking import Walk, at_step, guild, record, step, text

DAY = date(2026, 6, 1)


def test_an_open_step_tells_who_when_and_by_what_rule() -> None:
    ask = record(
        "ask",
        by=["subject", "sponsors", "lodge.elder", "council.clerk"],
        not_before={"wait": "P5D", "of": "apply", "basis": "7"},
        due={"id": "in-a-month", "within": "P1M", "of": "apply", "basis": "8"},
    )
    walk = Walk(guild(ask, record("last")), DAY, kinds=("lodge",))
    found = walk.open("ask")
    assert (found.kind, found.round, found.opened_on, found.optional, found.answers) == (
        "record",
        1,
        DAY,
        False,
        0,
    )
    assert found.assignees == (
        Assignee(actor="subject", people=("subject-1",)),
        Assignee(actor="sponsors"),
        Assignee(actor="lodge.elder", unit="u-lodge", role="elder"),
    )
    assert (found.not_before, found.due_on, found.due_rule, found.due_basis) == (
        date(2026, 6, 6),
        date(2026, 7, 1),
        "in-a-month",
        "8",
    )
    assert found.blocked is not None
    assert (found.blocked.rule, found.blocked.level, found.blocked.passes_on) == (
        "ask.not-before",
        "block",
        date(2026, 6, 6),
    )
    assert (found.overdue, found.provisional) == (False, False)
    walk.day = date(2026, 7, 2)
    late = walk.open("ask")
    assert (late.blocked, late.overdue, late.due_on) == (None, True, date(2026, 7, 1))


def test_the_deadline_that_passed_first_is_shown_before_those_to_come() -> None:
    deadlines = [
        {"within": "P2M", "of": "apply", "basis": "7"},
        {"within": "P1M", "of": "apply", "basis": "8"},
    ]
    walk = Walk(guild(record("ask", due=deadlines)), DAY)
    assert walk.open("ask").due_basis == "8"
    walk.day = date(2026, 7, 15)
    assert (walk.open("ask").due_basis, walk.open("ask").overdue) == ("8", True)


def test_people_in_a_case_role_are_named() -> None:
    walk = Walk(guild(step("appoint", "name", role="sponsors"), record("ask", by="sponsors")), DAY)
    walk.do("name", people=("member-1", "member-2"))
    assert walk.open("ask").assignees == (Assignee(actor="sponsors", people=("member-1", "member-2")),)
    assert assignees(walk.case, ("nobody",)) == (Assignee(actor="nobody"),)


def test_a_period_without_duties_is_nobody_s_task() -> None:
    walk = Walk(guild(step("period", "trial", starts="apply", lasts="P1M", basis="5")), DAY)
    assert walk.open("trial").assignees == ()
    assert walk.open("trial").not_before == date(2026, 7, 1)


def test_a_meeting_of_a_body_that_is_not_there_is_blocked() -> None:
    half = {"more_than": "1/2", "basis": "8"}
    vote = step("meeting", "vote", body="synod", carried=half, outcomes={"carried": "next", "lost": "again"})
    walk = Walk(guild(vote), DAY, kinds=("lodge",))
    blocked = walk.open("vote").blocked
    assert blocked is not None
    assert blocked.rule == "vote.body"
    assert Walk(guild(vote), DAY).open("vote").blocked is None


def test_papers_and_units_that_are_missing_block_before_anybody_acts() -> None:
    papers = {"type": "document", "materials": ["letter", "minutes"], "basis": "6"}
    ask = record("ask", rules=[papers], materials=["minutes"])
    walk = Walk(guild(ask), DAY)
    blocked = walk.open("ask").blocked
    assert blocked is not None
    assert (blocked.rule, blocked.detail.en) == ("ask.document", "Missing: Letter")
    late = Walk(guild(record("ask", rules=[{**papers, "level": "late"}])), DAY)
    assert late.open("ask").blocked is None
    never = Walk(guild(record("ask", rules=[{**papers, "when": {"no_unit": "lodge"}}])), DAY)
    assert never.open("ask").blocked is None


def test_a_closed_case_waits_for_nothing() -> None:
    walk = Walk(guild(record("ask")), DAY)
    walk.take(Withdraw(known=walk.known("subject"), occurred_on=DAY))
    assert (walk.waiting().open, walk.waiting().next_moment) == ((), None)


def test_an_optional_step_is_listed_as_such_and_passed_over_when_the_stage_ends() -> None:
    walk = Walk(guild(record("ask"), record("extra", after="apply", optional=True)), DAY)
    assert walk.open("extra").optional
    walk.do("ask")
    assert (walk.case.status, walk.state("extra").status) == ("closed", "passed")


def test_an_optional_step_may_be_done_while_its_stage_lasts() -> None:
    walk = Walk(guild(record("ask"), record("extra", after="apply", optional=True)), DAY)
    walk.do("extra")
    walk.do("ask")
    assert walk.state("extra").status == "done"


def test_a_step_that_does_not_apply_is_passed_over() -> None:
    field = {"id": "mobile", "title": text("Mobile"), "type": "boolean"}
    steps = (record("look", fields=[field]), record("ask", when={"field": "look.mobile"}), record("last"))
    fixed = Walk(guild(*steps), DAY)
    fixed.do("look", fields={"mobile": False})
    assert (fixed.state("ask").status, fixed.state("last").status) == ("passed", "open")
    mobile = Walk(guild(*steps), DAY)
    mobile.do("look", fields={"mobile": True})
    assert mobile.state("ask").status == "open"


def test_a_condition_may_ask_how_a_step_ended() -> None:
    rule = step("decision", "rule", outcomes={"yes": "next", "no": "next"})
    steps = (rule, record("ask", when={"outcomes": {"rule": ["yes"]}}), record("last"))
    for outcome, status in (("yes", "open"), ("no", "passed")):
        walk = Walk(guild(*steps), DAY)
        walk.do("rule", outcome=outcome)
        assert walk.state("ask").status == status


def test_a_condition_may_ask_for_a_unit_or_for_its_absence() -> None:
    steps = (
        record("ask", when={"unit": "council"}),
        record("other", when={"no_unit": "council"}),
        record("last"),
    )
    assert [s.step for s in Walk(guild(*steps), DAY).waiting().open] == ["ask"]
    assert [s.step for s in Walk(guild(*steps), DAY, kinds=("lodge",)).waiting().open] == ["other"]


def test_a_case_without_general_branch_goes_to_the_committee_directly() -> None:
    kinds = ("branch", "base-committee", "department")
    walk = at_step("submission", kinds=kinds)
    assert walk.state("general-branch-review").status == "passed"
    assert at_step("general-branch-review").open("general-branch-review").blocked is None
