"""A unit's plan for a year: used of planned; every correction is another word."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services import plans, unit_overview
from services.parts import Caller
from tests.api.world import ADMIN, AUDITOR, CHILD, NOBODY, PARENT, SECRETARY, SIBLING, OfLittle

WHERE = "/v1/units/circle-1/plans"
PLAN = {"process": "reading-circle", "standing": "reader", "year": 2025, "planned": 3}


async def read(world, by=SECRETARY, query=""):
    answer = await world.get(f"{WHERE}{query}", by)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_plan_is_shown_with_what_was_used_of_it_and_who_said_it(world):
    case = await world.start(occurred_on="2025-03-10")
    world.clock.turn_to(date(2025, 3, 20))
    await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-20")
    planned = await world.post(WHERE, PARENT, PLAN)
    assert planned.status_code == 201, planned.text
    (plan,) = (await read(world))["items"]
    assert (plan["standing"]["name"], plan["planned"], plan["used"]) == ("读者", 3, 1)
    assert plan["said"][0]["by"] == {"id": PARENT, "name": "赵六"}
    above = (await world.get("/v1/units/committee-1/plans", PARENT)).json()["items"]
    assert [(one["planned"], one["used"]) for one in above] == [(None, 1)]


@pytest.mark.parametrize("key", [{"idempotency_key": "talked"}, {}], ids=["with-a-key", "without"])
async def test_what_an_act_of_ones_own_used_is_there_at_once_and_what_others_used_in_some_minutes(world, key):
    parts = replace(world.parts, figures=OfLittle())
    case = await world.start(occurred_on="2025-03-10")
    world.clock.turn_to(date(2025, 3, 20))

    async def looks(person):
        """Return what somebody is told of the plan, and how much was done this week."""
        used = (await plans.plans_of(parts, Caller(person), "circle-1")).items
        weeks = (await unit_overview.overview(parts, Caller(person), "circle-1")).weeks
        return sum(one.used for one in used), weeks[-1][1]

    before = [await looks(person) for person in (SECRETARY, PARENT)]
    assert before == [(0, 0), (0, 0)]
    world.clock.pass_by(timedelta(minutes=1))
    path, seen = f"/v1/cases/{case['id']}/steps/talk", f'"{case["head"]}"'
    asked = {"outcome": "done", "occurred_on": "2025-03-20"}
    done = await world.post(path, SECRETARY, asked, if_match=seen, **key)
    assert done.status_code == 200, done.text
    assert [await looks(person) for person in (SECRETARY, PARENT)] == [(1, 1), (0, 0)]
    world.clock.pass_by(timedelta(minutes=5))
    assert [await looks(person) for person in (SECRETARY, PARENT)] == [(1, 1), (1, 1)]


async def test_a_correction_needs_a_reason_and_keeps_what_was_said_before(world):
    assert (await world.post(WHERE, SECRETARY, PLAN)).status_code == 201
    assert (await world.post(WHERE, SECRETARY, PLAN | {"planned": 5})).status_code == 422
    again = await world.post(WHERE, PARENT, PLAN | {"planned": 5, "reason": "上级调整"})
    (plan,) = again.json()["items"]
    assert plan["planned"] == 5
    assert [(word["planned"], word["reason"]) for word in plan["said"]] == [(5, "上级调整"), (3, "")]


async def test_a_year_has_plans_of_its_own(world):
    await world.post(WHERE, SECRETARY, PLAN)
    assert (await read(world, query="?year=2026"))["items"] == []
    assert len((await read(world, query="?year=2025"))["items"]) == 1


async def test_who_may_plan_and_who_may_read(world):
    await world.post(WHERE, PARENT, PLAN)
    for person, status, items in (
        (SECRETARY, 422, 1),
        (AUDITOR, 403, 1),
        (ADMIN, 403, 0),
        (CHILD, 403, 0),
        (SIBLING, 403, 0),
        (NOBODY, 403, 0),
    ):
        assert (await world.post(WHERE, person, PLAN)).status_code == status, person
        found = await read(world, person)
        assert (len(found["items"]), found["may_plan"]) == (items, person == SECRETARY), person


@pytest.mark.parametrize(
    "different",
    [{"process": "nothing"}, {"standing": "guest"}, {"year": 2050}, {"planned": 100_001}, {"planned": -1}],
)
async def test_what_makes_no_sense_is_refused(world, different):
    assert (await world.post(WHERE, SECRETARY, PLAN | different)).status_code == 422
    assert (await read(world))["items"] == []


async def test_the_same_key_is_one_word(world):
    for _ in range(2):
        made = await world.post(WHERE, SECRETARY, PLAN, idempotency_key="once")
        assert made.status_code == 201
    assert len((await read(world))["items"][0]["said"]) == 1


async def test_there_is_no_plan_of_a_unit_that_is_not_there(world):
    assert (await world.get("/v1/units/nowhere/plans", PARENT)).status_code == 404
    assert (await world.post("/v1/units/nowhere/plans", PARENT, PLAN)).status_code == 404
