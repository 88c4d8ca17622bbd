"""One's own password: changed by whoever is in and knows the old one."""

from datetime import timedelta

import pytest

from tests.api.world import PASSWORD, SECRETARY

NEW = "kettle orbit plinth"
LOGIN = {"login": SECRETARY, "password": PASSWORD}
CHANGE = {"password": PASSWORD, "new_password": NEW}


def problem(answer):
    return answer.status_code, answer.json()["type"]


async def change(world, **more):
    return await world.client.put("/v1/me/password", json=CHANGE | more)


async def test_a_new_password_ends_everything_but_a_new_session_for_whoever_asked(world):
    await world.client.post("/v1/session", json=LOGIN)
    old_session = world.client.cookies["accede"]
    changed = await change(world)
    assert (changed.status_code, changed.json()["person"]["id"]) == (200, SECRETARY)
    assert world.client.cookies["accede"] != old_session
    assert (await world.client.get("/v1/me")).status_code == 200
    assert (await world.get("/v1/me", SECRETARY)).status_code == 401
    world.client.cookies.clear()
    old = {"authorization": f"Bearer {old_session}"}
    assert (await world.client.get("/v1/me", headers=old)).status_code == 401
    assert (await world.client.post("/v1/session", json=LOGIN)).status_code == 401
    assert (await world.client.post("/v1/session", json=LOGIN | {"password": NEW})).status_code == 200


async def test_whoever_does_not_know_the_old_one_guesses_as_slowly_as_at_a_log_in(world):
    await world.client.post("/v1/session", json=LOGIN)
    for _ in range(5):
        assert problem(await change(world, password="not-this-one")) == (401, "/problems/wrong-login")
    assert (await change(world)).status_code == 429
    world.clock.pass_by(timedelta(seconds=1))
    assert (await change(world)).status_code == 200


@pytest.mark.parametrize("new", ["short", "Password2024!", SECRETARY])
async def test_a_bad_new_one_is_refused_and_the_old_one_stays(world, new):
    await world.client.post("/v1/session", json=LOGIN)
    refused = await change(world, new_password=new)
    assert problem(refused) == (422, "/problems/invalid-input")
    assert refused.json()["errors"][0]["path"] == "password"
    assert (await world.client.post("/v1/session", json=LOGIN)).status_code == 200


async def test_no_token_and_no_stranger_changes_a_password(world):
    answers = [
        await world.client.put("/v1/me/password", json=CHANGE, headers=headers)
        for headers in (world.by(SECRETARY), {"authorization": "Bearer x"}, {})
    ]
    assert [answer.status_code for answer in answers] == [403, 401, 401]
