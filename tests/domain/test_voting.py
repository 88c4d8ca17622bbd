"""The arithmetic of a vote."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.acts import Excluded, MeetingRecord, Opinion
from domain.refusals import FieldInvalid, NotCarried, NotPossible, NotQuorate, RuleViolation, WrongCount
from domain.rules import Threshold
from domain.steps import MeetingStep
from domain.voting import is_carried, outcome_of_vote, voting_body
from tests.domain.walking import at_step, guild, step
from tests.domain.world import World

DAY = date(2026, 6, 1)
HALF = {"more_than": "1/2", "of": "eligible", "basis": "8"}


def motion(**more: Any) -> Any:
    """Return a guild that votes, with the meeting it holds."""
    made: dict[str, Any] = {
        "body": "assembly",
        "quorum": HALF,
        "carried": HALF,
        "written": True,
        "outcomes": {"carried": "next", "lost": "again"},
    }
    process = guild(step("meeting", "vote", **{**made, **more}))
    meeting = process.steps["vote"]
    assert isinstance(meeting, MeetingStep)
    return process, meeting


def held(members: int, claimed: str | None = None, *, definition: Any = None, **numbers: Any) -> Any:
    process, meeting = definition or motion()
    given = {"eligible": members, "abstain": 0, **numbers}
    if "no" not in given:
        given["no"] = given["present"] + given.get("written", 0) - given["yes"] - given["abstain"]
    world = World(process, members=members)
    record = MeetingRecord(**given)
    return outcome_of_vote(process, world.started(DAY), meeting, claimed, record, world.known("lodge.warden"))


@pytest.mark.parametrize("entitled,enough", [(16, 9), (15, 8), (3, 2), (2, 2), (1, 1)])
def test_more_than_half_of_those_entitled_must_be_present(entitled: int, enough: int) -> None:
    assert held(entitled, present=enough, yes=enough) == ("carried", "assembly")
    with pytest.raises(NotQuorate) as refused:
        held(entitled, present=enough - 1, yes=enough - 1)
    assert refused.value.rule == "vote.quorum"
    assert refused.value.basis == "8"
    assert refused.value.passes_when is not None
    assert refused.value.passes_when.en == f"at least {enough} are present"


@pytest.mark.parametrize("entitled,enough", [(16, 9), (15, 8), (4, 3)])
def test_more_than_half_of_those_entitled_must_say_yes_however_many_came(entitled: int, enough: int) -> None:
    assert held(entitled, present=entitled, yes=enough)[0] == "carried"
    assert held(entitled, present=entitled, yes=enough - 1)[0] == "lost"
    assert held(entitled, present=enough, yes=enough - 1)[0] == "lost"


def test_a_written_opinion_counts_as_a_vote() -> None:
    assert held(16, present=9, written=2, yes=9)[0] == "carried"
    assert held(16, present=9, written=7, yes=16)[0] == "carried"


def test_a_written_opinion_does_not_count_as_presence() -> None:
    with pytest.raises(NotQuorate):
        held(16, present=8, written=8, yes=16)


def test_written_opinions_count_only_where_the_rules_know_them() -> None:
    with pytest.raises(WrongCount) as refused:
        held(16, definition=motion(written=False), present=9, written=1, yes=9)
    assert refused.value.rule == "vote.written"


def wrote(*people: str, says: Any = None) -> tuple[Opinion, ...]:
    return tuple(Opinion(person=one, says=says) for one in people)


@pytest.mark.parametrize(
    "numbers",
    [
        {"written": 1, "opinions": wrote("stranger")},
        {"written": 2, "opinions": wrote("member-9", "member-9")},
        {"written": 1, "opinions": wrote("member-0")},
        {"written": 2, "opinions": wrote("member-9")},
        {"written": 0, "yes": 9, "opinions": wrote("member-9")},
    ],
)
def test_who_wrote_is_entitled_and_absent_and_named_once_for_each_opinion_counted(numbers: Any) -> None:
    there = tuple(f"member-{number}" for number in range(9))
    given = {"present": 9, "attended": there, "yes": 9, "no": numbers["written"], **numbers}
    with pytest.raises(WrongCount) as refused:
        held(16, **given)
    assert refused.value.rule == "vote.opinions"
    assert "stranger" not in refused.value.detail.en
    assert held(16, **{**given, "written": 1, "no": 1, "opinions": wrote("member-9")})[0] == "carried"


def test_whoever_is_left_out_of_the_count_has_no_opinion_in_writing_either() -> None:
    out = (Excluded(person="member-9", ground="ill"),)
    with pytest.raises(WrongCount) as refused:
        held(16, eligible=15, present=9, written=1, yes=9, excluded=out, opinions=wrote("member-9"))
    assert refused.value.rule == "vote.opinions"


def test_what_somebody_wrote_is_not_recorded_of_a_secret_ballot() -> None:
    with pytest.raises(WrongCount) as refused:
        held(16, present=9, written=1, yes=9, opinions=wrote("member-9", says="no"))
    assert refused.value.rule == "vote.secret"
    opened = motion(ballot="open")
    assert held(16, definition=opened, present=9, written=1, yes=9, opinions=wrote("member-9", says="no"))


def test_of_an_open_ballot_no_more_wrote_a_vote_than_were_counted() -> None:
    opened = motion(ballot="open")
    for said, counted in (("yes", "yes"), ("no", "no"), ("abstain", "abstain")):
        votes: dict[str, Any] = {"yes": 9, "no": 1, "abstain": 1, counted: 1, "present": 9, "written": 2}
        votes["present"] = votes["yes"] + votes["no"] + votes["abstain"] - 2
        opinions = wrote("member-14", "member-15", says=said)
        with pytest.raises(WrongCount) as refused:
            held(16, definition=opened, **votes, opinions=opinions)
        assert refused.value.rule == "vote.sums"


def test_a_claim_is_held_against_the_numbers() -> None:
    with pytest.raises(NotCarried) as refused:
        held(16, "carried", present=16, yes=8)
    assert "9 of 16" in refused.value.detail.en
    assert refused.value.passes_when is not None
    assert refused.value.passes_when.en == "at least 9 vote yes"
    with pytest.raises(NotCarried) as claimed_lost:
        held(16, "lost", present=16, yes=9)
    assert claimed_lost.value.passes_when is None
    assert "9 yes reaches the 9 needed" in claimed_lost.value.detail.en
    assert held(16, "lost", present=16, yes=8)[0] == "lost"
    assert held(16, "carried", present=16, yes=9)[0] == "carried"


def test_rules_of_the_definition_name_the_refusals() -> None:
    named = motion(quorum={**HALF, "id": "quorum-rule"}, carried={**HALF, "id": "carried-rule"})
    with pytest.raises(NotQuorate) as few:
        held(16, definition=named, present=8, yes=8)
    assert few.value.rule == "quorum-rule"
    with pytest.raises(NotCarried) as lost:
        held(16, "carried", definition=named, present=9, yes=8)
    assert lost.value.rule == "carried-rule"


@pytest.mark.parametrize("eligible", [15, 17, 0])
def test_those_entitled_come_from_the_roster_never_from_a_typed_number(eligible: int) -> None:
    with pytest.raises(WrongCount) as refused:
        held(16, eligible=eligible, present=9, yes=9)
    assert refused.value.rule == "vote.roster"
    assert refused.value.passes_when is not None
    assert refused.value.passes_when.en == "eligible is 16"


def test_who_is_left_out_on_a_ground_is_not_counted() -> None:
    out = (Excluded(person="member-1", ground="ill"), Excluded(person="member-2", ground="ill"))
    assert held(16, eligible=14, present=8, yes=8, excluded=out)[0] == "carried"
    with pytest.raises(WrongCount):
        held(16, eligible=16, present=9, yes=9, excluded=out)


@pytest.mark.parametrize(
    "out",
    [
        (Excluded(person="member-1", ground="bored"),),
        (Excluded(person="stranger", ground="ill"),),
        (Excluded(person="member-1", ground="ill"), Excluded(person="member-1", ground="ill")),
    ],
)
def test_nobody_is_left_out_without_a_ground_nor_twice_nor_if_not_entitled(out: Any) -> None:
    with pytest.raises(WrongCount) as refused:
        held(16, eligible=16 - len(out), present=9, yes=9, excluded=out)
    assert refused.value.rule == "vote.exclusions"
    assert "stranger" not in refused.value.detail.en


@pytest.mark.parametrize(
    "numbers,rule",
    [
        ({"present": 17, "yes": 17}, "vote.sums"),
        ({"present": 10, "written": 7, "yes": 17}, "vote.sums"),
        ({"present": 10, "yes": 9, "no": 0}, "vote.sums"),
        ({"present": 10, "yes": 10, "no": 1}, "vote.sums"),
        ({"present": 10, "yes": 9, "no": 1, "abstain": 1}, "vote.sums"),
        ({"present": 10, "yes": 9, "no": 1, "vetoes": 1}, "vote.sums"),
    ],
)
def test_numbers_that_do_not_add_up_are_refused(numbers: Any, rule: str) -> None:
    with pytest.raises(WrongCount) as refused:
        held(16, **numbers)
    assert refused.value.rule == rule
    assert refused.value.basis == "8"


def test_everybody_may_come_and_everybody_else_may_write() -> None:
    assert held(16, present=10, written=6, yes=16)[0] == "carried"


def test_one_veto_stops_a_motion_where_the_rules_know_a_veto() -> None:
    definition = motion(veto={"basis": "9"}, quorum=None, carried={"count": 3, "basis": "9"})
    assert held(5, definition=definition, present=5, yes=4, no=1)[0] == "carried"
    assert held(5, definition=definition, present=5, yes=4, no=1, vetoes=1)[0] == "lost"
    with pytest.raises(NotCarried) as refused:
        held(5, "carried", definition=definition, present=5, yes=4, no=1, vetoes=1)
    assert "nobody may veto" in refused.value.detail.en
    with pytest.raises(WrongCount):
        held(5, definition=definition, present=5, yes=4, no=1, vetoes=2)


def test_a_count_of_yes_votes_may_be_all_that_is_asked() -> None:
    definition = motion(quorum=None, carried={"count": 3, "basis": "9"})
    assert held(16, definition=definition, present=3, yes=3)[0] == "carried"
    assert held(16, definition=definition, present=3, yes=2)[0] == "lost"


@pytest.mark.parametrize(
    "tie,chair,carries",
    [("chair", "yes", True), ("chair", "no", False), ("chair", None, False), ("lost", "yes", False)],
)
def test_the_chair_decides_equal_votes_where_the_rules_say_so(tie: str, chair: Any, carries: bool) -> None:
    _, meeting = motion(tie=tie, carried={**HALF, "of": "cast"})
    assert is_carried(meeting, MeetingRecord(eligible=8, present=8, yes=4, no=4, chair=chair)) is carries


def test_the_chair_decides_only_equal_votes_of_those_cast() -> None:
    _, of_cast = motion(tie="chair", carried={**HALF, "of": "cast"})
    _, of_all = motion(tie="chair")
    assert not is_carried(of_cast, MeetingRecord(eligible=8, present=8, yes=3, no=5, chair="yes"))
    assert not is_carried(of_all, MeetingRecord(eligible=8, present=8, yes=4, no=4, chair="yes"))


@pytest.mark.parametrize(
    "of,yes,carries",
    [
        ("cast", 3, True),
        ("cast", 2, False),
        ("present", 6, True),
        ("present", 5, False),
        ("eligible", 8, False),
    ],
)
def test_a_share_may_be_of_votes_cast_of_those_present_or_of_those_entitled(
    of: str, yes: int, carries: bool
) -> None:
    _, meeting = motion(carried={**HALF, "of": of})
    no = 2 if of == "cast" else 1
    assert is_carried(meeting, MeetingRecord(eligible=16, present=10, yes=yes, no=no, abstain=9)) is carries


def test_at_least_a_share_is_met_by_exactly_that_share() -> None:
    _, meeting = motion(carried={"at_least": "2/3", "of": "cast", "basis": "8"})
    assert is_carried(meeting, MeetingRecord(eligible=9, present=9, yes=6, no=3))
    assert not is_carried(meeting, MeetingRecord(eligible=9, present=9, yes=5, no=3))


@pytest.mark.parametrize(
    "carried", [{"at_least": "2/3", "of": "cast", "basis": "8"}, {"count": 0, "basis": "8"}]
)
def test_nothing_carries_without_a_single_yes(carried: Any) -> None:
    _, meeting = motion(carried=carried, tie="chair")
    nobody = MeetingRecord(eligible=9, present=9, yes=0, no=0, abstain=9, chair="yes")
    assert not is_carried(meeting, nobody)


def test_an_empty_body_decides_nothing() -> None:
    with pytest.raises(NotQuorate):
        held(0, present=0, yes=0)


@pytest.mark.parametrize(
    "measure,whole,needed",
    [
        ({"more_than": "1/2"}, 16, 9),
        ({"more_than": "1/2"}, 15, 8),
        ({"more_than": "2/3"}, 9, 7),
        ({"at_least": "2/3"}, 9, 6),
        ({"at_least": "2/3"}, 10, 7),
        ({"count": 3}, 100, 3),
        ({"more_than": "0.5"}, 4, 3),
    ],
)
def test_the_number_needed_is_the_smallest_that_is_enough(measure: Any, whole: int, needed: int) -> None:
    threshold = Threshold.model_validate({**measure, "basis": "8"})
    assert threshold.needed(whole) == needed
    assert threshold.is_met(needed, whole)
    assert not threshold.is_met(needed - 1, whole)


@pytest.mark.parametrize(
    "measure", [{}, {"more_than": "1/2", "count": 3}, {"more_than": "half"}, {"at_least": "1/0"}]
)
def test_a_threshold_has_one_measure_and_a_share_is_a_fraction(measure: Any) -> None:
    with pytest.raises(ValidationError):
        Threshold.model_validate({**measure, "basis": "8"})


def test_a_meeting_without_numbers_is_refused() -> None:
    process, meeting = motion()
    world = World(process)
    with pytest.raises(FieldInvalid) as refused:
        outcome_of_vote(process, world.started(DAY), meeting, "carried", None, world.known("lodge.warden"))
    assert refused.value.rule == "vote.meeting"


def test_where_there_are_several_motions_the_act_says_which() -> None:
    several = motion(outcomes={"convert": "next", "extend": "next", "lost": "again"})
    assert held(16, "extend", definition=several, present=16, yes=9)[0] == "extend"
    assert held(16, "lost", definition=several, present=16, yes=8)[0] == "lost"
    for claimed in (None, "promote"):
        with pytest.raises(FieldInvalid) as refused:
            held(16, claimed, definition=several, present=16, yes=9)
        assert refused.value.rule == "vote.outcome"
        assert "convert" in refused.value.detail.en


def test_a_small_unit_has_no_board_and_its_assembly_decides() -> None:
    process, meeting = motion(body="board")
    assert voting_body(process, meeting, World(process, members=7).known("lodge.warden")) == "board"
    assert voting_body(process, meeting, World(process, members=6).known("lodge.warden")) == "assembly"


def test_a_body_that_is_not_on_the_case_s_path_cannot_meet() -> None:
    process, meeting = motion(body="synod")
    assert voting_body(process, meeting, World(process).known("lodge.warden")) == "synod"
    with pytest.raises(NotPossible) as refused:
        voting_body(process, meeting, World(process, kinds=("lodge",)).known("lodge.warden"))
    assert refused.value.rule == "vote.body"


def test_a_branch_of_six_decides_in_its_general_meeting() -> None:
    walk = at_step("activist-decision", members=6)
    done = walk.do("activist-decision")[0].body
    assert (done.body, done.meeting.eligible) == ("branch.full-members", 6)  # type: ignore[union-attr]
    assert at_step("activist-decision").do("activist-decision")[0].body.body == "branch.committee"  # type: ignore[union-attr]


def test_a_lost_vote_of_the_branch_ends_the_case() -> None:
    walk = at_step("branch-vote")
    walk.do("branch-vote", outcome="lost")
    assert (walk.status(), walk.case.outcome, walk.case.standing) == (
        "closed",
        "not-approved",
        "development-object",
    )


def test_probationary_and_absent_members_change_nothing_in_the_count_of_those_entitled() -> None:
    walk = at_step("branch-vote")
    members = walk.known("branch.secretary").roster("branch.full-members")
    assert members is not None
    numbers = MeetingRecord(
        eligible=16, present=9, written=3, yes=9, no=3, opinions=wrote(*members.people[-3:])
    )
    walk.do("branch-vote", meeting=numbers)
    assert walk.state("branch-vote").outcome == "carried"
    refused: RuleViolation = at_step("branch-vote").refused(
        "branch-vote", meeting=numbers.model_copy(update={"present": 8, "no": 2})
    )
    assert (refused.rule, refused.basis) == ("branch-quorum", "19")
    unnamed: RuleViolation = at_step("branch-vote").refused(
        "branch-vote", meeting=numbers.model_copy(update={"opinions": ()})
    )
    assert (unnamed.rule, unnamed.basis) == ("branch-vote.opinions", "20")
