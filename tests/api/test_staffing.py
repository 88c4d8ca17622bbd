"""Who will be missing, over HTTP: for those who see the cases by a post, one unit at a time."""

from datetime import timedelta

import pytest

from activities.staffing import StaffingActivities
from records import organisation
from tests.api.world import ADMIN, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SINCE, SUBJECT
from workflows.contract import StaffingAsked

WHERE = "/v1/staffing?unit=circle-1"


@pytest.fixture
async def case(world):
    started = await world.start()
    await world.post(f"/v1/posts/post-{HOST}/end", ADMIN, {"on": "2025-12-31"})
    return started


async def test_a_step_that_will_lack_its_people_is_listed_with_the_reason(world, case):
    (short,) = (await world.get(WHERE, PARENT, accept_language="en")).json()["items"]
    assert (short["case"], short["step"], short["needed"], short["have"]) == (case["id"], "admit", 1, 0)
    assert (short["who"], short["from"] > "2026-03-10") == ("Host", True)
    assert short["out"] == [
        {
            "person": {"id": HOST, "name": "王五"},
            "on_behalf_of": None,
            "why": "expired",
            "until": "2025-12-31",
        }
    ]


async def test_it_is_shown_to_those_who_see_the_case_by_a_post(world, case):
    for person, number in ((SECRETARY, 1), (PARENT, 1), (SIBLING, 0), (SUBJECT, 0), (NOBODY, 0), (ADMIN, 0)):
        assert len((await world.get(WHERE, person)).json()["items"]) == number, person


async def test_it_is_asked_of_a_unit_and_may_be_narrowed_to_a_process(world, case):
    assert (await world.get("/v1/staffing", PARENT)).status_code == 422
    assert (await world.get("/v1/staffing?unit=circle-2", PARENT)).json()["items"] == []
    assert (await world.get(f"{WHERE}&process=ballot", PARENT)).json()["items"] == []
    assert len((await world.get("/v1/staffing?unit=committee-1", PARENT)).json()["items"]) == 1


async def test_its_pages_miss_and_repeat_nothing(world, case):
    await world.start(HOST)
    await world.start(NOBODY)
    seen: list[tuple[str, str]] = []
    query: str | None = f"{WHERE}&limit=1"
    while query:
        page = (await world.get(query, PARENT)).json()
        seen += [(one["case"], one["step"]) for one in page["items"]]
        query = f"{WHERE}&limit=1&cursor={page['next']}" if page["next"] else None
    whole = (await world.get(WHERE, PARENT)).json()["items"]
    assert seen == [(one["case"], one["step"]) for one in whole]
    assert len(set(seen)) == len(seen) == 3


async def test_what_is_told_of_several_cases_of_a_unit_is_one_message_that_names_each(world, case):
    other = await world.start(NOBODY)
    yesterday = world.parts.today() - timedelta(days=1)
    await world.parts.database.write(lambda c: organisation.end_post(c, f"post-{SECRETARY}", yesterday))
    await world.parts.database.write(
        lambda c: organisation.add_post(
            c, person_id=PARENT, role="secretary", unit_id="committee-1", from_on=SINCE
        )
    )
    looking = StaffingActivities(
        world.parts.database, world.parts.library, time_zone="Asia/Shanghai", clock=world.clock
    )
    assert (await looking.look_at_staffing(StaffingAsked())).short == 2
    read = (await world.get("/v1/notifications", PARENT, accept_language="en")).json()["items"]
    (told,) = [one for one in read if one["kind"] == "understaffed"]
    assert {one["case"] for one in told["cases"]} == {case["id"], other["id"]}
    assert {one["title"] for one in told["cases"]} == {"Talk"}
    assert told["text"].startswith("Too few people for 2 steps, from 2025-03-10: Talk (")
    assert all(one["from"] == "2025-03-10" and one["subject"]["name"] for one in told["cases"])
