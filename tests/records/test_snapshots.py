"""Snapshots of an earlier release: cases go on, whatever fields came or went since."""

import json

import pytest
import sqlalchemy as sa

from domain.case import Case
from records import cases, rebuilding, snapshots, tables
from records.problems import NotFound
from records.recording import lock
from records.snapshots import Readings, read_snapshot, snapshot_of
from tests.builders import SECRETARY, a_case
from tests.records.walks import BEGIN, LIBRARY, act_on


def with_unknown_fields(snapshot):
    """As if a later release had dropped a field of cases and one of steps."""
    steps = {step: {**state, "gone": 1} for step, state in snapshot["steps"].items()}
    assert steps
    return {**snapshot, "gone": {"a": 1}, "steps": steps}


def without_a_required_field(snapshot):
    """As if a later release had added a field that every case has."""
    return {name: value for name, value in snapshot.items() if name != "unit"}


def without_sense(snapshot):
    return "not a case at all"


def with_every_field(snapshot):
    """As releases wrote it that left nothing out."""
    return json.loads(Case.model_validate(snapshot).model_dump_json())


CHANGES = [with_every_field, with_unknown_fields, without_a_required_field, without_sense]


def stored(database):
    return database.read_now(lambda c: c.execute(sa.select(tables.cases.c.snapshot)).scalar_one())


def change(database, how):
    changed = json.dumps(how(json.loads(stored(database))))
    database.write_now(lambda c: c.execute(sa.update(tables.cases).values(snapshot=changed)))


@pytest.mark.parametrize("how", CHANGES)
def test_a_case_reads_the_same_from_a_snapshot_of_another_release(begun, how):
    fresh = begun.read_now(lambda c: cases.find_case(c, LIBRARY, "case-1", None))
    change(begun, how)
    assert begun.read_now(lambda c: cases.find_case(c, LIBRARY, "case-1", None)) == fresh
    assert begun.write_now(lambda c: lock(c, LIBRARY, "case-1")).case == fresh.case


@pytest.mark.parametrize("how", CHANGES)
def test_an_act_goes_on_from_it_and_writes_the_snapshot_anew(begun, how):
    change(begun, how)
    recorded = begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done"))
    assert stored(begun) == snapshot_of(recorded.case)
    assert Case.model_validate_json(stored(begun)) == recorded.case
    made = begun.read_now(lambda c: rebuilding.rebuilt(c, LIBRARY, "case-1"))
    assert json.loads(made.case["snapshot"]) == json.loads(stored(begun))


def test_without_events_there_is_nothing_to_make_a_case_from(database):
    with pytest.raises(NotFound):
        database.read_now(lambda c: read_snapshot(c, LIBRARY, "case-1", "{}"))


@pytest.fixture
def readings(monkeypatch):
    """What snapshots read as, with nothing known yet."""
    fresh = Readings(2)
    monkeypatch.setattr(snapshots, "_READINGS", fresh)
    return fresh


def test_whoever_acts_next_goes_on_with_the_case_that_was_written(begun, readings):
    recorded = begun.write_now(lambda c: act_on(c, "talk", BEGIN, SECRETARY, outcome="done"))
    assert begun.write_now(lambda c: lock(c, LIBRARY, "case-1")).case is recorded.case


def test_a_snapshot_that_others_changed_is_read_anew(begun, readings):
    known = begun.write_now(lambda c: lock(c, LIBRARY, "case-1")).case
    change(begun, lambda snapshot: snapshot | {"standing": "elsewhere"})
    found = begun.write_now(lambda c: lock(c, LIBRARY, "case-1")).case
    assert found == known.model_copy(update={"standing": "elsewhere"})


def test_the_cases_asked_for_longest_ago_are_no_longer_known(readings):
    case, _ = a_case()
    one, two, three = (case.model_copy(update={"id": number}) for number in "123")
    texts = [snapshot_of(each) for each in (one, two)]
    assert readings.find("1", texts[0]) is one
    assert readings.find("1", texts[1]) is None
    snapshot_of(three)
    assert [readings.latest(number) for number in "123"] == [one, None, three]
