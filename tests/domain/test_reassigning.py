"""The organisation changes under a case: it goes to a successor with all its time, or along with its unit."""

from datetime import date

import pytest

from domain.acts import Reassign
from domain.circumstances import Circumstances, UnitRef
from domain.deciding import decide
from domain.evolving import replay
from domain.refusals import FieldInvalid, NotPossible
from tests.builders import CIRCLE, a_case, a_process, an_act, noon

PROCESS = a_process()
MOVED_ON, LATER = date(2025, 6, 1), date(2025, 6, 5)
OTHER = UnitRef(id="circle-2", kind="circle")
TOP = UnitRef(id="committee-1", kind="committee")


def a_case_on_trial():
    case, _ = a_case(PROCESS, [an_act("talk", date(2025, 3, 10), outcome="done")])
    return case


def reassigned(case, to=(OTHER,), path=(CIRCLE,), from_unit=CIRCLE.id, on=MOVED_ON):
    known = Circumstances(actor="admin", path=path, target_path=to)
    act = Reassign(known=known, occurred_on=on, reason="merged", from_unit=from_unit, post="post-admin")
    events = decide(PROCESS, case, act, noon(LATER))
    return replay(PROCESS, events, case), events


def test_a_case_goes_to_the_successor_and_loses_no_time():
    before = a_case_on_trial()
    after, (event,) = reassigned(before)
    assert (event.type, event.actor, event.post) == ("case-transferred", "admin", "post-admin")
    assert (after.unit, after.steps["trial"]) == (OTHER.id, before.steps["trial"])
    assert event.bare().data["reason"] is None


def test_it_leaves_after_all_that_was_done_before_it():
    _, (event,) = reassigned(a_case_on_trial(), on=date(2025, 3, 4))
    assert event.occurred_on == date(2025, 3, 10)


def test_a_case_that_has_left_already_stays_where_it_is():
    after, _ = reassigned(a_case_on_trial())
    assert reassigned(after)[1] == ()


def test_a_case_goes_along_with_its_unit_and_knows_it_once():
    before = a_case_on_trial()
    after, (event,) = reassigned(before, to=(), path=(CIRCLE, TOP), from_unit=None)
    assert (event.type, after.path) == ("path-changed", (CIRCLE, TOP))
    assert after.transferred_on == ()
    assert reassigned(after, to=(), path=(CIRCLE, TOP), from_unit=None)[1] == ()


@pytest.mark.parametrize("to", [(), (TOP,), (CIRCLE,)])
def test_a_case_goes_to_another_unit_of_its_kind_or_nowhere(to):
    with pytest.raises(FieldInvalid):
        reassigned(a_case_on_trial(), to=to)


def test_a_closed_case_stays():
    closed = a_case_on_trial().model_copy(update={"status": "closed"})
    with pytest.raises(NotPossible):
        reassigned(closed)
