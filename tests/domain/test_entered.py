"""Entries are packed without loss, and what rules ask of them is what counting them one by one would say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.case import StepState
from domain.entered import NONE, Entries, Entry

DAY = date(2026, 6, 1)
KINDS = ("assessment", "published", "objection")
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=8))
ENTRIES = st.lists(
    st.builds(
        Entry,
        seq=st.integers(1, 5000),
        kind=st.sampled_from(KINDS),
        on=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        ref=st.one_of(st.none(), st.text(max_size=5)),
        values=st.dictionaries(st.text(max_size=4), SCALARS, max_size=3),
    ),
    max_size=12,
)


def state(entries: Entries) -> StepState:
    return StepState(id="trial", opened_on=DAY, entries=entries)


@given(made=ENTRIES)
def test_entries_come_back_as_they_were_made(made: list[Entry]) -> None:
    entries = Entries.of(made)
    assert list(entries) == made
    assert StepState.model_validate_json(state(entries).model_dump_json()).entries == entries
    assert list(StepState.model_validate_json(state(entries).model_dump_json()).entries) == made


@given(made=ENTRIES)
def test_rules_hear_what_counting_one_by_one_would_say(made: list[Entry]) -> None:
    entries = Entries.of(made)
    assert (len(entries), bool(entries)) == (len(made), bool(made))
    for kind in KINDS:
        ours = [entry for entry in made if entry.kind == kind]
        assert list(entries.of_kind(kind)) == ours
        assert entries.number(kind) == len(ours)
        assert entries.latest(kind) == max((entry.on for entry in ours), default=None)


@given(made=ENTRIES, more=ENTRIES)
def test_entries_added_to_entries_that_were_read_are_like_those_made_at_once(
    made: list[Entry], more: list[Entry]
) -> None:
    read = StepState.model_validate_json(state(Entries.of(made)).model_dump_json()).entries
    for entry in more:
        read = read.with_entry(entry)
    assert read == Entries.of([*made, *more])


@given(made=ENTRIES)
def test_entries_are_read_as_earlier_releases_wrote_them(made: list[Entry]) -> None:
    bare = state(NONE).model_dump(mode="json")
    bare["entries"] = [entry.model_dump(mode="json") for entry in made]
    assert StepState.model_validate(bare).entries == Entries.of(made)


def test_entries_are_what_is_in_them() -> None:
    one = Entry(seq=4, kind="report", on=DAY)
    other = Entry(seq=5, kind="report", on=DAY)
    assert Entries.of([one]) == Entries.of([one])
    assert hash(Entries.of([one])) == hash(Entries.of([one]))
    assert Entries.of([one]) != Entries.of([other])
    assert Entries.of([one]) == (one,)
    assert Entries.of([one])[0] == one
    assert Entries.of([one]) != "one"
    assert "report" in repr(Entries.of([one]))
    assert NONE == ()


def test_hundreds_of_entries_take_few_letters() -> None:
    many = Entries.of(Entry(seq=20 + 2 * number, kind="assessment", on=DAY) for number in range(500))
    assert len(state(many).model_dump_json()) < 2_000


@pytest.mark.parametrize("given_", ["no", 1, {"tallies": {}}, {"tallies": 1, "last": [0, 0], "packed": ""}])
def test_what_are_no_entries_is_refused(given_: object) -> None:
    with pytest.raises(ValidationError):
        StepState.model_validate({"id": "trial", "opened_on": DAY, "entries": given_})
