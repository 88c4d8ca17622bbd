"""A token that was made for less does less: on every route, in lists, in single reads and in acts."""

import re

import pytest
from fastapi.routing import iter_route_contexts

from services import accounts
from services.token_scopes import TokenScope
from tests.api.world import PARENT, SECRETARY, SIBLING, SUBJECT, add_somebody, give_token

TOO_MUCH = (403, "/problems/token-scope")
MAY_STILL = {"POST /v1/processes/check", "DELETE /v1/session"}
"""What changes nothing, and ending the token itself."""
SET_BY_SESSIONS = re.compile(r"/v1/me/(factors|code-app|passkeys|recovery-codes)")
"""Where no token is good for anything."""
KNOWS_CASES = re.compile(r"(GET|POST) /v1/(cases|materials)(/|$)|GET /v1/(processes|units|me)(/|$)")


def problem(answer):
    refused = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, answer.json()["type"] if refused else None


async def token_of(world, person, **scope):
    made = await accounts.issue_token(world.parts, person, days=1, scope=TokenScope(**scope))
    return {"authorization": f"Bearer {made}"}


async def ask(world, route, headers):
    method, _, path = route.partition(" ")
    address = re.sub(r"{[^}]*}", "x", path)
    body: dict[str, str] | None = None if method in {"GET", "DELETE"} else {}
    answer = await world.client.request(method, address, json=body, headers=headers)
    world.client.cookies.clear()
    return problem(answer)


async def guarded_routes(world):
    """Every route that asks who one is."""
    routes = {
        f"{method} {found.path}"
        for found in iter_route_contexts(world.client._transport.app.routes)
        for method in found.methods or ()
        if method != "HEAD" and not SET_BY_SESSIONS.match(found.path or "")
    }
    answers = {route: await ask(world, route, {}) for route in sorted(routes)}
    found = [route for route, answer in answers.items() if answer == (401, "/problems/not-signed-in")]
    return [route for route in found if not route.startswith("POST /v1/session/")]


async def test_a_token_that_may_only_read_changes_nothing_on_any_route(world):
    token = await token_of(world, SECRETARY, read_only=True)
    routes = await guarded_routes(world)
    assert len(routes) > 40
    for route in routes:
        refused = await ask(world, route, token) == TOO_MUCH
        assert refused is (not route.startswith("GET ") and route not in MAY_STILL), route


async def test_a_token_for_some_cases_goes_no_further_than_where_others_are_left_out(world):
    routes = await guarded_routes(world)
    for scope in ({"processes": ("reading-circle",)}, {"units": ("circle-1",)}):
        token = await token_of(world, SECRETARY, **scope)
        for route in routes:
            open_to_it = bool(KNOWS_CASES.match(route)) or route in MAY_STILL
            # Starting is asked with nothing here, and refused for that alone.
            assert (await ask(world, route, token) == TOO_MUCH) is not open_to_it, (scope, route)


@pytest.fixture
async def cases(world):
    """A case of each process in the first circle, and one in the second."""

    def add(connection):
        add_somebody(connection, "person-far", "远人")
        return give_token(connection, "person-far")

    world.tokens["person-far"] = await world.parts.database.write(add)
    return {
        "circle": await world.start(),
        "ballot": await world.start(process="ballot"),
        "far": await world.start("person-far", unit="circle-2"),
    }


async def seen(world, cases, token):
    """Which of the cases a token lists, reads, and reads the history and the reasons of."""
    listed = (await world.client.get("/v1/cases?limit=200", headers=token)).json()["items"]
    found = {}
    for name, case in cases.items():
        address = f"/v1/cases/{case['id']}"
        paths = (address, f"{address}/history", f"{address}/explain", f"{address}?as_of=2025-03-09")
        answers = {(await world.client.get(path, headers=token)).status_code for path in paths[:3]}
        assert len(answers) == 1
        assert ((await world.client.get(paths[3], headers=token)).status_code == 404) or answers == {200}
        assert (answers == {200}) is (case["id"] in {one["id"] for one in listed})
        if answers == {200}:
            found[name] = case
    return set(found)


@pytest.mark.parametrize(
    "scope, expected",
    [
        ({}, {"circle", "ballot", "far"}),
        ({"processes": ("ballot",)}, {"ballot"}),
        ({"units": ("circle-1",)}, {"circle", "ballot"}),
        ({"units": ("circle-2",)}, {"far"}),
        ({"units": ("committee-1",)}, {"circle", "ballot", "far"}),
        ({"units": ("group-1",)}, set()),
        ({"units": ("circle-1",), "processes": ("reading-circle",)}, {"circle"}),
        ({"units": ("circle-2",), "processes": ("ballot",)}, set()),
    ],
)
async def test_a_narrowed_token_sees_its_own_part_of_what_its_person_sees(world, cases, scope, expected):
    assert await seen(world, cases, await token_of(world, PARENT, **scope)) == expected


async def test_a_narrowed_token_shows_nothing_its_person_does_not_see(world, cases):
    assert await seen(world, cases, await token_of(world, SIBLING, units=("circle-1", "circle-2"))) == {"far"}


async def test_narrowing_holds_in_a_list_narrowed_to_a_unit(world, cases):
    token = await token_of(world, PARENT, processes=("ballot",))
    for unit in ("circle-1", "committee-1"):
        listed = (await world.client.get(f"/v1/cases?unit={unit}", headers=token)).json()["items"]
        assert [case["id"] for case in listed] == [cases["ballot"]["id"]]
    past = (await world.client.get("/v1/cases?as_of=2025-03-10", headers=token)).json()["items"]
    assert [case["id"] for case in past] == [cases["ballot"]["id"]]


async def test_to_a_narrowed_token_the_other_cases_are_not_there_to_act_on(world, cases):
    token = await token_of(world, SECRETARY, processes=("ballot",))
    case = cases["circle"]
    head = {"if-match": f'"{case["head"]}"'}
    body = {"outcome": "done", "occurred_on": "2025-03-10"}
    for _ in range(2):  # looked up anew, and known by then
        refused = await world.client.post(
            f"/v1/cases/{case['id']}/steps/talk", json=body, headers=token | head
        )
        assert problem(refused) == (404, "/problems/not-found")
    wide = await token_of(world, SECRETARY, units=("circle-1",))
    done = await world.client.post(f"/v1/cases/{case['id']}/steps/talk", json=body, headers=wide | head)
    assert done.status_code == 200, done.text


async def test_a_token_that_may_only_read_acts_on_nothing_however_often_it_is_seen(world, cases):
    token = await token_of(world, SECRETARY, read_only=True)
    head = {"if-match": f'"{cases["circle"]["head"]}"'}
    for _ in range(2):
        refused = await world.client.post(
            f"/v1/cases/{cases['circle']['id']}/steps/talk", json={"outcome": "done"}, headers=token | head
        )
        assert problem(refused) == TOO_MUCH


async def test_a_narrowed_token_starts_no_case_elsewhere(world):
    wanted = {"process": "ballot", "subject": SUBJECT, "unit": "circle-1"}
    for scope in ({"processes": ("reading-circle",)}, {"units": ("circle-2",)}):
        token = await token_of(world, SUBJECT, **scope)
        assert problem(await world.client.post("/v1/cases", json=wanted, headers=token)) == TOO_MUCH
    token = await token_of(world, SUBJECT, processes=("ballot",), units=("committee-1",))
    assert (await world.client.post("/v1/cases", json=wanted, headers=token)).status_code == 201


async def test_a_document_of_another_case_is_not_there(world):
    files = {"file": ("scan.txt", b"a scan")}
    handed_in = await world.client.post("/v1/materials", files=files, headers=world.by(SUBJECT))
    document = handed_in.json()["id"]
    await world.start(materials={"scan": [document]})
    inside = await token_of(world, PARENT, processes=("reading-circle",))
    outside = await token_of(world, PARENT, processes=("ballot",))
    for path in (f"/v1/materials/{document}", f"/v1/materials/{document}/content"):
        assert (await world.client.get(path, headers=inside)).status_code == 200
        assert (await world.client.get(path, headers=outside)).status_code == 404


async def test_a_kept_answer_is_not_given_to_a_token_that_is_not_for_its_case(world):
    wanted = {"process": "ballot", "subject": SUBJECT, "unit": "circle-1"}
    started = {"idempotency-key": "starts once"}
    wide = await token_of(world, SUBJECT)
    first = await world.client.post("/v1/cases", json=wanted, headers=wide | started)
    acted = {"idempotency-key": "leaves once", "if-match": f'"{first.json()["head"]}"'}
    leave = f"/v1/cases/{first.json()['id']}/withdraw"
    left = await world.client.post(leave, json={}, headers=wide | acted)
    assert (first.status_code, left.status_code) == (201, 200), left.text
    elsewhere = await token_of(world, SUBJECT, processes=("reading-circle",))
    assert problem(await world.client.post("/v1/cases", json=wanted, headers=elsewhere | started)) == TOO_MUCH
    refused = await world.client.post(leave, json={}, headers=elsewhere | acted)
    assert problem(refused) == (404, "/problems/not-found")
    inside = await token_of(world, SUBJECT, processes=("ballot",), units=("circle-1",))
    assert (
        await world.client.post("/v1/cases", json=wanted, headers=inside | started)
    ).json() == first.json()
    again = await world.client.post(leave, json={}, headers=inside | acted)
    assert again.json() == left.json()
