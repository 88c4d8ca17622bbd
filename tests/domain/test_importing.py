"""Bringing cases in half-way: the past is told, judged by the rules of its day, and its gaps are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.acts import BringIn, Due, EntryRecord, StepAct, Told
from domain.case import Case
from domain.circumstances import UnitRef
from domain.deciding import decide
from domain.events import CaseImported, Event
from domain.evolving import replay
from domain.importing import BrokeRules
from domain.obligations import obligations
from domain.permitting import check_open
from domain.process import Process
from domain.refusals import RuleViolation
from domain.seeing import Viewer
from domain.waiting import waiting
from domain.withholding import Place, seen
from domain.working_days import WorkingCalendar
from tests.builders import HOST, SECRETARY, SUBJECT, a_library_with_a_later_version, a_process, known_to
from tests.domain.walking import OF_2026, shipped_process

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
IMPORTER = "person-9"


def told(step: str, day: str, by: str = "", **parts: Any) -> Told:
    return Told(step=step, on=date.fromisoformat(day), known=known_to(by), **parts)


def published(day: str) -> Told:
    return told("notice", day, entry=EntryRecord(kind="published"))


def assessed(day: str) -> Told:
    return told("trial", day, entry=EntryRecord(kind="assessment"))


def bringing(*facts: Told, stage: str | None = None, as_it_was: bool = False) -> BringIn:
    return BringIn(
        known=known_to(SECRETARY).model_copy(update={"actor": IMPORTER, "posts": ()}),
        case="case-1",
        subject=SUBJECT,
        calendar=WorkingCalendar(version="none"),
        stage=stage,
        told=facts,
        file="f" * 64,
        row=7,
        digest="d" * 64,
        as_it_was=as_it_was,
    )


def brought(*facts: Told, process: Process | None = None, **how: Any) -> tuple[Event, ...]:
    return decide(process or a_process(), None, bringing(*facts, **how), NOW)


def case_of(events: tuple[Event, ...], process: Process | None = None) -> Case:
    return replay(process or a_process(), events)


def gaps_of(events: tuple[Event, ...]) -> list[tuple[str, str]]:
    body = events[-1].body
    assert isinstance(body, CaseImported)
    return [(gap.kind, gap.rule) for gap in body.gaps]


HALF_WAY = (told("apply", "2024-03-01"), told("talk", "2024-03-20", SECRETARY), assessed("2024-09-01"))


def test_the_past_is_told_with_its_own_days_and_recorded_today() -> None:
    events = brought(*HALF_WAY)
    case = case_of(events)
    assert {event.recorded_at for event in events} == {NOW}
    assert (case.stage, case.standing, case.opened_on) == ("reading", "reader", date(2024, 3, 1))
    assert case.steps["trial"].done_on == date(2025, 3, 20)
    assert case.steps["notice"].status == "open"
    assert case.latest_on == date(2024, 9, 1)


def test_the_last_event_says_where_all_before_it_comes_from_and_who_brought_it_in() -> None:
    last = brought(*HALF_WAY)[-1]
    assert isinstance(last.body, CaseImported)
    assert (last.actor, last.post, last.occurred_on) == (IMPORTER, None, date(2026, 6, 1))
    assert (last.body.file, last.body.row, last.body.digest) == ("f" * 64, 7, "d" * 64)
    assert case_of(brought(*HALF_WAY)).imported == last.seq


def test_who_acted_is_whom_the_file_names_and_nobody_where_it_names_nobody() -> None:
    done = {event.step: event.actor for event in brought(*HALF_WAY) if event.type == "step-completed"}
    assert done == {"apply": None, "talk": SECRETARY, "trial": None}
    assert ("missing", "import.by") in gaps_of(brought(*HALF_WAY))


def test_what_nobody_knows_any_more_is_passed_over_and_kept_as_a_gap() -> None:
    events = brought(told("apply", "2024-03-01"), published("2025-05-01"), stage="reading", as_it_was=True)
    passed = [event.step for event in events if event.type == "step-passed"]
    assert passed == ["talk", "trial"]
    assert {("missing", "talk.not-known"), ("missing", "trial.starts")} <= set(gaps_of(events))


def test_a_step_after_it_ends_a_period_that_was_not_served_only_as_it_was() -> None:
    facts = (told("apply", "2024-03-01"), told("talk", "2024-03-20"), published("2024-12-01"))
    with pytest.raises(BrokeRules) as refused:
        brought(*facts)
    assert [gap.rule for gap in refused.value.gaps] == ["trial.lasts"]
    assert refused.value.rule == "trial.lasts"
    assert "2025-03-20" in refused.value.detail.en
    events = brought(*facts, as_it_was=True)
    assert ("broken", "trial.lasts") in gaps_of(events)
    assert case_of(events).steps["trial"].done_on == date(2024, 12, 1)


def test_days_in_the_wrong_order_are_a_broken_rule() -> None:
    facts = (told("apply", "2024-03-01"), told("talk", "2024-02-01"))
    with pytest.raises(BrokeRules) as refused:
        brought(*facts)
    assert refused.value.rule == "talk.order"
    assert case_of(brought(*facts, as_it_was=True)).stage == "reading"


def test_a_late_fact_is_marked_as_late_and_needs_no_reason() -> None:
    events = brought(told("apply", "2024-03-01"), told("talk", "2024-06-20"))
    talked = next(event for event in events if event.step == "talk" and event.type == "step-completed")
    assert [warned.rule for warned in talked.body.warnings] == ["talk.due"]  # type: ignore[union-attr]


def test_reminders_and_deadlines_of_the_past_are_not_made_up() -> None:
    types = {event.type for event in brought(*HALF_WAY)}
    assert not types & {"reminded", "became-overdue", "became-ready", "window-ended"}


@pytest.mark.parametrize(
    "facts,stage,rule",
    [
        ((told("talk", "2024-03-20"),), None, "apply.not-told"),
        ((told("apply", "2019-03-01"),), None, "version.in-force"),
        ((told("apply", "2026-06-02"),), None, "apply.future"),
        ((told("apply", "2024-03-01"), told("nowhere", "2024-04-01")), None, "nowhere.order"),
        ((told("apply", "2024-03-01"), told("talk", "2024-04-01")), "asking", "case.stage"),
        ((told("apply", "2024-03-01"),), "nowhere", "case.stage"),
        ((told("apply", "2024-03-01"),), "reading", "talk.starts"),
        ((*HALF_WAY, assessed("2025-04-01")), None, "trial.assessment"),
    ],
)
def test_what_leads_nowhere_is_refused_with_its_rule(facts: Any, stage: str | None, rule: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        brought(*facts, stage=stage, as_it_was=True)
    assert refused.value.rule == rule


def test_a_case_that_ended_is_brought_in_closed_and_nothing_comes_after_its_end() -> None:
    ended = (
        *HALF_WAY,
        published("2025-04-01"),
        told("notice", "2025-04-10"),
        told("admit", "2025-05-01", HOST, outcome="refused"),
    )
    case = case_of(brought(*ended))
    assert (case.status, case.outcome, case.closed_on) == ("closed", "not-admitted", date(2025, 5, 1))
    with pytest.raises(BrokeRules):
        brought(*ended[:-2], told("notice", "2025-04-02"))


def test_a_notice_that_is_not_told_to_have_hung_is_a_gap() -> None:
    events = brought(*HALF_WAY, told("notice", "2025-05-10"))
    assert ("missing", "notice.published") in gaps_of(events)
    assert case_of(events).steps["admit"].status == "open"


def test_facts_before_a_later_version_are_judged_by_the_earlier_one() -> None:
    library = a_library_with_a_later_version(date(2025, 1, 1))
    process = library.family("reading-circle")[0]
    events = brought(*HALF_WAY, published("2025-04-01"), process=process)
    changed = [event for event in events if event.type == "rules-changed"]
    assert [event.occurred_on for event in changed] == [date(2025, 1, 1)]
    assert case_of(events, process).version == "2"
    versions = [event.body.version for event in events if event.type == "step-completed"]  # type: ignore[union-attr]
    assert versions == ["1", "1", "2"]


def test_once_its_past_is_told_a_case_goes_by_the_rules_of_today() -> None:
    process = a_library_with_a_later_version(date(2026, 1, 1)).family("reading-circle")[0]
    events = brought(*HALF_WAY, process=process)
    told, *after = events[case_of(events, process).imported - 1 :]  # type: ignore[operator]
    assert isinstance(told.body, CaseImported)
    assert (after[0].type, after[0].occurred_on) == ("rules-changed", date(2026, 1, 1))
    assert case_of(events, process).version == "2"


def test_only_what_is_still_to_be_done_is_told_to_anybody() -> None:
    events = brought(*HALF_WAY)
    owed = obligations(a_process(), events, case_of(events))
    assert {(one.kind, one.step) for one in owed} == {("task-opened", "notice")}


def test_a_case_that_was_brought_in_goes_on_like_any_other() -> None:
    process, case = a_process(), case_of(brought(*HALF_WAY))
    assert [step.step for step in waiting(process, case, NOW).open] == ["notice"]
    act = StepAct(
        known=known_to(SECRETARY),
        occurred_on=date(2026, 6, 1),
        step="notice",
        entry=EntryRecord(kind="published"),
    )
    hung = replay(process, decide(process, case, act, NOW), case)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert [event.type for event in decide(process, hung, Due(), later)] == ["window-ended"]


APPOINTED = ("apply", "first-talk", "recommend", "activist-decision")


def test_whoever_nobody_names_may_still_be_appointed() -> None:
    process = shipped_process(OF_2026)
    path = (UnitRef(id="branch-1", kind="branch", full_members=9),)
    facts = [
        Told(step=step, on=date(2026, 5, day), known=known_to("").model_copy(update={"path": path}))
        for day, step in enumerate(APPOINTED, 12)
    ]
    act = bringing(*facts, stage=process.stages[2].id, as_it_was=True)
    act = act.model_copy(update={"known": act.known.model_copy(update={"path": path})})
    case = replay(process, decide(process, None, act, NOW))
    assert (case.stage, case.steps["contacts"].status) == (process.stages[2].id, "passed")
    assert check_open(process, case, process.steps["contacts"]).unknown


def test_gaps_are_seen_by_those_who_see_findings() -> None:
    process, events = a_process(), brought(*HALF_WAY)
    place, last = Place(process=process, case=case_of(events)), events[-1]
    auditor, subject = Viewer(person="a", ways=("auditor",)), Viewer(person=SUBJECT, ways=("subject",))
    assert seen(place, auditor, last, last.data).data["gaps"]
    withheld = seen(place, subject, last, last.data)
    assert withheld.data["gaps"] == []
    assert "findings" in withheld.withheld


def test_a_case_is_brought_in_once() -> None:
    with pytest.raises(ValueError, match="once"):
        decide(a_process(), case_of(brought(*HALF_WAY)), bringing(*HALF_WAY), NOW)


def test_gaps_say_what_is_lacking_in_both_languages() -> None:
    body = brought(*HALF_WAY)[-1].body
    assert isinstance(body, CaseImported)
    assert [(gap.kind, gap.step, gap.basis) for gap in body.gaps] == [("missing", None, "gen")]
    assert all(gap.detail.zh and gap.detail.en for gap in body.gaps)


def happened(what: Any, day: str, *, unit: UnitRef | None = None, **more: Any) -> Told:
    known = known_to(SECRETARY)
    if unit is not None:
        known = known.model_copy(update={"path": (unit,)})
    return Told(step="", on=date.fromisoformat(day), known=known, whole=what, **more)


def test_every_round_of_a_step_is_told_in_the_order_of_its_days() -> None:
    rounds = [
        told("talk", day, SECRETARY, outcome=outcome)
        for day, outcome in (
            ("2024-03-10", "postponed"),
            ("2024-03-20", "done"),
            ("2024-03-15", "postponed"),
        )
    ]
    events = brought(told("apply", "2024-03-01"), *rounds)
    made = [
        (e.round, e.occurred_on.day, getattr(e.body, "outcome", None)) for e in events if e.step == "talk"
    ]
    done = [one for one in made if one[2] is not None]
    assert [(day, outcome) for _, day, outcome in done] == [
        (10, "postponed"),
        (15, "postponed"),
        (20, "done"),
    ]
    assert len({number for number, *_ in done}) == 3
    assert case_of(events).stage == "reading"


def test_objections_and_their_answers_are_told_with_the_notice() -> None:
    def entry(kind: str, day: str, says: str) -> Told:
        return told("notice", day, entry=EntryRecord(kind=kind, fields={"summary": says}))

    served = (*HALF_WAY, assessed("2025-02-01"), published("2025-03-24"))
    events = brought(
        *served,
        entry("objection", "2025-03-25", "a"),
        entry("objection", "2025-03-26", "b"),
        entry("answer", "2025-03-27", "to a"),
        entry("answer", "2025-03-28", "to b"),
        told("notice", "2025-04-02"),
    )
    entries = case_of(events).steps["notice"].entries
    asked = [str(one.seq) for one in entries.of_kind("objection")]
    assert [one.ref for one in entries.of_kind("answer")] == asked
    with pytest.raises(RuleViolation, match=r"notice\.answer-ref"):
        brought(*served, entry("answer", "2025-03-27", "to nothing"))


def test_time_in_which_a_case_was_suspended_is_told_and_does_not_count() -> None:
    whole = (happened("suspended", "2024-06-01", reason="abroad"), happened("resumed", "2024-09-01"))
    plain, stood = case_of(brought(*HALF_WAY[:2])), case_of(brought(*HALF_WAY[:2], *whole))
    assert stood.status == "open"
    ended = [case.steps["trial"].done_on for case in (plain, stood)]
    assert ended == [date(2025, 3, 20), date(2025, 6, 20)]
    left = case_of(brought(*HALF_WAY[:2], whole[0]))
    assert (left.status, left.suspended_on) == ("suspended", date(2024, 6, 1))


@pytest.mark.parametrize(
    "whole",
    [
        (happened("resumed", "2024-06-01"),),
        (happened("suspended", "2024-06-01"), happened("suspended", "2024-07-01")),
        (
            happened("suspended", "2024-06-01"),
            happened("transferred", "2024-07-01", unit=UnitRef(id="circle-2", kind="circle")),
        ),
        (happened("transferred", "2024-07-01"),),
        (happened("transferred", "2024-07-01", unit=UnitRef(id="x", kind="committee")),),
        # Before the case began, and on a day that is still to come.
        (happened("suspended", "2024-02-01"), happened("resumed", "2024-02-20")),
        (happened("transferred", "2024-02-01", unit=UnitRef(id="circle-2", kind="circle")),),
        (happened("suspended", "2027-01-01"),),
    ],
)
def test_what_does_not_fit_the_whole_case_is_refused(whole: tuple[Told, ...]) -> None:
    with pytest.raises(RuleViolation, match=r"case\.(resumed|suspended|transferred)"):
        brought(*HALF_WAY, *whole)


def test_a_case_that_moved_is_told_where_it_belonged_and_goes_on_where_it_is() -> None:
    there = UnitRef(id="circle-2", kind="circle")
    events = brought(*HALF_WAY, happened("transferred", "2024-10-01", unit=there))
    case = case_of(events)
    assert case.unit == "circle-2"
    (moved,) = [event for event in events if event.type == "case-transferred"]
    assert moved.occurred_on == date(2024, 10, 1)
    assert events[0].body.path[0].id == "circle-1"  # type: ignore[union-attr] # it began the case
