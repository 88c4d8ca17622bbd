"""Units, people, posts and delegations: kept by administrators, lent by holders, never deleted."""

import pytest

from tests.api.world import ADMIN, AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SUBJECT

POST = {"person": NOBODY, "role": "host", "unit": "circle-2"}
DELEGATION = {"post": f"post-{SECRETARY}", "substitute": HOST, "to": "2025-04-30"}


async def test_a_new_unit_stands_below_its_parent(world):
    asked = {"kind": "circle", "name": "第三读书会", "parent": "committee-1"}
    made = (await world.post("/v1/units", ADMIN, asked)).json()
    seen = (await world.get(f"/v1/units/{made['id']}", NOBODY)).json()
    assert (seen["parent"], seen["name"], seen["kind"]) == ("committee-1", "第三读书会", "circle")


async def test_a_new_person_is_found_by_name_and_pinyin_and_shows_no_birthday(world):
    asked = {"name": "欧阳修", "unit": "circle-1", "born_on": "1990-01-01", "email": "o@example.org"}
    made = await world.post("/v1/people", ADMIN, asked)
    assert made.status_code == 201
    assert "1990" not in made.text
    for query in ("欧阳", "ouyang", "oyx"):
        (found,) = (await world.get(f"/v1/people?q={query}", SECRETARY)).json()["items"]
        assert (found["id"], found["unit"]) == (made.json()["id"], "circle-1")


async def test_a_post_gives_its_rights_at_once_and_says_who_gave_it(world):
    case = await world.start()
    assert (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code == 404
    given = await world.post("/v1/posts", ADMIN, POST | {"unit": "circle-1"})
    assert given.status_code == 201
    assert given.json()["granted_by"] == ADMIN
    assert (given.json()["from"], given.json()["to"]) == ("2025-03-10", None)
    assert (await world.get(f"/v1/cases/{case['id']}", NOBODY)).status_code == 200


async def test_nobody_gives_himself_a_post(world):
    answer = await world.post("/v1/posts", ADMIN, POST | {"person": ADMIN})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "change, path",
    [
        ({"person": "no-such"}, "person"),
        ({"unit": "no-such"}, "unit"),
        ({"role": "no-such"}, "role"),
    ],
)
async def test_a_post_needs_a_person_a_unit_and_a_role_that_exist(world, change, path):
    answer = await world.post("/v1/posts", ADMIN, POST | change)
    assert answer.status_code == 422
    assert [fault["path"] for fault in answer.json()["errors"]] == [path]


async def test_a_post_is_held_once_at_a_time(world):
    await world.post("/v1/posts", ADMIN, POST | {"to": "2025-06-30"})
    again = await world.post("/v1/posts", ADMIN, POST | {"from": "2025-06-30"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/in-use")
    after = await world.post("/v1/posts", ADMIN, POST | {"from": "2025-07-01"})
    assert after.status_code == 201


async def test_a_post_cannot_end_before_it_begins(world):
    answer = await world.post("/v1/posts", ADMIN, POST | {"from": "2025-07-01", "to": "2025-06-30"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/contradiction")


async def test_an_ended_post_stays_on_the_list_and_cannot_be_lengthened(world):
    ended = await world.post(f"/v1/posts/post-{HOST}/end", ADMIN, {"on": "2025-03-31"})
    assert ended.json()["to"] == "2025-03-31"
    longer = await world.post(f"/v1/posts/post-{HOST}/end", ADMIN, {"on": "2025-12-31"})
    assert longer.status_code == 409
    listed = (await world.get(f"/v1/posts?person={HOST}", PARENT)).json()["items"]
    assert [(post["id"], post["to"]) for post in listed] == [(f"post-{HOST}", "2025-03-31")]


async def test_posts_narrow_by_unit_and_role(world):
    listed = (await world.get("/v1/posts?unit=circle-1&role=host", AUDITOR)).json()["items"]
    assert [post["person"]["name"] for post in listed] == ["王五"]


async def test_a_holder_lends_his_post_and_either_side_ends_it(world):
    lent = await world.post("/v1/delegations", SECRETARY, DELEGATION)
    assert lent.status_code == 201
    assert (lent.json()["post"]["person"]["id"], lent.json()["substitute"]["id"]) == (SECRETARY, HOST)
    seen = (await world.get("/v1/delegations", HOST)).json()["items"]
    assert [one["id"] for one in seen] == [lent.json()["id"]]
    ended = await world.post(f"/v1/delegations/{lent.json()['id']}/end", HOST, {"on": "2025-03-20"})
    assert ended.json()["to"] == "2025-03-20"


@pytest.mark.parametrize(
    "change, status",
    [
        ({"from": "2025-03-09"}, 409),
        ({"from": "2025-05-01"}, 409),
        ({"substitute": SECRETARY}, 409),
        ({"substitute": "no-such"}, 422),
        ({"post": "no-such"}, 404),
        ({"post": f"post-{ADMIN}"}, 404),
    ],
)
async def test_a_post_is_not_lent_into_the_past_to_oneself_or_by_others(world, change, status):
    answer = await world.post("/v1/delegations", SECRETARY, DELEGATION | change)
    assert answer.status_code == status


async def test_a_post_is_lent_for_some_cases_and_shows_no_others(world):
    reading = await world.start()
    ballot = await world.start(process="ballot")
    lent = await world.post(
        "/v1/delegations",
        SECRETARY,
        {"post": f"post-{SECRETARY}", "substitute": NOBODY, "processes": ["ballot"]},
    )
    assert (lent.status_code, lent.json()["processes"]) == (201, ["ballot"])
    listed = (await world.get("/v1/cases", NOBODY)).json()["items"]
    assert [case["id"] for case in listed] == [ballot["id"]]
    assert (await world.get(f"/v1/cases/{ballot['id']}", NOBODY)).status_code == 200
    assert (await world.get(f"/v1/cases/{reading['id']}", NOBODY)).status_code == 404
    assert (await world.act(reading, "talk", NOBODY, outcome="done")).status_code == 404


@pytest.mark.parametrize(
    "limit",
    [{"processes": ["moon"]}, {"stages": ["moon"]}, {"units": ["circle-2"]}, {"units": ["committee-1"]}],
)
async def test_a_post_is_lent_for_what_there_is_below_it(world, limit):
    answer = await world.post("/v1/delegations", SECRETARY, DELEGATION | limit)
    assert (answer.status_code, [one["path"] for one in answer.json()["errors"]]) == (422, list(limit))


async def test_an_administrators_post_is_lent_for_units_only(world):
    lent = {"post": f"post-{ADMIN}", "substitute": NOBODY}
    refused = await world.post("/v1/delegations", ADMIN, lent | {"processes": ["ballot"]})
    assert refused.status_code == 422
    await world.post("/v1/delegations", ADMIN, lent | {"units": ["circle-1"]})
    for unit, status in (("circle-1", 201), ("circle-2", 403)):
        asked = {"name": "新人", "unit": unit}
        assert (await world.post("/v1/people", NOBODY, asked)).status_code == status


async def test_a_delegation_does_not_outlast_its_post(world):
    await world.post(f"/v1/posts/post-{SECRETARY}/end", ADMIN, {"on": "2025-03-31"})
    answer = await world.post("/v1/delegations", SECRETARY, DELEGATION)
    assert answer.status_code == 409
    bounded = {name: value for name, value in DELEGATION.items() if name != "to"}
    within = await world.post("/v1/delegations", SECRETARY, bounded)
    assert within.json()["to"] == "2025-03-31"


async def test_an_administrator_does_not_lend_somebodys_post_to_himself(world):
    answer = await world.post("/v1/delegations", ADMIN, DELEGATION | {"substitute": ADMIN})
    assert answer.status_code == 403


async def test_lists_come_in_pages_that_miss_and_repeat_nothing(world):
    for path in ("/v1/units", "/v1/people", "/v1/posts"):
        whole = (await world.get(f"{path}?limit=200", ADMIN)).json()["items"]
        paged = []
        query = f"{path}?limit=2"
        while True:
            page = (await world.get(query, ADMIN)).json()
            paged += page["items"]
            if page["next"] is None:
                break
            query = f"{path}?limit=2&cursor={page['next']}"
        assert paged == whole
        assert len(whole) >= 4


async def test_a_repeated_request_adds_one_person(world):
    asked = {"name": "新人", "unit": "circle-1"}
    first = await world.post("/v1/people", ADMIN, asked, idempotency_key="p")
    again = await world.post("/v1/people", ADMIN, asked, idempotency_key="p")
    assert first.json() == again.json()
    other = await world.post(
        "/v1/units", ADMIN, asked | {"kind": "k", "parent": "circle-1"}, idempotency_key="p"
    )
    assert other.status_code == 422


async def test_the_subject_of_a_case_is_known_to_those_who_work_on_it(world):
    assert (await world.get(f"/v1/people/{SUBJECT}", SECRETARY)).status_code == 404
    await world.start()
    assert (await world.get(f"/v1/people/{SUBJECT}", SECRETARY)).json()["standing"] == "guest"
