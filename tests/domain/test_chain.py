"""The chain: fixed values that every release and every other verifier has to reach."""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.chain import GENESIS, NotCanonical, canonical, event_hash, hash_of, moment_text, preimage
from domain.events import CaseClosed, CaseSuspended, Event

VECTOR = "1eadde34db41e727663d1f2faff3de84760fa99e815d1163ae5ef78670442d7c"
RECORDED_AT = datetime(2026, 6, 20, 8, 30, 1, 5, tzinfo=UTC)


def an_event(**parts):
    return Event(
        **{
            "seq": 2,
            "step": "talk",
            "round": 1,
            "occurred_on": date(2026, 6, 19),
            "recorded_at": RECORDED_AT,
            "actor": "person-1",
            "post": "post-1",
            "body": CaseClosed(outcome="approve", reason="谈话\u2028记录"),
            **parts,
        }
    )


def test_the_preimage_is_this_text_to_the_last_byte():
    assert canonical(preimage(GENESIS, "case-1", an_event())).decode() == (
        '{"actor":"person-1","case":"case-1","data":{"outcome":"approve","reason":"谈话\u2028记录"},'
        '"occurred_on":"2026-06-19","on_behalf_of":null,"post":"post-1","prev_hash":"'
        + "0"
        * 64
        + '","recorded_at":"2026-06-20T08:30:01.000005Z","round":1,"seq":2,"step":"talk",'
        '"type":"case-closed"}'
    )


def test_the_hash_of_a_known_event_never_changes():
    assert event_hash(GENESIS, "case-1", an_event()) == VECTOR


def test_the_hash_is_plain_sha256_of_the_canonical_preimage():
    image = preimage(GENESIS, "case-1", an_event())
    assert hash_of(image) == hashlib.sha256(canonical(image)).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 3},
        {"step": None},
        {"round": 2},
        {"occurred_on": date(2026, 6, 20)},
        {"recorded_at": RECORDED_AT + timedelta(microseconds=1)},
        {"actor": "person-2"},
        {"post": None},
        {"on_behalf_of": "person-3"},
        {"body": CaseClosed(outcome="approve")},
        {"body": CaseSuspended(reason="谈话\u2028记录")},
    ],
)
def test_whatever_changes_changes_the_hash(change):
    assert event_hash(GENESIS, "case-1", an_event(**change)) != event_hash(GENESIS, "case-1", an_event())


def test_the_same_event_in_another_case_or_place_has_another_hash():
    mine = event_hash(GENESIS, "case-1", an_event())
    assert event_hash(GENESIS, "case-2", an_event()) != mine
    assert event_hash("1" * 64, "case-1", an_event()) != mine


def test_one_moment_is_hashed_alike_in_every_time_zone():
    in_shanghai = RECORDED_AT.astimezone(timezone(timedelta(hours=8)))
    assert moment_text(in_shanghai) == moment_text(RECORDED_AT) == "2026-06-20T08:30:01.000005Z"
    assert event_hash(GENESIS, "c", an_event(recorded_at=in_shanghai)) == event_hash(GENESIS, "c", an_event())


@pytest.mark.parametrize("value", [0.5, [1.0], {"a": {"b": float("nan")}}, 2**53, "\ud800", {"\udfff": 1}])
def test_what_two_programs_could_write_differently_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _values))
def test_the_order_in_which_keys_were_written_does_not_matter(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


KEYS = st.one_of(st.text(max_size=6), st.sampled_from(["b", "a", "é", "\ue000", "\U0001f600", "\x7f", '"']))
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["\x00\x1f\b\t\n\f\r", '"\\/', "\u2028\x7f", "党员"]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), TEXTS),
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(KEYS, below, max_size=4)),
    max_leaves=12,
)


@given(value=JSON)
def test_what_is_written_sooner_is_what_a_whole_implementation_of_rfc_8785_writes(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), {"a": [2**53]}, {1: "a"}, [{"é": 0.5}], ({"a": 0.5},), {"a": date(2026, 6, 1)}],
)
def test_what_has_no_canonical_form_is_refused_at_any_depth(value):
    with pytest.raises(NotCanonical):
        canonical(value)
