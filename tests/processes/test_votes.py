"""The arithmetic of the two votes of a branch, on every number of people a branch may have."""

from __future__ import annotations

import pytest

from domain.acts import MeetingRecord, StepAct
from domain.casting import Cast
from domain.deciding import decide
from domain.evolving import replay
from domain.moments import start_of
from domain.refusals import NotCarried, NotQuorate, RuleViolation, WrongCount
from domain.scenarios import Scenario
from domain.scenery import PersonSpec
from tests.processes.shipped import MEMBERSHIP, library, played, scenarios

NEW = library().find(MEMBERSHIP, "2026.1")
FULL_MEMBERS_WITH_A_NAME = 7


def _until(scenario: Scenario, step: str) -> Scenario:
    first = [act.step for act in scenario.told].index(step)
    return scenario.model_copy(update={"acts": scenario.told[:first]})


ORDINARY = scenarios(MEMBERSHIP)["ordinary-2026"]
BEFORE = {step: played(MEMBERSHIP, _until(ORDINARY, step)) for step in ("branch-vote", "conversion-vote")}
DAYS = {act.step: act.on for act in ORDINARY.told if act.step in BEFORE}


def _voted(step: str, outcome: str, entitled: int, **numbers: int) -> str:
    """Return what comes of a vote in a branch of that many full members: an outcome, or a refusal's name."""
    case = BEFORE[step].case
    assert case is not None
    crowd = {
        f"m{number}": PersonSpec(standing="full-member", unit="branch") for number in range(1, entitled - 6)
    }
    organisation = ORDINARY.organisation.model_copy(
        update={"people": {**ORDINARY.organisation.people, **crowd}, "crowd": {}}
    )
    day = DAYS[step]
    cast = Cast(NEW, organisation)
    known = cast.circumstances("zhao", day, unit="branch", case=case)
    roster = known.roster("branch.full-members")
    assert roster is not None
    numbers["written"] = numbers.get("written", 0)
    wrote = roster.people[len(roster.people) - numbers["written"] :]
    act = StepAct(
        known=known,
        occurred_on=day,
        step=step,
        outcome=outcome,
        fields={"introducers-reported": True, "subject-reported": True} if step == "branch-vote" else {},
        materials={ref.id: ("0" * 64,) for ref in NEW.steps[step].materials},
        meeting=MeetingRecord.model_validate(
            {"eligible": entitled, **numbers, "opinions": [{"person": one} for one in wrote]}
        ),
    )
    try:
        events = decide(NEW, case, act, start_of(day, NEW.time_zone))
    except RuleViolation as refused:
        return type(refused).__name__
    state = replay(NEW, events, case).steps[step]
    return str(state.outcome)


@pytest.mark.parametrize("step,motion", [("branch-vote", "carried"), ("conversion-vote", "convert")])
@pytest.mark.parametrize("entitled", range(FULL_MEMBERS_WITH_A_NAME, 19))
def test_twice_those_present_are_more_than_those_entitled(step, motion, entitled):
    for present in range(entitled + 1):
        came_of_it = _voted(step, motion, entitled, present=present, yes=present)
        assert (came_of_it == motion) == (2 * present > entitled), (entitled, present)
        assert came_of_it in {motion, NotQuorate.__name__}


@pytest.mark.parametrize("step,motion", [("branch-vote", "carried"), ("conversion-vote", "convert")])
@pytest.mark.parametrize("entitled", range(FULL_MEMBERS_WITH_A_NAME, 19))
def test_twice_the_yes_votes_are_more_than_those_entitled_however_many_came(step, motion, entitled):
    for present in (entitled // 2 + 1, entitled):
        for yes in range(present + 1):
            came_of_it = _voted(step, motion, entitled, present=present, yes=yes, no=present - yes)
            assert (came_of_it == motion) == (2 * yes > entitled), (entitled, present, yes)
            assert came_of_it in {motion, NotCarried.__name__}


def test_a_lost_vote_is_recorded_as_lost_only_where_it_was_lost():
    for yes in range(17):
        came_of_it = _voted("branch-vote", "lost", 16, present=16, yes=yes, no=16 - yes)
        assert came_of_it == ("lost" if yes <= 8 else NotCarried.__name__)


def test_written_opinions_count_for_yes_and_not_for_presence():
    assert _voted("branch-vote", "carried", 16, present=9, written=7, yes=9, no=7) == "carried"
    assert _voted("branch-vote", "carried", 16, present=8, written=8, yes=16) == NotQuorate.__name__


def test_abstentions_are_no_yes_votes():
    assert _voted("branch-vote", "carried", 16, present=16, yes=8, abstain=8) == NotCarried.__name__


@pytest.mark.parametrize(
    "numbers",
    [
        {"present": 16, "yes": 15},
        {"present": 16, "yes": 17},
        {"present": 17, "yes": 17},
        {"present": 12, "written": 5, "yes": 17},
        {"present": 16, "yes": 16, "vetoes": 1},
    ],
)
def test_numbers_that_do_not_add_up_are_refused(numbers):
    assert _voted("branch-vote", "carried", 16, **numbers) == WrongCount.__name__


def test_the_number_entitled_is_that_of_the_roster():
    case = BEFORE["branch-vote"].case
    assert case is not None
    for claimed in (15, 17):
        act = StepAct(
            known=Cast(NEW, ORDINARY.organisation).circumstances(
                "zhao", DAYS["branch-vote"], unit="branch", case=case
            ),
            occurred_on=DAYS["branch-vote"],
            step="branch-vote",
            meeting=MeetingRecord(eligible=claimed, present=claimed, yes=claimed),
        )
        with pytest.raises(WrongCount):
            decide(NEW, case, act, start_of(DAYS["branch-vote"], NEW.time_zone))
