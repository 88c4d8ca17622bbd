"""Who keeps out of what is decided about the subject: relatives, and those who declared a conflict."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import Backing, Change, Correct, Excluded, MeetingRecord, Opinion, Recuse
from domain.circumstances import Circumstances, Relative, Roster
from domain.events import RecusalLifted, StepCompleted
from domain.process import Process
from domain.recusing import closed_to
from domain.refusals import ConflictOfInterest, DocumentMissing, NotQuorate, WrongCount
from domain.rosters import seats
from tests.domain.walking import Walk, guild, record, step
from tests.domain.world import SUBJECT

DAY = date(2026, 6, 1)
HALF = {"more_than": "1/2", "of": "eligible", "basis": "8"}
KIN = {"relations": ["spouse", "sibling"], "basis": "9", "id": "kin"}
VOTE = step(
    "meeting",
    "vote",
    body="assembly",
    quorum=HALF,
    carried=HALF,
    written=True,
    outcomes={"carried": "next", "lost": "again"},
)
MAY_RECUSE = {"recuse": ["lodge.warden"]}
GROUNDS = {"ill": {"zh": "病", "en": "Ill", "consent": "block", "resolution": "finding", "basis": "7"}}


def meeting(**changes: Any) -> Walk:
    made = {"recusal": KIN, "whole_case": MAY_RECUSE, "grounds": GROUNDS}
    return Walk(guild(VOTE, **{**made, **changes}), DAY)


def related(walk: Walk, *relatives: Relative) -> Circumstances:
    return walk.known("lodge.warden").model_copy(update={"relatives": relatives})


def counted(eligible: int, present: int | None = None, **more: Any) -> MeetingRecord:
    there = eligible if present is None else present
    return MeetingRecord(**{"eligible": eligible, "present": there, "yes": there, **more})


def brother(person: str = "member-1", **more: Any) -> Relative:
    return Relative(person=person, kind="sibling", stated_by="clerk", **more)


def test_a_relative_is_not_among_those_entitled_and_it_is_noted_how_many_kept_out() -> None:
    walk = meeting()
    kin = related(walk, brother())
    refused = walk.refused_act(walk.act("vote", known=kin, meeting=counted(16)))
    assert isinstance(refused, WrongCount)
    assert refused.passes_when is not None
    assert refused.passes_when.en == "eligible is 15"
    body = walk.take(walk.act("vote", known=kin, meeting=counted(15, 8)))[0].body
    assert isinstance(body, StepCompleted)
    assert [(one.rule, one.level, one.basis) for one in body.warnings] == [("kin", "finding", "9")]


def test_only_the_relations_of_the_definition_keep_out() -> None:
    walk = meeting()
    kin = related(walk, Relative(person="member-1", kind="other-relative", stated_by="clerk"))
    assert walk.take(walk.act("vote", known=kin, meeting=counted(16)))


def test_what_the_subject_alone_says_of_somebody_takes_nobodys_vote() -> None:
    walk = meeting()
    said = related(walk, Relative(person="member-1", kind="sibling", stated_by=SUBJECT))
    assert walk.take(walk.act("vote", known=said, meeting=counted(16)))


def test_where_a_definition_knows_no_recusal_relatives_vote() -> None:
    walk = meeting(recusal=None)
    assert walk.take(walk.act("vote", known=related(walk, brother()), meeting=counted(16)))


@pytest.mark.parametrize("lent_by", [None, "member-1"])
def test_a_relative_neither_acts_nor_has_a_substitute_act_where_something_is_decided(lent_by: Any) -> None:
    walk = meeting()
    warden = walk.known("lodge.warden")
    posts = tuple(post.model_copy(update={"on_behalf_of": lent_by}) for post in warden.posts)
    actor = "cid" if lent_by else "member-1"
    kin = warden.model_copy(update={"actor": actor, "posts": posts, "relatives": (brother(),)})
    refused = walk.refused_act(walk.act("vote", known=kin, meeting=counted(15)))
    assert isinstance(refused, ConflictOfInterest)
    assert (refused.rule, refused.basis) == ("kin", "9")
    assert refused.passes_when is not None
    assert refused.passes_when.en == "somebody else acts as: Warden"
    assert isinstance(walk.why_not("vote", kin), ConflictOfInterest)


def test_a_relative_does_what_is_only_recorded_unless_the_definition_says_otherwise() -> None:
    kin = {"actor": "member-1", "relatives": (brother(),)}
    free = Walk(guild(record("file"), recusal=KIN), DAY)
    assert free.take(free.act("file", known=free.known("lodge.warden", **kin)))
    bound = Walk(guild(record("file"), recusal={**KIN, "also": ["file"]}), DAY)
    assert bound.refused_act(bound.act("file", known=bound.known("lodge.warden", **kin))).rule == "kin"


def recusing(walk: Walk, by: str, person: str | None = None, **more: Any) -> Recuse:
    known = walk.known("lodge.warden").model_copy(update={"actor": by})
    return Recuse(known=known, occurred_on=walk.day, reason="we quarrel", person=person, **more)


def test_whoever_declares_a_conflict_keeps_out_until_somebody_else_lets_him_in() -> None:
    walk = meeting(recusal=None)
    walk.take(recusing(walk, "ann", "member-1"))
    assert walk.case.recused == ("member-1",)
    assert walk.open("vote").recused == ("member-1",)
    assert walk.refused_act(walk.act("vote", meeting=counted(16))).rule == "vote.roster"
    assert walk.refused_act(recusing(walk, "ann", "member-1")).rule == "recuse.again"
    assert walk.refused_act(recusing(walk, "member-1", "member-1", lifts=True)).rule == "recuse.second"
    lifted = walk.take(recusing(walk, "ann", "member-1", lifts=True))[0].body
    assert isinstance(lifted, RecusalLifted)
    assert walk.take(walk.act("vote", meeting=counted(16)))


def test_a_recusal_has_a_reason_is_not_about_the_subject_and_known_to_the_definition() -> None:
    walk = meeting()
    assert walk.refused_act(recusing(walk, "ann").model_copy(update={"reason": " "})).rule == "recuse.reason"
    assert walk.refused_act(recusing(walk, "ann", SUBJECT)).rule == "recuse.subject"
    assert walk.refused_act(recusing(walk, "ann", "member-1", lifts=True)).rule == "recuse.lift"
    unknown = meeting(whole_case={"withdraw": ["subject"]})
    assert unknown.refused_act(recusing(unknown, "ann")).rule == "whole-case.recuse"


def test_whoever_keeps_out_corrects_nothing_for_that_would_show_him_what_was_said() -> None:
    walk = meeting(whole_case={**MAY_RECUSE, "correct": ["lodge.warden"]})
    seq = walk.state("apply").done_seq
    assert seq is not None
    change = Change(seq=seq, path="occurred_on", value=str(DAY))
    kin = related(walk, brother()).model_copy(update={"actor": "member-1"})
    asked = Correct(known=kin, occurred_on=DAY, reason="misread", change=change, old=str(DAY))
    assert walk.refused_act(asked).rule == "kin"
    walk.take(asked.model_copy(update={"known": related(walk, brother())}))
    answer = Correct(known=kin, occurred_on=DAY, confirms=walk.case.proposals[0].seq)
    assert walk.refused_act(answer).rule == "kin"


def test_a_case_role_that_keeps_out_is_asked_no_more() -> None:
    process = guild(
        step("appoint", "name", role="sponsors"),
        step("decision", "judge", by=["sponsors", "lodge.elder"]),
        whole_case=MAY_RECUSE,
    )
    walk = Walk(process, DAY)
    walk.do("name", people=("member-3", "member-4"))
    walk.take(recusing(walk, "ann", "member-3"))
    assert walk.open("judge").assignees[0].people == ("member-4",)
    mine = walk.known("lodge.elder", actor="member-3")
    assert walk.refused_act(walk.act("judge", known=mine)).rule == "recusal.declared"


def test_an_exclusion_rests_on_what_its_ground_asks_for() -> None:
    walk = meeting()
    bare = counted(15, excluded=(Excluded(person="member-2", ground="ill", consent=Backing(ref=" ")),))
    refused = walk.refused_act(walk.act("vote", meeting=bare))
    assert isinstance(refused, DocumentMissing)
    assert (refused.rule, refused.basis) == ("vote.exclusion-consent", "7")
    backed = Excluded(person="member-2", ground="ill", consent=Backing(material="ab"))
    body = walk.take(walk.act("vote", meeting=counted(15, excluded=(backed,))))[0].body
    assert isinstance(body, StepCompleted)
    assert [(one.rule, one.level) for one in body.warnings] == [("vote.exclusion-resolution", "finding")]


def test_a_meeting_that_names_those_present_tells_nobody_outside_who_they_were() -> None:
    walk = meeting()
    there = tuple(f"member-{number}" for number in range(9))
    wrote = (Opinion(person="member-9"),)
    met = counted(16, 9, attended=there, written=1, yes=10, opinions=wrote)
    body = walk.take(walk.act("vote", meeting=met))[0].body
    assert isinstance(body, StepCompleted)
    assert body.meeting is not None
    assert (body.meeting.attended, body.meeting.opinions) == (there, wrote)
    bare = body.bare()
    assert isinstance(bare, StepCompleted)
    assert bare.meeting is not None
    assert (bare.meeting.attended, bare.meeting.opinions) == ((), ())


def test_the_deliberation_is_closed_to_those_who_keep_out_and_to_nobody_else() -> None:
    walk = meeting()
    process: Process = walk.process
    assert closed_to(process, walk.case, "member-1", (brother(),)) == {"vote"}
    assert closed_to(process, walk.case, "member-2", (brother(),)) == frozenset()
    walk.take(recusing(walk, "ann", "member-2"))
    assert closed_to(process, walk.case, "member-2", ()) == {"vote"}


PEOPLE = tuple(f"member-{number}" for number in range(12))
SOME = st.sets(st.sampled_from((*PEOPLE, SUBJECT, "stranger")))


@settings(deadline=None, max_examples=40)
@given(roster=SOME, kin=SOME, declared=SOME, out=st.integers(0, 3), present=st.integers(0, 12))
def test_every_quorum_is_of_those_who_are_left(
    roster: set[str], kin: set[str], declared: set[str], out: int, present: int
) -> None:
    walk = meeting()
    for person in sorted(declared - {SUBJECT}):
        walk.take(recusing(walk, "ann", person))
    known = related(walk, *(brother(person) for person in sorted(kin)))
    known = known.model_copy(update={"rosters": (Roster(body="assembly", people=tuple(sorted(roster))),)})
    left = sorted(roster - kin - declared - {SUBJECT})
    found = seats(walk.process, walk.case, "assembly", known)
    assert sorted((*found.entitled, *found.recused)) == sorted(roster - {SUBJECT})
    assert list(found.entitled) == left
    excluded = tuple(Excluded(person=person, ground="ill", consent=Backing(on=DAY)) for person in left[:out])
    whole = len(left) - len(excluded)
    there = min(present, whole)
    act = walk.act("vote", outcome=None, known=known, meeting=counted(whole, there, excluded=excluded))
    if 2 * there > whole:
        assert walk.take(act)
    else:
        assert isinstance(walk.refused_act(act), NotQuorate)
    wrong = counted(whole + 1, there, excluded=excluded)
    assert isinstance(walk.refused_act(act.model_copy(update={"meeting": wrong})), Exception)
