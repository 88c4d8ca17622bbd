"""Comments: who writes and withdraws them, and that nothing follows from them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.acts import Comment, Recuse, Suspend
from domain.case import Case
from domain.circumstances import Relative
from domain.commenting import LONGEST, MOST, may_comment
from domain.events import CommentAdded, CommentWithdrawn, Event
from domain.evolving import replay
from domain.obligations import obligations
from domain.refusals import ConflictOfInterest, FieldInvalid, NotEntitled, NotPossible, ReasonRequired
from domain.waiting import waiting
from tests.domain.test_histories import MOVES, PROCESSES, walked
from tests.domain.walking import Walk, guild, record, step
from tests.domain.world import SUBJECT, at

DAY = date(2026, 6, 1)
KIN = {"relations": ["sibling"], "basis": "9", "id": "kin"}
ACTS = {"recuse": ["lodge.warden"], "suspend": ["lodge.warden"], "withdraw": ["subject"]}


def a_walk(**changes: Any) -> Walk:
    return Walk(guild(record("file"), step("decision", "decide"), **{"whole_case": ACTS, **changes}), DAY)


def saying(walk: Walk, text: str | None = "谁还有意见？", by: str = "ann", **more: Any) -> Comment:
    known = walk.known("lodge.warden").model_copy(update={"actor": by})
    return Comment(known=known, occurred_on=walk.day, text=text, **more)


def taking_back(walk: Walk, seq: int, by: str = "ann", reason: str | None = "错了") -> Comment:
    return saying(walk, None, by, withdraws=seq, reason=reason)


def test_whoever_holds_a_post_in_the_case_comments_on_it_or_on_a_step() -> None:
    walk = a_walk()
    (whole,) = walk.take(saying(walk))
    (of_step,) = walk.take(saying(walk, "  see page 2 ", step="file"))
    assert whole.body == CommentAdded(text="谁还有意见？")
    assert (of_step.step, of_step.actor, of_step.body) == ("file", "ann", CommentAdded(text="see page 2"))
    assert walk.case.comments == {"ann": (whole.seq, of_step.seq)}


def test_the_subject_and_whoever_holds_no_post_of_the_process_write_none() -> None:
    walk = a_walk()
    assert isinstance(walk.refused_act(saying(walk, by=SUBJECT)), NotEntitled)
    none = walk.known("lodge.warden").model_copy(update={"actor": "ann", "posts": ()})
    refused = walk.refused_act(Comment(known=none, occurred_on=walk.day, text="x"))
    assert isinstance(refused, NotEntitled)
    assert not may_comment(walk.process, walk.case, none)


def test_an_auditor_reads_and_writes_none() -> None:
    walk = a_walk()
    known = walk.known("lodge.warden")
    posts = tuple(post.model_copy(update={"role": "auditor"}) for post in known.posts)
    audits = known.model_copy(update={"actor": "ann", "posts": posts})
    refused = walk.refused_act(Comment(known=audits, occurred_on=walk.day, text="x"))
    assert isinstance(refused, NotEntitled)


def test_whoever_keeps_out_writes_none_and_neither_does_his_substitute() -> None:
    walk = a_walk(recusal=KIN)
    kin = (Relative(person="ann", kind="sibling", stated_by="clerk"),)
    related = saying(walk).model_copy(
        update={"known": saying(walk).known.model_copy(update={"relatives": kin})}
    )
    refused = walk.refused_act(related)
    assert isinstance(refused, ConflictOfInterest)
    assert refused.rule == "kin"
    posts = tuple(post.model_copy(update={"on_behalf_of": "ann"}) for post in related.known.posts)
    lent = related.known.model_copy(update={"actor": "cid", "posts": posts})
    assert isinstance(
        walk.refused_act(Comment(known=lent, occurred_on=walk.day, text="x")), ConflictOfInterest
    )
    walk.take(Recuse(known=saying(walk).known, occurred_on=walk.day, reason="we quarrel", person="bob"))
    assert isinstance(walk.refused_act(saying(walk, by="bob")), ConflictOfInterest)


@pytest.mark.parametrize("text", [None, "", " \n\t", "好" * (LONGEST + 1)])
def test_a_comment_says_something_and_is_no_book(text: str | None) -> None:
    walk = a_walk()
    refused = walk.refused_act(saying(walk, text))
    assert isinstance(refused, FieldInvalid)
    assert refused.rule == "comment.text"


def test_a_comment_is_about_a_step_and_for_posts_that_there_are() -> None:
    walk = a_walk()
    assert walk.refused_act(saying(walk, step="nothing")).rule == "comment.step"
    assert walk.refused_act(saying(walk, to=("lodge.stranger",))).rule == "comment.to"


def test_whoever_wrote_a_comment_withdraws_it_once_and_for_a_reason() -> None:
    walk = a_walk()
    (said,) = walk.take(saying(walk))
    assert isinstance(walk.refused_act(taking_back(walk, said.seq, reason=" ")), ReasonRequired)
    assert walk.refused_act(taking_back(walk, said.seq, by="bob")).rule == "comment.own"
    assert walk.refused_act(taking_back(walk, said.seq - 1)).rule == "comment.stands"
    (gone,) = walk.take(taking_back(walk, said.seq))
    assert gone.body == CommentWithdrawn(comment=said.seq, reason="错了")
    assert walk.case.comments == {}
    assert walk.refused_act(taking_back(walk, said.seq)).rule == "comment.stands"


def test_a_case_holds_so_many_comments_until_some_are_withdrawn() -> None:
    walk = a_walk()
    walk.case = walk.case.model_copy(update={"comments": {"ann": tuple(range(2, MOST + 2))}})
    refused = walk.refused_act(saying(walk))
    assert isinstance(refused, NotPossible)
    assert refused.rule == "comment.most"
    walk.take(taking_back(walk, 2))
    assert walk.take(saying(walk, by="bob"))


def test_a_case_that_is_over_is_not_talked_about_any_more() -> None:
    walk = a_walk()
    walk.case = walk.case.model_copy(update={"status": "closed", "outcome": "withdrawn", "closed_on": DAY})
    assert walk.refused_act(saying(walk)).rule == "case.open"


def test_the_posts_a_comment_is_for_are_told_and_nobody_else() -> None:
    walk = a_walk()
    said = walk.take(saying(walk, to=("lodge.warden", "lodge.warden")))
    (owed,) = obligations(walk.process, said, walk.case)
    assert (owed.kind, owed.seq, owed.assignee.actor) == ("comment", said[0].seq, "lodge.warden")
    assert obligations(walk.process, walk.take(saying(walk)), walk.case) == ()


def test_a_comment_does_not_keep_a_case_from_being_suspended_from_an_earlier_day() -> None:
    walk = a_walk()
    before = walk.case.latest_on
    walk.day = date(2026, 6, 9)
    walk.take(saying(walk))
    assert walk.case.latest_on == before
    warden = walk.known("lodge.warden")
    assert walk.take(Suspend(known=warden, occurred_on=date(2026, 6, 3), reason="ill"))


@pytest.mark.parametrize("name", PROCESSES)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(moves=MOVES, places=st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_a_case_with_comments_stands_where_it_would_stand_without(
    name: str, moves: list[tuple[int, int, int]], places: list[int]
) -> None:
    history = walked(name, moves)
    talked = replay(history.process, _with_comments(history.events, places))
    assert talked.comments
    assert _apart_from_comments(talked) == _apart_from_comments(history.case)
    now = at(history.day)
    assert waiting(history.process, talked, now) == waiting(history.process, history.case, now)


def _with_comments(events: list[Event], places: list[int]) -> list[Event]:
    """Return events with comments put in behind some, and numbers that point at others moved along."""
    wanted, told = {place % len(events) for place in places}, list[Event]()
    for number, event in enumerate(events):
        told.append(event.model_copy(update={"seq": len(told) + 1}))
        if number in wanted:
            body = CommentAdded(text="?")
            said = event.model_copy(update={"seq": len(told) + 1, "actor": "ann", "body": body})
            told.append(said)
    return told


def _apart_from_comments(case: Case) -> Case:
    """Return a case without comments and without the numbers of events, which move with them."""
    steps = {
        name: state.model_copy(update={"done_seq": None, "entries": ()}) for name, state in case.steps.items()
    }
    return case.model_copy(update={"seq": 1, "comments": {}, "steps": steps})
