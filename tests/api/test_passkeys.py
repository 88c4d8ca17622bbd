"""Passkeys: set up and used with a device in software, and every dishonest answer refused."""

from datetime import timedelta

import pytest

from api.app import Door
from services import accounts
from tests.api.browsers import another_browser, problem
from tests.api.world import ADMIN, HOST, PASSWORD, SECRETARY, a_world
from tests.authenticator import PRESENT, VERIFIED, Device, encoded

LOGIN = {"login": SECRETARY, "password": PASSWORD}
WRONG = (401, "/problems/wrong-login")


@pytest.fixture
async def world(sqlite_database):
    made = await a_world(sqlite_database, Door(public_url="http://accede.test"))
    yield made
    await made.client.aclose()


async def ask(browser, path="/v1/session/passkey/options"):
    answer = await browser.post(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["public_key"]


async def add(browser, device, name="my telephone"):
    options = await ask(browser, "/v1/me/passkeys/options")
    return await browser.post("/v1/me/passkeys", json={"name": name, "credential": device.make(options)})


async def come_in(browser, device):
    return await browser.post("/v1/session/passkey", json=device.answer(await ask(browser)))


@pytest.fixture
async def device(world):
    """The secretary's passkey."""
    made = Device()
    await world.client.post("/v1/session", json=LOGIN)
    added = await add(world.client, made)
    assert added.status_code == 201, added.text
    world.client.cookies.clear()
    return made


async def test_a_passkey_is_a_whole_log_in_and_nobody_has_to_say_who_he_is(world, device):
    options = await ask(world.client)
    assert options["userVerification"] == "required"
    assert options["rpId"] == "accede.test"
    assert not options.get("allowCredentials")
    answer = await world.client.post("/v1/session/passkey", json=device.answer(options))
    assert (answer.status_code, answer.json()["person"]["id"]) == (200, SECRETARY)
    assert (await world.client.get("/v1/me")).status_code == 200
    (here,) = [one for one in (await world.client.get("/v1/sessions")).json()["items"] if one["current"]]
    assert here["proof"] == "passkey"
    (known,) = (await world.client.get("/v1/me/factors")).json()["passkeys"]
    assert (known["name"], known["used_at"] is None) == ("my telephone", False)


async def test_what_a_device_is_told_says_nothing_about_the_person(world):
    await world.client.post("/v1/session", json=LOGIN)
    options = await ask(world.client, "/v1/me/passkeys/options")
    assert options["user"]["name"] == SECRETARY
    assert len(options["user"]["id"]) == 43
    assert SECRETARY not in options["user"]["id"]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    again = await ask(world.client, "/v1/me/passkeys/options")
    assert again["user"]["id"] == options["user"]["id"]
    assert again["challenge"] != options["challenge"]


@pytest.mark.parametrize("counts", [True, False])
async def test_an_answer_is_taken_once(world, device, counts):
    if not counts:
        device = Device(counts=False)
        await world.client.post("/v1/session", json=LOGIN | {"login": HOST})
        assert (await add(world.client, device)).status_code == 201
        world.client.cookies.clear()
    answer = device.answer(await ask(world.client))
    ticket = world.client.cookies["accede-challenge"]
    assert (await world.client.post("/v1/session/passkey", json=answer)).status_code == 200
    thief = another_browser(world)
    thief.cookies.set("accede-challenge", ticket)
    assert problem(await thief.post("/v1/session/passkey", json=answer)) == WRONG
    await ask(thief)
    assert problem(await thief.post("/v1/session/passkey", json=answer)) == WRONG


async def test_a_challenge_is_for_the_browser_that_got_it_and_for_five_minutes(world, device):
    answer = device.answer(await ask(world.client))
    assert problem(await another_browser(world).post("/v1/session/passkey", json=answer)) == WRONG
    world.clock.pass_by(timedelta(minutes=5))
    assert problem(await world.client.post("/v1/session/passkey", json=answer)) == WRONG


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://accede.test:8080"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"id": b"x" * 32},
        {"key": Device().key},
        {"signed": 0},
    ],
    ids=["site", "port", "party", "nobody asked", "nobody there", "unknown", "other key", "a copy of it"],
)
async def test_a_dishonest_answer_opens_nothing(world, device, lie):
    assert (await come_in(world.client, device)).status_code == 200
    world.client.cookies.clear()
    for name, value in lie.items():
        setattr(device, name, value)
    answer = await come_in(world.client, device)
    assert problem(answer) == WRONG
    assert "accede" not in world.client.cookies


async def test_an_answer_of_another_kind_opens_nothing(world, device):
    answer = device.answer(await ask(world.client), kind="webauthn.create")
    assert problem(await world.client.post("/v1/session/passkey", json=answer)) == WRONG


async def test_a_device_that_does_not_count_works_again_and_again(world):
    device = Device(counts=False)
    await world.client.post("/v1/session", json=LOGIN)
    assert (await add(world.client, device)).status_code == 201
    for _ in range(2):
        assert (await come_in(world.client, device)).status_code == 200


async def test_a_shut_login_is_shut_for_its_passkeys(world, device):
    await accounts.disable(world.parts, SECRETARY)
    assert problem(await come_in(world.client, device)) == WRONG


async def test_whoever_has_a_passkey_is_asked_for_it_after_the_password(world, device):
    half = await world.client.post("/v1/session", json=LOGIN)
    assert problem(half) == (401, "/problems/second-factor-required")
    assert (half.json()["ways"], half.json()["enrol"]) == (["passkey"], False)
    assert (await come_in(world.client, device)).status_code == 200


async def test_a_passkey_is_what_a_unit_asks_for_at_most(world, device):
    body = {"second_factor": "passkey"}
    asked = await world.client.put("/v1/units/circle-1/login-policy", json=body, headers=world.by(ADMIN))
    assert asked.status_code == 200
    assert (await come_in(world.client, device)).status_code == 200


async def test_whoever_is_asked_for_a_passkey_sets_one_up_on_the_way_in(world):
    body = {"second_factor": "passkey"}
    await world.client.put("/v1/units/circle-1/login-policy", json=body, headers=world.by(ADMIN))
    half = await world.client.post("/v1/session", json=LOGIN | {"login": HOST})
    assert (half.json()["ways"], half.json()["enrol"]) == ([], True)
    assert (await add(world.client, Device())).status_code == 201
    assert (await world.client.get("/v1/me")).json()["person"]["id"] == HOST


@pytest.mark.parametrize(
    "lie", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}]
)
async def test_a_passkey_that_was_not_made_here_or_for_nobody_is_not_kept(world, lie):
    await world.client.post("/v1/session", json=LOGIN)
    refused = await add(world.client, Device(**lie))
    assert problem(refused) == (422, "/problems/invalid-input")
    assert (await world.client.get("/v1/me/factors")).json()["passkeys"] == []


async def test_a_passkey_that_somebody_has_is_nobody_elses(world, device):
    await world.client.post("/v1/session", json=LOGIN | {"login": HOST})
    assert problem(await add(world.client, device)) == (409, "/problems/in-use")


async def test_what_one_began_nobody_else_finishes(world):
    await world.client.post("/v1/session", json=LOGIN)
    options = await ask(world.client, "/v1/me/passkeys/options")
    ticket = world.client.cookies["accede-challenge"]
    other = another_browser(world)
    await other.post("/v1/session", json=LOGIN | {"login": HOST})
    other.cookies.set("accede-challenge", ticket)
    body = {"name": "x", "credential": Device().make(options)}
    assert problem(await other.post("/v1/me/passkeys", json=body)) == (422, "/problems/invalid-input")


async def test_a_passkey_that_was_taken_away_opens_nothing(world, device):
    await come_in(world.client, device)
    (known,) = (await world.client.get("/v1/me/factors")).json()["passkeys"]
    other = another_browser(world)
    await other.post("/v1/session", json=LOGIN | {"login": HOST})
    assert (await other.delete(f"/v1/me/passkeys/{known['id']}")).status_code == 404
    assert (await world.client.delete(f"/v1/me/passkeys/{known['id']}")).status_code == 204
    assert problem(await come_in(world.client, device)) == WRONG


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("rubbish", [b"", b"\xff" * 40, b"{}", b"null", b"\xa1", b"[" * 5_000])
async def test_rubbish_is_refused_and_breaks_nothing(world, device, part, rubbish):
    answer = device.answer(await ask(world.client))
    answer["response"][part] = encoded(rubbish)
    refused = await world.client.post("/v1/session/passkey", json=answer)
    assert refused.status_code in {401, 422}


@pytest.mark.parametrize("rubbish", [b"\xff" * 40, b"\xa0", b"\x9f" * 3_000, b"\xbf\xff"])
async def test_a_passkey_made_of_rubbish_is_refused(world, rubbish):
    await world.client.post("/v1/session", json=LOGIN)
    made = Device().make(await ask(world.client, "/v1/me/passkeys/options"))
    made["response"]["attestationObject"] = encoded(rubbish)
    refused = await world.client.post("/v1/me/passkeys", json={"name": "x", "credential": made})
    assert problem(refused) == (422, "/problems/invalid-input")
