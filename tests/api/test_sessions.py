"""Logging in, staying in, and being kept out."""

import re
from datetime import timedelta

import pytest
from fastapi.routing import iter_route_contexts

from api.app import Door
from records import accounts, organisation
from services import accounts as service
from services.refusals import InUse, InvalidInput, NotFound
from tests.api.world import HOST, NOBODY, PASSWORD, SECRETARY, a_world

LOGIN = {"login": SECRETARY, "password": PASSWORD}


async def test_a_login_answers_with_the_person_and_posts_and_begins_a_session(world):
    answer = await world.client.post("/v1/session", json=LOGIN)
    assert answer.status_code == 200
    assert answer.json()["person"]["name"] == "李四"
    (post,) = answer.json()["posts"]
    assert (post["role"], post["unit"]["id"], post["from"], post["to"]) == (
        "secretary",
        "circle-1",
        "2015-01-01",
        None,
    )
    me = await world.client.get("/v1/me")
    assert me.json() == answer.json()


async def test_the_cookie_is_kept_from_scripts_and_other_sites(world):
    answer = await world.client.post("/v1/session", json=LOGIN)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("accede=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie.replace("samesite", "")


async def test_over_https_the_cookie_belongs_to_this_host_alone(sqlite_database):
    world = await a_world(sqlite_database, Door("https://accede.test", secure_cookies=True))
    answer = await world.client.post("/v1/session", json=LOGIN)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-accede=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    await world.client.aclose()


async def test_logging_out_ends_the_session_at_once(world):
    await world.client.post("/v1/session", json=LOGIN)
    cookie = world.client.cookies["accede"]
    assert (await world.client.delete("/v1/session")).status_code == 204
    assert (await world.client.get("/v1/me", headers={"cookie": f"accede={cookie}"})).status_code == 401


async def test_a_session_ends_by_itself_after_its_time(world):
    await world.client.post("/v1/session", json=LOGIN)
    world.clock.pass_by(timedelta(hours=11, minutes=59))
    assert (await world.client.get("/v1/me")).status_code == 200
    world.clock.pass_by(timedelta(minutes=1))
    assert (await world.client.get("/v1/me")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{"login": SECRETARY, "password": "not-this-one"}, {"login": "nobody-at-all", "password": PASSWORD}],
)
async def test_a_wrong_login_and_a_wrong_password_look_the_same(world, body):
    answer = await world.client.post("/v1/session", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (401, "/problems/wrong-login")
    assert "set-cookie" not in answer.headers
    assert body["password"] not in answer.text


async def test_a_closed_account_lets_nobody_in_and_ends_what_was_open(world):
    await world.client.post("/v1/session", json=LOGIN)
    await service.disable(world.parts, SECRETARY)
    assert (await world.client.get("/v1/me")).status_code == 401
    assert (await world.get("/v1/me", SECRETARY)).status_code == 401
    assert (await world.client.post("/v1/session", json=LOGIN)).status_code == 401


async def test_a_new_password_ends_every_session_and_token(world):
    await service.change_password(world.parts, SECRETARY, "another long password")
    assert (await world.get("/v1/me", SECRETARY)).status_code == 401
    assert (await world.client.post("/v1/session", json=LOGIN)).status_code == 401
    again = LOGIN | {"password": "another long password"}
    assert (await world.client.post("/v1/session", json=again)).status_code == 200


async def test_secrets_are_kept_as_digests_only(world):
    token = await service.issue_token(world.parts, HOST, "a script")
    assert (await world.client.get("/v1/me", headers={"authorization": f"Bearer {token}"})).status_code == 200

    def everything(connection):
        rows = connection.exec_driver_sql("SELECT * FROM sessions").all()
        return str([tuple(row) for row in rows]) + str(accounts.account(connection, HOST))

    kept = await world.parts.database.read(everything)
    assert token not in kept
    assert PASSWORD not in kept


async def test_a_token_can_be_ended(world):
    token = await service.issue_token(world.parts, HOST)
    headers = {"authorization": f"Bearer {token}"}
    await world.client.delete("/v1/session", headers=headers)
    assert (await world.client.get("/v1/me", headers=headers)).status_code == 401


async def test_accounts_need_a_long_password_a_free_login_and_a_known_login(world):
    with pytest.raises(InvalidInput):
        await service.add_account(world.parts, "short", NOBODY, "123456789")
    with pytest.raises(InUse):
        await service.add_account(world.parts, SECRETARY, NOBODY, PASSWORD)
    with pytest.raises(NotFound):
        await service.issue_token(world.parts, "no-such-login")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "http://accede.test.evil.test"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://accede.test"},
    ],
)
async def test_what_another_site_sends_is_refused(world, headers):
    await world.client.post("/v1/session", json=LOGIN)
    answer = await world.client.delete("/v1/session", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/foreign-origin")
    assert (await world.client.get("/v1/me", headers=headers)).status_code == 200


async def test_what_another_site_sends_is_refused_at_every_address_that_changes_something(world):
    await world.client.post("/v1/session", json=LOGIN)
    asked = {
        (method, re.sub(r"{[^}]+}", "0", found.path or ""))
        for found in iter_route_contexts(world.client._transport.app.routes)
        for method in found.methods or ()
        if method not in {"GET", "HEAD", "OPTIONS"}
    }
    assert len(asked) > 100
    taken = []
    for method, path in sorted(asked):
        answer = await world.client.request(method, path, headers={"origin": "https://evil.test"})
        if answer.status_code != 403 or answer.json()["type"] != "/problems/foreign-origin":
            taken.append((method, path))
    assert taken == []
    assert (await world.client.get("/v1/me")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://accede.test"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}],
)
async def test_what_our_own_pages_and_programs_send_is_taken(world, headers):
    answer = await world.client.post("/v1/session", json=LOGIN, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/me", "/healthz", "/nowhere", "/openapi.json"])
async def test_every_answer_tells_browsers_to_trust_nothing(world, path):
    answer = await world.client.get(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert len(answer.headers["x-trace"]) == 32


async def test_posts_that_ended_and_delegations_that_began_count_from_their_day(world):
    today = world.parts.today()

    def lend(connection):
        organisation.end_post(connection, f"post-{SECRETARY}", today + timedelta(days=1))
        organisation.add_delegation(
            connection, post_id=f"post-{SECRETARY}", substitute=NOBODY, from_on=today, to_on=today
        )

    await world.parts.database.write(lend)
    mine = (await world.get("/v1/me", NOBODY)).json()
    assert [lent["post"]["id"] for lent in mine["delegations"]] == [f"post-{SECRETARY}"]
    case = await world.start()
    talk = await world.act(case, "talk", NOBODY, outcome="postponed", occurred_on=today.isoformat())
    assert talk.status_code == 200, talk.text
    event = talk.json()["events"][0]
    assert (event["actor"], event["on_behalf_of"]) == (NOBODY, SECRETARY)
    world.clock.turn_to(today + timedelta(days=2))
    later = talk.json()["case"]
    assert (await world.act(later, "talk", NOBODY, outcome="done")).status_code == 404
    assert (await world.act(later, "talk", SECRETARY, outcome="done")).status_code == 404
    assert (await world.get("/v1/tasks", SECRETARY)).json()["items"] == []
