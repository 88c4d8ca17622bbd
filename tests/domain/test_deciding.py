"""Deciding: starts, and what every act must be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from domain.acts import Due, Start
from domain.circumstances import UnitRef
from domain.deciding import all_against, decide
from domain.drafting import Draft
from domain.evolving import replay
from domain.process import Process
from domain.refusals import FieldInvalid, NotEntitled, NotPossible, TooEarly
from tests.domain.walking import OF_2014, OF_2026, Walk, guild, record, shipped_process, step, text
from tests.domain.world import SUBJECT, World, at

DAY = date(2026, 6, 1)


def start(process: Any = None, day: date = DAY, **changes: Any) -> tuple[Any, Start]:
    definition = process or guild(record("ask"))
    return definition, World(definition).start(day).model_copy(update=changes)


def refused(process: Any, act: Start, day: date = DAY) -> Any:
    with pytest.raises((NotPossible, NotEntitled, FieldInvalid, TooEarly)) as caught:
        decide(process, None, act, at(day))
    return caught.value


def test_a_start_begins_the_case_its_first_stage_and_does_its_first_step() -> None:
    process, act = start()
    events = decide(process, None, act, at(DAY))
    assert [(e.seq, e.type, e.step) for e in events] == [
        (1, "case-started", None),
        (2, "stage-entered", None),
        (3, "step-opened", "apply"),
        (4, "step-completed", "apply"),
        (5, "step-opened", "ask"),
    ]
    case = replay(process, events)
    assert (case.id, case.process, case.version, case.digest, case.subject) == (
        "case-1",
        "guild",
        "1",
        "digest-1",
        SUBJECT,
    )
    assert (case.stage, case.standing, case.status, case.opened_on, case.time_zone) == (
        "joining",
        "guest",
        "open",
        DAY,
        "Asia/Shanghai",
    )
    assert (case.path, case.calendar, case.version_since, case.seq) == (act.known.path, act.calendar, DAY, 5)
    assert (events[0].actor, events[0].post, events[3].actor) == (
        "holder-lodge.warden",
        "post-lodge.warden",
        "holder-lodge.warden",
    )
    assert {event.recorded_at for event in events} == {at(DAY)}


def test_a_case_starts_once_and_nothing_else_starts_one() -> None:
    process, act = start()
    case = replay(process, decide(process, None, act, at(DAY)))
    with pytest.raises(ValueError, match="starts once"):
        decide(process, case, act, at(DAY))
    with pytest.raises(ValueError, match="needs no case"):
        decide(process, None, Due(), at(DAY))
    with pytest.raises(ValueError, match="case-started"):
        _ = Draft(process, None, at(DAY)).case


@pytest.mark.parametrize("day,passes_on", [(date(2014, 5, 27), date(2014, 5, 28)), (date(2026, 5, 11), None)])
def test_a_version_begins_cases_only_while_it_is_in_force(day: date, passes_on: date | None) -> None:
    process, act = start(shipped_process(OF_2014), day)
    found = refused(process, act, day)
    assert (found.rule, found.passes_on) == ("version.in-force", passes_on)
    assert "2014.1 is in force from 2014-05-28" in found.detail.en


def test_a_version_begins_cases_on_its_first_day_and_on_its_last() -> None:
    until = guild(record("ask"), in_force={"from": DAY, "until": DAY})
    process, act = start(until)
    assert decide(process, None, act, at(DAY))
    assert refused(process, World(until).start(date(2026, 5, 31))).rule == "version.in-force"
    assert refused(until, World(until).start(date(2026, 6, 2)), date(2026, 6, 2)).rule == "version.in-force"
    first = shipped_process(OF_2026)
    assert decide(first, None, World(first).start(date(2026, 5, 11)), at(date(2026, 5, 11)))


def test_a_case_belongs_to_a_unit_of_the_kind_the_process_names() -> None:
    process, act = start()
    for path in ((), (UnitRef(id="u-council", kind="council"),)):
        found = refused(
            process, act.model_copy(update={"known": act.known.model_copy(update={"path": path})})
        )
        assert (found.rule, found.detail.en) == ("start.unit", "A case belongs to a Lodge.")


def test_nobody_starts_a_case_about_himself_unless_the_definition_says_so() -> None:
    process, act = start()
    own = act.known.model_copy(update={"actor": SUBJECT})
    found = refused(process, act.model_copy(update={"known": own}))
    assert (found.rule, found.detail.en) == ("apply.by", "Nobody starts this process about himself.")
    membership = shipped_process(OF_2026)
    _, ordinary = start(membership)
    mine = ordinary.model_copy(
        update={"known": ordinary.known.model_copy(update={"actor": SUBJECT, "posts": ()})}
    )
    events = decide(membership, None, mine, at(DAY))
    assert (events[0].actor, events[0].post) == (SUBJECT, None)


def test_a_stranger_starts_nothing() -> None:
    process, act = start()
    found = refused(process, act.model_copy(update={"known": act.known.model_copy(update={"posts": ()})}))
    assert (found.rule, type(found)) == ("apply.by", NotEntitled)


def test_nothing_has_happened_on_a_day_that_has_not_come() -> None:
    process, act = start(day=date(2026, 6, 2))
    found = refused(process, act)
    assert (found.rule, found.passes_on) == ("occurred-on.future", date(2026, 6, 2))
    walk = Walk(guild(record("ask")), DAY)
    assert walk.refused_act(walk.act("ask", date(2026, 6, 2))).rule == "occurred-on.future"


def test_today_is_the_day_where_the_organisation_is() -> None:
    process, act = start(day=date(2026, 6, 2))
    evening = datetime.fromisoformat("2026-06-01T16:00:00+00:00")
    assert decide(process, None, act, evening)[0].occurred_on == date(2026, 6, 2)


def test_a_step_does_not_come_before_what_precedes_it() -> None:
    walk = Walk(guild(record("look"), record("ask")), DAY)
    walk.do("look", date(2026, 6, 5))
    found = walk.refused("ask", date(2026, 6, 4))
    assert (found.rule, found.passes_on) == ("ask.order", date(2026, 6, 5))


def test_of_several_waits_the_longest_counts_and_one_under_a_condition_only_there() -> None:
    waits = [
        {"wait": "P3D", "of": "apply", "basis": "7"},
        {"wait": "P9D", "of": "apply", "basis": "8"},
        {"wait": "P5D", "of": "apply", "basis": "9"},
        {"wait": "P1Y", "of": "apply", "basis": "9", "when": {"no_unit": "lodge"}},
        {"wait": "P1Y", "of": "ask", "basis": "9"},
    ]
    walk = Walk(guild(record("ask", not_before=waits)), DAY)
    found = walk.refused("ask", date(2026, 6, 9))
    assert (found.rule, found.basis, found.passes_on) == ("ask.not-before-2", "8", date(2026, 6, 10))
    assert walk.do("ask", date(2026, 6, 10))


def test_what_was_due_happens_before_the_act_that_finds_it_so() -> None:
    walk = Walk(guild(record("ask", due={"within": "P1M", "of": "apply", "basis": "7"})), DAY)
    new = walk.take(walk.act("ask", date(2026, 7, 5)), date(2026, 7, 5))
    assert [e.type for e in new] == ["became-overdue", "step-completed", "stage-left", "case-closed"]
    assert (new[1].actor, new[2].actor) == ("holder-lodge.warden", None)


def test_the_last_step_leaves_the_stage_and_closes_the_case_with_the_new_standing() -> None:
    walk = Walk(guild(record("ask")), DAY)
    walk.do("ask", date(2026, 6, 3))
    case = walk.case
    assert (case.status, case.outcome, case.standing, case.closed_on) == (
        "closed",
        "joined",
        "mason",
        date(2026, 6, 3),
    )


def test_a_duty_is_done_by_those_it_names_not_by_those_of_the_period() -> None:
    duty = {"id": "report", "title": {"zh": "报告", "en": "Report"}, "by": ["lodge.elder"], "basis": "5"}
    walk = Walk(guild(step("period", "trial", starts="apply", lasts="P1M", basis="5", entries=[duty])), DAY)
    event = walk.entry("trial", "report", DAY)[0]
    assert event.actor == "holder-lodge.elder"
    warden = walk.act("trial", known=walk.known("lodge.warden"))
    assert walk.refused_act(warden).rule == "trial.by"


def test_everything_that_stands_against_a_start_is_told_and_nothing_where_it_would_pass() -> None:
    written = guild(record("ask"), materials={"letter": {"title": text("Letter")}}).model_dump(by_alias=True)
    first = written["stages"][0]["steps"][0]
    first["fields"] = [{"id": "grade", "title": text("Grade"), "required": True}]
    first["materials"] = ["letter"]
    definition, whole = start(Process.model_validate(written).published("x"))
    act = whole.model_copy(update={"fields": {}, "materials": {}})
    rules = ["apply.grade", "apply.letter"]
    assert [gap.rule for gap in all_against(definition, act, at(DAY))] == rules
    assert refused(definition, act).rule == rules[0]
    assert all_against(definition, whole, at(DAY)) == ()


def test_what_ends_a_start_at_once_is_told_alone() -> None:
    definition, act = start(day=date(2019, 12, 31))
    assert [gap.rule for gap in all_against(definition, act, at(DAY))] == ["version.in-force"]
