"""The organisation and its cases as they were on a day; what bars people, and what was said of it."""

from datetime import date
from typing import Any

import pytest

from domain.library import Library
from domain.reading import read_process
from tests.api.world import (
    ADMIN,
    AUDITOR,
    BALLOT,
    HOST,
    NOBODY,
    PARENT,
    SECRETARY,
    SIBLING,
    SUBJECT,
)

TODAY, YESTERDAY, TOMORROW = "2025-03-10", "2025-03-09", "2025-03-11"
PENALTY = {"restriction": "rights-suspended", "reason": "处分", "from": YESTERDAY, "to": "2025-06-30"}
KNOWING = BALLOT.replace("roles:", "restrictions: {rights-suspended: {zh: 停止权利, en: Suspended}}\nroles:")


def knows_restrictions(world):
    library = Library.of([read_process(KNOWING, "ballot.yaml")])
    object.__setattr__(world.parts, "library", library)


async def items(world, path, by):
    answer = await world.get(path, by)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_posts_of_a_day_are_those_held_then_by_the_names_of_then(world_on_both):
    world = world_on_both
    await world.post(f"/v1/posts/post-{HOST}/end", ADMIN, {"on": TODAY})
    await world.post(
        "/v1/units/circle-1/changes", ADMIN, {"reason": "更名", "name": "新名", "from": TOMORROW}
    )
    found = {
        day: {
            (post["id"], post["unit"]["name"])
            for post in await items(world, f"/v1/posts?unit=circle-1&as_of={day}", PARENT)
        }
        for day in (TODAY, TOMORROW, "2014-12-31")
    }
    assert found == {
        TODAY: {(f"post-{HOST}", "第一读书会"), (f"post-{SECRETARY}", "第一读书会")},
        TOMORROW: {(f"post-{SECRETARY}", "新名")},
        "2014-12-31": set(),
    }


async def test_people_of_a_day_are_those_who_belonged_to_the_unit_then(world_on_both):
    world = world_on_both
    await world.post("/v1/units/group-1/changes", ADMIN, {"reason": "x", "parent": "circle-2", "from": TODAY})
    here = [f"/v1/people?unit=circle-2&as_of={day}" for day in (YESTERDAY, TODAY)]
    before, after = [{person["id"] for person in await items(world, path, AUDITOR)} for path in here]
    assert before == {SIBLING}
    assert after - before == {"person-child"}
    standing = {
        day: {
            person["id"]: person["standing"]
            for person in await items(world, f"/v1/people?as_of={day}", AUDITOR)
        }
        for day in ("2014-12-31", TODAY)
    }
    assert (standing["2014-12-31"][HOST], standing[TODAY][HOST]) == (None, "member")


async def test_a_look_at_the_past_shows_nobody_who_is_not_seen_today(world):
    assert await items(world, f"/v1/people?unit=circle-1&as_of={TODAY}", NOBODY) == []
    assert [p["id"] for p in await items(world, f"/v1/people?unit=circle-1&as_of={TODAY}", HOST)] != []
    assert (await world.get(f"/v1/people/{HOST}?as_of={TODAY}", NOBODY)).status_code == 404
    assert await items(world, f"/v1/posts?as_of={TODAY}", NOBODY) == []


async def test_a_person_of_a_day_has_the_posts_held_and_lent_then(world_on_both):
    world = world_on_both
    await world.post(
        "/v1/delegations", SECRETARY, {"post": f"post-{SECRETARY}", "substitute": HOST, "to": TOMORROW}
    )
    seen = {
        day: (await world.get(f"/v1/people/{HOST}?as_of={day}", PARENT)).json()
        for day in (YESTERDAY, TOMORROW, "2025-03-12")
    }
    assert {post["id"] for one in seen.values() for post in one["posts"]} == {f"post-{HOST}"}
    assert [len(one["posts"]) for one in seen.values()] == [1, 1, 1]
    assert [len(one["delegations"]) for one in seen.values()] == [0, 1, 0]
    assert seen[TOMORROW]["delegations"][0]["post"]["person"]["id"] == SECRETARY


async def test_cases_of_a_day_are_as_the_record_showed_them_then(world_on_both):
    world = world_on_both
    case = await world.start()
    world.clock.turn_to(date(2025, 3, 12))
    done = await world.act(case, "talk", SECRETARY, outcome="done")
    assert done.status_code == 200
    stages = {
        day: [row["stage"] for row in await items(world, f"/v1/cases?as_of={day}", SECRETARY)]
        for day in (YESTERDAY, TODAY, "2025-03-12")
    }
    assert stages == {YESTERDAY: [], TODAY: ["asking"], "2025-03-12": ["reading"]}
    assert await items(world, f"/v1/cases?as_of={TODAY}&stage=reading", SECRETARY) == []
    assert len(await items(world, f"/v1/cases?as_of={TODAY}&stage=asking&unit=circle-1", SECRETARY)) == 1
    assert await items(world, f"/v1/cases?as_of={TODAY}&unit=circle-2", SECRETARY) == []
    assert await items(world, f"/v1/cases?as_of={TODAY}", SIBLING) == []


async def test_pages_of_the_past_miss_and_repeat_nothing(world):
    for subject in (SUBJECT, NOBODY, "person-sibling"):
        await world.start(subject=subject)
    world.clock.turn_to(date(2025, 3, 12))
    for path in (
        f"/v1/cases?as_of={TODAY}",
        f"/v1/posts?as_of={TODAY}",
        f"/v1/people?unit=circle-1&as_of={TODAY}",
    ):
        whole = await items(world, path, AUDITOR)
        paged: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await world.get(f"{path}&limit=2{cursor}", AUDITOR)).json()
            paged += page["items"]
            cursor = page["next"] and f"&cursor={page['next']}"
        assert paged == whole
        assert len(whole) >= 3


async def test_who_could_see_a_case_and_do_what_follows_the_posts_of_that_day(world_on_both):
    world = world_on_both
    case = await world.start()
    await world.post(
        "/v1/posts", ADMIN, {"person": NOBODY, "role": "secretary", "unit": "circle-1", "from": TOMORROW}
    )
    await world.post(
        "/v1/delegations",
        HOST,
        {"post": f"post-{HOST}", "substitute": SIBLING, "from": TOMORROW, "to": TOMORROW},
    )
    world.clock.turn_to(date(2025, 3, 12))
    path = f"/v1/cases/{case['id']}/access?as_of="
    who = {
        day: {
            (one["person"]["id"], one["role"], tuple(one["steps"]))
            for one in await items(world, path + day, PARENT)
        }
        for day in (TODAY, TOMORROW)
    }
    assert who[TODAY] == {
        (SUBJECT, "subject", ()),
        (SECRETARY, "secretary", ("talk",)),
        (HOST, "host", ()),
        (PARENT, "chair", ()),
        (AUDITOR, "auditor", ()),
    }
    assert who[TOMORROW] - who[TODAY] == {(NOBODY, "secretary", ("talk",)), (SIBLING, "host", ())}
    lent = [one for one in await items(world, path + TOMORROW, PARENT) if one["person"]["id"] == SIBLING]
    assert [one["on_behalf_of"]["id"] for one in lent] == [HOST]
    assert (await world.get(path + TODAY, SUBJECT)).status_code == 403
    assert (await world.get(path + TODAY, SIBLING)).status_code == 404


async def test_who_could_see_a_case_follows_the_tree_of_that_day(world_on_both):
    world = world_on_both
    case = await world.start()
    world.clock.turn_to(date(2025, 3, 11))
    await world.post("/v1/units/circle-1/changes", ADMIN, {"reason": "x", "parent": "circle-2"})
    path = f"/v1/cases/{case['id']}/access?as_of="
    who = {
        day: {one["person"]["id"] for one in await items(world, path + day, PARENT)}
        for day in (TODAY, TOMORROW)
    }
    assert who[TOMORROW] - who[TODAY] == {SIBLING}


async def test_a_restriction_holds_in_its_days_and_a_correction_keeps_what_was_said(world_on_both):
    world = world_on_both
    knows_restrictions(world)
    made = await world.post(f"/v1/people/{HOST}/restrictions", ADMIN, PENALTY)
    assert made.status_code == 201, made.text
    path = f"/v1/people/{HOST}"
    barred = {
        day: (await world.get(f"{path}?as_of={day}", PARENT)).json()["restrictions"]
        for day in ("2025-03-08", YESTERDAY, "2025-06-30", "2025-07-01")
    }
    assert barred == {
        "2025-03-08": [],
        YESTERDAY: ["rights-suspended"],
        "2025-06-30": ["rights-suspended"],
        "2025-07-01": [],
    }
    days = {"reason": "计算有误", "from": YESTERDAY, "to": "2025-04-30"}
    correction = await world.post(f"{path}/restrictions/{made.json()['id']}", ADMIN, days)
    assert (correction.status_code, correction.json()["number"]) == (201, 2)
    assert (await world.get(f"{path}?as_of=2025-06-30", PARENT)).json()["restrictions"] == []
    said = await items(world, f"{path}/restrictions", HOST)
    assert [(one["number"], one["to"], one["reason"], one["recorded_by"]) for one in said] == [
        (1, "2025-06-30", "处分", ADMIN),
        (2, "2025-04-30", "计算有误", ADMIN),
    ]
    again = await world.post(f"{path}/restrictions/{made.json()['id']}", ADMIN, days)
    assert again.status_code == 409


@pytest.mark.parametrize(
    "person, by, change, status",
    [
        (HOST, PARENT, {}, 403),
        (HOST, SECRETARY, {}, 403),
        (HOST, NOBODY, {}, 404),
        (ADMIN, ADMIN, {}, 403),
        (HOST, ADMIN, {"restriction": "no-such"}, 422),
        (HOST, ADMIN, {"reason": ""}, 422),
        (HOST, ADMIN, {"to": "2025-03-08"}, 409),
    ],
)
async def test_who_may_not_bar_people_and_what_makes_no_sense(world, person, by, change, status):
    knows_restrictions(world)
    answer = await world.post(f"/v1/people/{person}/restrictions", by, PENALTY | change)
    assert answer.status_code == status
    assert await items(world, f"/v1/people/{person}/restrictions", person) == []


async def test_what_bars_somebody_is_for_himself_and_the_posts_around_him(world):
    for path in (f"/v1/people/{HOST}/restrictions", f"/v1/people/{HOST}/standings"):
        answers = [
            (await world.get(path, by)).status_code for by in (HOST, SECRETARY, PARENT, SIBLING, NOBODY)
        ]
        assert answers == [200, 200, 200, 404, 404]


async def test_standings_follow_each_other_with_their_days(world):
    await world.start()
    (stood,) = await items(world, f"/v1/people/{SUBJECT}/standings", SECRETARY)
    assert (stood["standing"], stood["unit"], stood["from"], stood["to"]) == (
        "guest",
        "circle-1",
        TODAY,
        None,
    )
