"""Who must be told of what."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.acts import Appeal, Change, Correct, Due, Resume, Suspend, Transfer, Withdraw
from domain.circumstances import UnitRef
from domain.deciding import decide
from domain.evolving import replay
from domain.obligations import Obligation, obligations
from tests.domain.walking import OF_2014, Walk, at_step, guild, post, record, step, text
from tests.domain.world import at

DAY = date(2026, 6, 1)


def owed(walk: Walk, act: Any, day: date | None = None) -> list[Obligation]:
    """Return whom an act obliges us to tell; the walk goes on."""
    walk.day = day or walk.day
    new = walk.take(act)
    return list(obligations(walk.process, new, walk.case))


def said(found: list[Obligation]) -> list[tuple[str, str | None, str]]:
    return [(one.kind, one.step, one.assignee.actor) for one in found]


def case(*steps: Any) -> Walk:
    return Walk(guild(*(steps or (record("look"), record("ask", by=["subject", "lodge.elder"])))), DAY)


def test_whoever_may_do_the_next_step_is_told_with_its_deadline() -> None:
    walk = case(
        record("look"),
        record("ask", by=["subject", "lodge.elder"], due={"within": "P1M", "of": "look", "basis": "7"}),
    )
    found = owed(walk, walk.act("look"))
    assert said(found) == [("task-opened", "ask", "subject"), ("task-opened", "ask", "lodge.elder")]
    assert {one.due_on for one in found} == {date(2026, 7, 1)}
    assert (found[0].assignee.people, found[1].assignee.unit, found[1].round) == (
        ("subject-1",),
        "u-lodge",
        1,
    )


def test_the_start_and_an_optional_step_are_nobody_s_task() -> None:
    process = guild(record("look"), record("extra", after="apply", optional=True))
    walk = Walk(process, DAY)
    found = obligations(process, walk.events, walk.case)
    assert said(list(found)) == [("task-opened", "look", "lodge.warden")]


def test_time_reminds_and_when_it_is_over_tells_those_above_as_well() -> None:
    due = {"within": "P30D", "of": "apply", "basis": "7", "escalate": ["council.clerk", "lodge.warden"]}
    walk = case(record("look", due=due), record("last"))
    assert said(owed(walk, Due(), date(2026, 6, 24))) == [("reminder", "look", "lodge.warden")]
    found = owed(walk, Due(), date(2026, 7, 2))
    assert said(found) == [("overdue", "look", "lodge.warden"), ("overdue", "look", "council.clerk")]
    assert {one.due_on for one in found} == {date(2026, 7, 1)}


def test_the_end_of_a_wait_and_of_a_window_is_told() -> None:
    walk = case(record("look", not_before={"wait": "P5D", "of": "apply", "basis": "7"}), record("last"))
    assert said(owed(walk, Due(), date(2026, 6, 6))) == [("ready", "look", "lodge.warden")]
    noticed = case(step("notice", "notice", window="P2D", window_basis="13"), record("last"))
    noticed.entry("notice", "published", DAY)
    assert said(owed(noticed, Due(), date(2026, 6, 3))) == [("ready", "notice", "lodge.warden")]


def test_work_sent_back_is_told_to_those_who_do_it_again() -> None:
    rule = step("decision", "rule", by="lodge.elder", outcomes={"yes": "next", "no": {"return_to": "look"}})
    walk = case(record("look"), rule)
    walk.do("look")
    found = owed(walk, walk.act("rule", outcome="no"))
    assert said(found) == [("returned", "look", "lodge.warden"), ("task-opened", "look", "lodge.warden")]


def test_the_end_of_a_case_is_told_to_those_the_outcome_names_only() -> None:
    walk = case()
    found = owed(walk, Withdraw(known=walk.known("subject"), occurred_on=DAY))
    assert [(one.kind, one.outcome, one.assignee.actor) for one in found] == [
        ("closed", "withdrawn", "subject")
    ]


def test_the_person_is_told_when_the_case_stops_and_goes_on_and_is_opened_again() -> None:
    rule = step("decision", "look", outcomes={"yes": "next", "no": {"end": "refused"}})
    walk = case(rule, record("last"))
    warden = walk.known("lodge.warden")
    assert said(owed(walk, Suspend(known=warden, occurred_on=DAY, reason="x"))) == [
        ("suspended", None, "subject")
    ]
    assert said(owed(walk, Resume(known=warden, occurred_on=DAY))) == [("resumed", None, "subject")]
    owed(walk, walk.act("look", outcome="no"))
    found = owed(walk, Appeal(known=walk.known("subject"), occurred_on=DAY, reason="x"))
    assert said(found) == [("reopened", None, "subject"), ("task-opened", "look", "lodge.warden")]


def test_a_move_is_told_to_the_new_unit_and_then_to_the_person() -> None:
    walk = case()
    known = walk.known("lodge.warden", target_path=(UnitRef(id="u-2", kind="lodge"),))
    found = owed(walk, Transfer(known=known, occurred_on=DAY))
    assert [(one.kind, one.assignee.unit) for one in found] == [("transfer-proposed", "u-2")]
    there = walk.known("lodge.warden", actor="bob", posts=(post("lodge.warden", unit="u-2"),))
    answered = owed(walk, Transfer(known=there, occurred_on=DAY, confirms=found[0].seq))
    assert said(answered) == [("transferred", None, "subject")]


def test_a_correction_is_told_to_those_who_may_confirm_it() -> None:
    field = {"id": "grade", "title": text("Grade"), "type": "integer"}
    walk = case(record("look", fields=[field]), record("last"))
    seq = walk.do("look", fields={"grade": 1})[0].seq
    change = Change(seq=seq, path="fields.grade", value=2)
    act = Correct(known=walk.known("lodge.warden"), occurred_on=DAY, reason="x", change=change, old=1)
    found = owed(walk, act)
    assert said(found) == [
        ("correction-proposed", None, "lodge.warden"),
        ("correction-proposed", None, "lodge.elder"),
    ]


def test_new_rules_are_told_to_those_who_run_the_case() -> None:
    walk = at_step("first-talk", OF_2014, date(2026, 5, 1))
    found = owed(walk, Due(adopt=True), date(2026, 5, 11))
    assert [("rules-changed", one.assignee.actor) for one in found if one.kind == "rules-changed"] == [
        ("rules-changed", "branch.secretary"),
        ("rules-changed", "base-committee.organiser"),
    ]


def test_the_person_is_told_of_new_rules_where_nobody_may_suspend_the_case() -> None:
    turn = {"version": "1", "on": DAY, "basis": "44"}
    later = guild(record("look"), version="2", replaces=turn, whole_case={})
    walk = Walk(guild(record("look")).published("one", later), DAY)
    assert said(owed(walk, Due(adopt=True))) == [("rules-changed", None, "subject")]


def test_a_duty_to_inform_is_named_once_in_a_whole_history() -> None:
    walk = at_step("first-talk").to_the_end()
    found = obligations(walk.process, walk.events, walk.case)
    names = [(one.kind, one.seq, one.assignee.actor) for one in found]
    assert len(names) == len(set(names)) > 40


def test_a_step_that_new_rules_dropped_is_nobody_s_task_any_more() -> None:
    old = guild(record("look"), record("last"))
    new = guild(
        record("other"), record("last"), version="2", replaces={"version": "1", "on": DAY, "basis": "44"}
    )
    process = old.published("one", new)
    walk = Walk(process, DAY)
    events = [*walk.events, *decide(process, walk.case, Due(adopt=True), at(DAY))]
    found = obligations(process, events, replay(process, events))
    assert ("task-opened", "look", "lodge.warden") not in said(list(found))
