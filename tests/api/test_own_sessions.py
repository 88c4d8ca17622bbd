"""One's own sessions and tokens: seen, ended, narrowed, and over when their time is."""

from datetime import timedelta

import pytest

from records import accounts as kept
from services import accounts, sessions
from services.refusals import InvalidInput, NotFound
from services.token_scopes import TokenScope
from tests.api.world import ADMIN, HOST, PASSWORD, SECRETARY

LOGIN = {"login": SECRETARY, "password": PASSWORD}


async def mine(world, headers=None):
    answer = await world.client.get("/v1/sessions", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def bearer(token):
    return {"authorization": f"Bearer {token}"}


async def test_everybody_sees_his_own_sessions_and_tokens_and_which_one_he_asks_with(world):
    await world.client.post("/v1/session", json=LOGIN)
    token = await accounts.issue_token(world.parts, SECRETARY, "nightly report", days=30)
    by_cookie, by_token = await mine(world), await mine(world, bearer(token))
    assert {(one["kind"], one["name"], one["proof"]) for one in by_cookie} == {
        ("token", None, "password"),
        ("token", "nightly report", "operator"),
        ("session", None, "password"),
    }
    assert [one["kind"] for one in by_cookie if one["current"]] == ["session"]
    assert [one["name"] for one in by_token if one["current"]] == ["nightly report"]
    assert {one["id"] for one in by_cookie} == {one["id"] for one in by_token}


async def test_the_name_of_a_session_opens_nothing(world):
    await world.client.post("/v1/session", json=LOGIN)
    secret = world.client.cookies["accede"]
    world.client.cookies.clear()
    for one in await mine(world, bearer(secret)):
        assert (await world.client.get("/v1/me", headers=bearer(one["id"]))).status_code == 401
        assert secret not in str(one)


async def test_a_session_that_is_ended_is_over_at_once_and_others_are_not(world):
    await world.client.post("/v1/session", json=LOGIN)
    token = await accounts.issue_token(world.parts, SECRETARY, "lost")
    (lost,) = [one["id"] for one in await mine(world) if one["name"] == "lost"]
    assert (await world.client.get("/v1/me", headers=bearer(token))).status_code == 200
    assert (await world.client.delete(f"/v1/sessions/{lost}")).status_code == 204
    assert (await world.client.get("/v1/me", headers=bearer(token))).status_code == 401
    assert (await world.client.delete(f"/v1/sessions/{lost}")).status_code == 404
    assert (await world.client.get("/v1/me")).status_code == 200


async def test_all_others_are_ended_and_the_one_that_asks_goes_on(world):
    await world.client.post("/v1/session", json=LOGIN)
    assert (await world.client.delete("/v1/sessions")).status_code == 204
    assert [one["kind"] for one in await mine(world)] == ["session"]
    assert (await world.get("/v1/me", SECRETARY)).status_code == 401
    assert (await world.get("/v1/me", HOST)).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(world):
    (of_host,) = [one["id"] for one in await mine(world, world.by(HOST))]
    answer = await world.client.delete(f"/v1/sessions/{of_host}", headers=world.by(SECRETARY))
    assert answer.status_code == 404
    assert (await world.get("/v1/me", HOST)).status_code == 200


async def test_a_token_is_over_when_its_days_are(world):
    token = await accounts.issue_token(world.parts, HOST, days=30)
    world.clock.pass_by(timedelta(days=30) - timedelta(seconds=1))
    assert (await world.client.get("/v1/me", headers=bearer(token))).status_code == 200
    world.clock.pass_by(timedelta(seconds=1))
    assert (await world.client.get("/v1/me", headers=bearer(token))).status_code == 401
    assert [one["name"] for one in await mine(world, world.by(HOST))] == [None]


@pytest.mark.parametrize("days", [0, -1, 3_661])
async def test_a_token_lasts_some_days(world, days):
    with pytest.raises(InvalidInput):
        await accounts.issue_token(world.parts, HOST, days=days)


@pytest.mark.parametrize("scope", [TokenScope(processes=("knighthood",)), TokenScope(units=("moon",))])
async def test_a_scope_names_what_is_there(world, scope):
    with pytest.raises(InvalidInput):
        await accounts.issue_token(world.parts, HOST, scope=scope)


async def test_a_scope_is_shown_with_its_token(world):
    scope = TokenScope(read_only=True, processes=("ballot",), units=("circle-1",))
    token = await accounts.issue_token(world.parts, HOST, "narrow", days=1, scope=scope)
    (narrow,) = [one for one in (await sessions.of_login(world.parts, HOST)) if one.name == "narrow"]
    assert TokenScope.model_validate_json(narrow.scope or "") == scope
    found = await world.parts.read(lambda c: kept.session(c, token, world.clock()))
    assert found.scope == narrow.scope


async def test_an_operator_ends_one_or_all_sessions_of_a_login(world):
    token = await accounts.issue_token(world.parts, HOST, "one")
    (one,) = [found.id for found in await sessions.of_login(world.parts, HOST) if found.name == "one"]
    with pytest.raises(NotFound):
        await sessions.end_of_login(world.parts, SECRETARY, one)
    await sessions.end_of_login(world.parts, HOST, one)
    assert (await world.client.get("/v1/me", headers=bearer(token))).status_code == 401
    assert (await world.get("/v1/me", HOST)).status_code == 200
    await sessions.end_of_login(world.parts, HOST, None)
    assert (await world.get("/v1/me", HOST)).status_code == 401
    with pytest.raises(NotFound):
        await sessions.of_login(world.parts, "nobody-at-all")


async def test_an_administrator_ends_one_of_somebody_elses_and_it_is_over_at_once(world):
    token = await accounts.issue_token(world.parts, SECRETARY, "lost")
    by = world.by(ADMIN)
    there = f"/v1/people/{SECRETARY}/sessions"
    found = (await world.client.get(there, headers=by)).json()["items"]
    (lost,) = [one["id"] for one in found if one["name"] == "lost"]
    assert not any(one["current"] for one in found)
    assert (await world.client.delete(f"{there}/{lost}", headers=by)).status_code == 204
    assert (await world.client.get("/v1/me", headers=bearer(token))).status_code == 401
    assert (await world.client.get("/v1/me", headers=world.by(SECRETARY))).status_code == 200
    assert (await world.client.delete(f"/v1/people/{HOST}/sessions/{lost}", headers=by)).status_code == 404


async def test_an_administrator_ends_all_of_somebody_elses_and_keeps_his_own(world):
    by = world.by(ADMIN)
    assert (await world.client.delete(f"/v1/people/{SECRETARY}/sessions", headers=by)).status_code == 204
    assert (await world.client.get("/v1/me", headers=world.by(SECRETARY))).status_code == 401
    assert (await world.client.get("/v1/me", headers=by)).status_code == 200
    assert (await world.client.delete(f"/v1/people/{ADMIN}/sessions", headers=by)).status_code == 403
