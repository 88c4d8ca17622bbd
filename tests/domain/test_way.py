"""The way of a case as a picture shows it, the days it knows, and what happened in words."""

from datetime import UTC, date, datetime

import pytest

from domain.acts import Withdraw
from domain.deciding import decide
from domain.deriving import known_days
from domain.events import Event
from domain.evolving import replay
from domain.narrating import told
from domain.way import way
from tests.builders import SUBJECT, a_library, a_start, an_act, known_to
from tests.domain.world import shipped

PROCESS = a_library().find("reading-circle", "1")
STARTED = a_start(on=date(2025, 3, 3))
TALKED = an_act("talk", date(2025, 3, 10), outcome="done")


def at(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def after(*acts):
    case = None
    events: list[Event] = []
    for act in acts:
        new = decide(PROCESS, case, act, at(act.occurred_on))
        case, events = replay(PROCESS, new, case), [*events, *new]
    return case, events


def places(case, day):
    return {step.step: (step.place, step.on) for stage in way(PROCESS, case, at(day)) for step in stage.steps}


def test_a_step_that_is_done_shows_its_day_one_that_is_open_when_it_is_due_and_the_rest_the_first_day():
    case, _ = after(STARTED)
    found = places(case, date(2025, 3, 10))
    assert found["apply"] == ("done", date(2025, 3, 3))
    assert found["talk"] == ("open", date(2025, 4, 3))
    assert {place for place, _ in list(found.values())[2:]} == {"ahead"}
    days = [on for place, on in found.values() if place == "ahead" and on is not None]
    assert max(days) == date(2026, 3, 17)


def test_a_step_past_its_deadline_is_late():
    case, _ = after(STARTED)
    assert places(case, date(2025, 4, 4))["talk"] == ("late", date(2025, 4, 3))


def test_stages_behind_are_done_and_the_present_one_is_open():
    case, _ = after(STARTED, TALKED)
    assert [stage.place for stage in way(PROCESS, case, at(date(2025, 3, 11)))][:2] == ["done", "open"]


def test_nothing_more_happens_in_a_case_that_has_ended():
    left = Withdraw(known=known_to(SUBJECT), occurred_on=date(2025, 3, 5))
    case, _ = after(STARTED, left)
    found = places(case, date(2025, 3, 6))
    assert found["apply"] == ("done", date(2025, 3, 3))
    assert {place for step, (place, _) in found.items() if step != "apply"} == {"never"}


def test_each_day_says_how_it_comes_about():
    case, _ = after(STARTED, TALKED)
    found = {known.anchor: known for known in known_days(PROCESS, case)}
    assert found["apply"].day == date(2025, 3, 3)
    ends = next(known for anchor, known in found.items() if anchor.endswith(".ends"))
    assert "12 months" in ends.derived.en
    assert "12个月" in ends.derived.zh
    assert [known.day for known in found.values()] == sorted(known.day for known in found.values())


def test_everything_that_happens_is_told_in_both_languages():
    case, events = after(STARTED, TALKED)
    assert case.stage != "application"
    for event in events:
        says = told(PROCESS, event.type, event.step, event.data)
        assert says.zh != event.type
        assert says.en != event.type
    assert told(PROCESS, "step-completed", "talk", {"outcome": "done"}).en == "Talk: done"


def test_what_is_withheld_from_a_vote_is_left_out_of_the_sentence():
    process = shipped().family("membership-development")[-1]
    whole = {"outcome": "carried", "meeting": {"eligible": 16, "present": 12, "yes": 11, "no": 1}}
    assert "yes 11" in told(process, "step-completed", "branch-vote", whole).en
    masked = {"outcome": "carried", "meeting": {"eligible": "*", "present": None}}
    assert told(process, "step-completed", "branch-vote", masked).en.endswith("(numbers not shown)")


@pytest.mark.parametrize(
    "process", list(shipped()), ids=lambda process: f"{process.process}-{process.version}"
)
def test_every_outcome_of_what_is_shipped_has_a_name_in_chinese(process):
    for step in process.steps.values():
        for outcome in step.outcomes:
            says = told(process, "step-completed", step.id, {"outcome": outcome}).zh
            assert any("\u4e00" <= letter <= "\u9fff" for letter in says.rpartition("：")[2]), (
                step.id,
                outcome,
            )
