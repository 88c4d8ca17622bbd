"""What is shown of an event is enough to hash it again, or says that it is not."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.chain import hash_of
from domain.seeing import Viewer
from domain.withholding import Place
from records.stored import linked
from services.seeing import Look
from services.views import Named, OpenStepView
from tests.builders import SECRETARY, a_case, a_process

PROCESS = a_process()
CASE, EVENTS = a_case(PROCESS)


def look_of(way, person="somebody"):
    return Look(CASE, Viewer(person=person, ways=(way,)), Place(process=PROCESS, case=CASE))


@pytest.mark.parametrize("microsecond", [0, 1, 451_000, 999_999])
def test_the_hash_of_an_event_can_be_computed_from_what_is_shown(microsecond):
    moment = datetime(2026, 6, 1, 1, 0, 0, microsecond, tzinfo=UTC)
    events = [event.model_copy(update={"recorded_at": moment}) for event in EVENTS]
    for stored in linked("0" * 64, "c", events):
        shown = json.loads(look_of("officer").proven(stored).model_dump_json())
        assert hash_of(image_of(shown)) == stored.hash


def image_of(shown):
    return {key: value for key, value in shown.items() if key != "hash"} | {"case": "c"}


def test_what_is_shown_in_part_says_so_and_keeps_its_place_in_the_chain():
    other = replace(look_of("subject"), viewer=Viewer(person="another", ways=("subject",)))
    stored = linked("0" * 64, "c", EVENTS)
    shown = [json.loads(other.proven(one).model_dump_json()) for one in stored]
    assert [one["hash"] for one in shown] == [one.hash for one in stored]
    for one in shown:
        again = hash_of(
            image_of({key: value for key, value in one.items() if key not in {"withheld", "groups"}})
        )
        assert (again == one["hash"]) is not one.get("withheld", False)
    assert SECRETARY not in json.dumps(shown)


def test_a_trusted_view_is_the_one_that_would_have_been_looked_at():
    trusted, known = Named.trusted(name="b", id="a"), Named(id="a", name="b")
    assert trusted == known
    assert trusted.model_dump_json() == known.model_dump_json()


def test_a_trusted_view_needs_all_of_its_parts():
    with pytest.raises(KeyError):
        OpenStepView.trusted(step="s")
