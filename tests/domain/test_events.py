"""Events: what may reach Temporal, what comes back, and what the case makes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain import events as facts
from domain.acts import Change, Excluded, MeetingRecord
from domain.events import Event, Warned
from domain.evolving import evolve, replay
from domain.values import Text
from tests.domain.walking import Walk, at_step, guild, record

DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
SECRET = "Zhang San owes money"


def event(body: facts.Body) -> Event:
    return Event(seq=1, occurred_on=DAY, recorded_at=NOW, actor="p1", body=body)


TOLD: Any = {"texts": {"words": SECRET}, "materials": {"letter": (SECRET,)}, "reason": SECRET}
MEETING = MeetingRecord(eligible=1, present=1, yes=1, excluded=(Excluded(person=SECRET, ground="ill"),))


@pytest.mark.parametrize(
    "body",
    [
        facts.StepCompleted(outcome="done", version="1", meeting=MEETING, **TOLD),
        facts.StepCompleted(outcome="done", version="1", **TOLD),
        facts.AnswerGiven(outcome="yes", **TOLD),
        facts.EntryAdded(entry="objection", **TOLD),
        facts.PeopleReplaced(people=("p1",), before=("p2",), **TOLD),
        facts.StepReturned(again=("look",), reason=SECRET),
        facts.CaseSuspended(reason=SECRET),
        facts.CaseResumed(reason=SECRET),
        facts.TransferProposed(to_path=(), handed_over=True, reason=SECRET),
        facts.CaseReopened(again=("look",), reason=SECRET),
        facts.CaseClosed(outcome="left", reason=SECRET),
        facts.CorrectionProposed(
            change=Change(seq=1, path="fields.words", value=SECRET), old=SECRET, in_text=True, reason=SECRET
        ),
        facts.CorrectionProposed(
            change=Change(seq=1, path="materials.letter", value=(SECRET,)), old=(SECRET,), in_text=True
        ),
    ],
)
def test_no_free_text_and_no_document_is_left_in_what_temporal_sees(body: facts.Body) -> None:
    assert SECRET in event(body).model_dump_json()
    assert SECRET not in event(body).bare().model_dump_json()


def test_what_an_event_holds_is_put_together_once() -> None:
    one = event(facts.StageEntered(stage="trial"))
    assert one.data == {"stage": "trial"}
    assert one.data is one.data
    assert event(facts.StageEntered(stage="entry")).data == {"stage": "entry"}


def test_what_rules_look_at_is_left() -> None:
    body = facts.StepCompleted(
        outcome="done", version="1", values={"grade": 3}, people=("p1",), meeting=MEETING
    )
    bare = event(body).bare().body
    assert isinstance(bare, facts.StepCompleted)
    assert (bare.outcome, bare.values, bare.people) == ("done", {"grade": 3}, ("p1",))
    assert bare.meeting is not None
    assert (bare.meeting.yes, bare.meeting.excluded) == (1, ())
    change = Change(seq=1, path="fields.grade", value=4)
    proposed = event(facts.CorrectionProposed(change=change, old=3, in_text=False, reason="x")).bare().body
    assert isinstance(proposed, facts.CorrectionProposed)
    assert (proposed.change, proposed.old, proposed.reason) == (change, 3, None)
    materials = event(facts.EntryAdded(entry="x", materials={"letter": ("d",)})).bare().body
    assert isinstance(materials, facts.EntryAdded)
    assert materials.materials == {"letter": ()}


@pytest.fixture(scope="module")
def whole() -> Walk:
    return at_step("first-talk").to_the_end()


def test_a_history_without_personal_data_leads_to_the_same_case(whole: Walk) -> None:
    assert replay(whole.process, [one.bare() for one in whole.events]) == whole.case


def test_events_come_back_from_json_as_they_were(whole: Walk) -> None:
    for one in whole.events:
        assert Event.model_validate_json(one.model_dump_json()) == one
        assert "type" not in one.data
        again = {**one.model_dump(mode="json"), "body": {**one.data, "type": one.type}}
        assert Event.model_validate(again) == one


def test_a_case_comes_back_from_json_as_it_was(whole: Walk) -> None:
    assert type(whole.case).model_validate_json(whole.case.model_dump_json()) == whole.case


def test_a_history_begins_with_the_start_and_leaves_no_number_out(whole: Walk) -> None:
    first, second, third = whole.events[:3]
    with pytest.raises(ValueError, match="begins with case-started"):
        evolve(whole.process, None, second)
    case = evolve(whole.process, None, first)
    with pytest.raises(ValueError, match="event 3 does not follow event 1"):
        evolve(whole.process, case, third)
    with pytest.raises(ValueError, match="event 1 does not follow event 1"):
        evolve(whole.process, case, first)
    with pytest.raises(ValueError, match="no events, no case"):
        replay(whole.process, [])
    assert replay(whole.process, [], case) == case


def test_the_latest_day_is_that_of_an_act_not_of_time() -> None:
    walk = Walk(guild(record("ask", due={"within": "P1D", "of": "apply", "basis": "7"})), DAY)
    walk.wait(date(2026, 6, 20))
    assert walk.case.latest_on == DAY
    walk.do("ask", date(2026, 6, 20))
    assert walk.case.latest_on == date(2026, 6, 20)


def test_a_warning_keeps_rule_level_and_article() -> None:
    warned = Warned(rule="r", level="late", basis="7", detail=Text(zh="迟", en="late"))
    body = facts.StepCompleted(outcome="done", version="1", warnings=(warned,))
    assert event(body).bare().body == body
