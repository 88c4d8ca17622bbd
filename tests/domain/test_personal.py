"""What is personal in an event is set apart and put back without loss, and nothing of it stays behind."""

import json
from datetime import UTC, date, datetime

import pytest

from domain.acts import Backing, Change, Excluded, MeetingRecord
from domain.documents import documents_in
from domain.events import (
    AnswerGiven,
    CaseClosed,
    CommentAdded,
    CommentWithdrawn,
    CorrectionProposed,
    EntryAdded,
    Event,
    StageEntered,
    StepCompleted,
    StepReturned,
)
from domain.personal import APART, NAMED, commitment, personal_parts, together, without

SAID = "他说家里有事"
BACKED = Excluded(
    person="q",
    ground="ill-for-long",
    consent=Backing(ref=f"号{SAID}", material="d7"),
    resolution=Backing(material="d8"),
)
VOTE = MeetingRecord(eligible=3, present=3, yes=2, excluded=(Excluded(person="p", ground="ill-for-long"),))
BODIES = [
    StepCompleted(outcome="done", version="1", texts={"note": SAID}, reason=SAID, values={"days": 3}),
    StepCompleted(outcome="carried", version="1", meeting=VOTE),
    StepCompleted(outcome="carried", version="1", meeting=VOTE.model_copy(update={"excluded": (BACKED,)})),
    AnswerGiven(outcome="approve", texts={"view": SAID}),
    EntryAdded(entry="objection", texts={"summary": SAID}),
    StepReturned(again=("apply",), reason=SAID),
    CaseClosed(outcome="refused", reason=SAID),
    CommentAdded(text=SAID, to=("branch.secretary",)),
    CommentWithdrawn(comment=2, reason=SAID),
    CorrectionProposed(
        change=Change(seq=2, path="fields.note", value=SAID), old=SAID, in_text=True, reason=SAID
    ),
    CorrectionProposed(
        change=Change(seq=2, path="materials.scan", value=("d1",)), old=("d0",), in_text=True, reason=SAID
    ),
]


def an_event(body):
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    return Event(seq=3, occurred_on=date(2026, 6, 1), recorded_at=moment, actor="a", body=body)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.type)
def test_what_is_taken_out_comes_back_and_leaves_nothing_behind(body):
    event = an_event(body)
    parts = personal_parts(event)
    rest = without(event.data, parts, "c" * 64)
    assert SAID not in json.dumps(rest, ensure_ascii=False)
    assert "ill-for-long" not in json.dumps(rest)
    assert rest[APART] == "c" * 64
    assert together(rest, parts) == event.data
    left = Event.model_validate({**dict(event), "body": {**together(rest, {}), "type": event.type}})
    assert personal_parts(left).keys() <= parts.keys()


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.type)
def test_which_documents_an_event_names_is_known_without_the_key(body):
    event = an_event(body)
    rest = without(event.data, personal_parts(event), "c" * 64)
    left = Event.model_validate({**dict(event), "body": {**together(rest, {}), "type": event.type}})
    assert {*documents_in([left]), *rest.get(NAMED, ())} == set(documents_in([event]))


def test_an_event_without_anything_personal_is_kept_whole():
    assert personal_parts(an_event(StageEntered(stage="s"))) == {}
    plain = StepCompleted(outcome="done", version="1", values={"days": 3})
    assert personal_parts(an_event(plain)) == {}
    day = CorrectionProposed(
        change=Change(seq=2, path="occurred_on", value="2026-05-01"), old="x", in_text=False
    )
    assert personal_parts(an_event(day)) == {}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.type)
def test_nothing_that_may_reach_temporal_is_personal(body):
    bare = personal_parts(an_event(body).bare())
    assert bare == {} or SAID not in json.dumps(bare, ensure_ascii=False)


def test_a_commitment_says_nothing_without_its_salt_and_binds_with_it():
    parts = {"reason": SAID}
    assert commitment("a" * 32, parts) != commitment("b" * 32, parts)
    assert commitment("a" * 32, parts) != commitment("a" * 32, {"reason": SAID + "。"})
