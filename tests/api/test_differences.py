"""What became different between two days: in a case, in who could see it, and in the organisation."""

from datetime import date

import pytest

from tests.api.world import ADMIN, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SUBJECT

BEFORE, TODAY, LATER = "2025-03-09", "2025-03-10", "2025-03-12"


async def difference(world, case, by, *, earlier=TODAY, later=LATER, status=200):
    answer = await world.get(f"/v1/cases/{case['id']}/difference?from={earlier}&to={later}", by)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def moved(world_on_both):
    """A case that a step and a change of the organisation made different, two days after it began."""
    world = world_on_both
    case = await world.start()
    world.clock.turn_to(date(2025, 3, 12))
    done = await world.act(case, "talk", SECRETARY, outcome="done")
    assert done.status_code == 200, done.text
    await world.post(
        "/v1/units/circle-1/changes", ADMIN, {"reason": "x", "parent": "circle-2", "name": "新名"}
    )
    return world, case


async def test_facts_of_a_case_stand_side_by_side_and_what_differs_is_marked(moved):
    world, case = moved
    found = await difference(world, case, PARENT)
    facts = {fact["what"]: fact for fact in found["facts"]}
    assert facts["dates.talk"] | {"title": ""} == {
        "what": "dates.talk",
        "title": "",
        "was": "",
        "becomes": LATER,
        "different": True,
    }
    assert facts["open.talk"]["different"]
    assert not facts["version"]["different"]
    assert found["from_seq"] < found["to_seq"]
    assert found["rules"] == []


async def test_who_came_to_see_a_case_and_who_went_is_told_to_those_who_see_it_by_a_post(moved):
    world, case = moved
    found = await difference(world, case, PARENT)
    assert {(one["access"]["person"]["id"], one["came"]) for one in found["rights"]} == {(SIBLING, True)}
    assert (await difference(world, case, SUBJECT))["rights"] is None
    await difference(world, case, NOBODY, status=404)


async def test_units_of_a_case_are_compared_as_they_were_on_each_day(moved):
    world, case = moved
    (unit,) = (await difference(world, case, PARENT))["units"]
    assert unit["id"] == "circle-1"
    assert [fact["what"] for fact in unit["facts"]] == ["name", "parent"]
    assert unit["facts"][0]["becomes"] == "新名"


async def test_before_it_began_a_case_was_nothing(moved):
    world, case = moved
    found = await difference(world, case, PARENT, earlier=BEFORE, later=TODAY)
    assert found["from_seq"] == 0
    assert all(fact["was"] == "" for fact in found["facts"])


async def test_days_come_in_their_order_and_have_been(moved):
    world, case = moved
    for earlier, later, path in ((LATER, TODAY, "from"), (TODAY, TODAY, "from"), (TODAY, "2025-03-13", "to")):
        refused = await difference(world, case, PARENT, earlier=earlier, later=later, status=422)
        assert [error["path"] for error in refused["errors"]] == [path]


async def test_the_organisation_is_compared_for_any_two_days(moved):
    world, _ = moved
    answer = await world.get(f"/v1/units/difference?from={TODAY}&to={LATER}", HOST)
    found = answer.json()
    assert ([unit["id"] for unit in found["units"]], found["more"]) == (["circle-1"], False)
    nothing = await world.get(f"/v1/units/difference?from={LATER}&to=2026-01-01", HOST)
    assert nothing.json()["units"] == []
