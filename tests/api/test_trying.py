"""Whoever guesses has to wait longer and longer; whoever knows the password is kept out by nobody."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from services.throttling import network_of
from tests.api.world import HOST, PASSWORD, SECRETARY

LOGIN = {"login": SECRETARY, "password": PASSWORD}
WRONG = LOGIN | {"password": "not-this-one"}


def a_client(world, address):
    """A browser somewhere else, which remembers nothing."""
    transport = httpx.ASGITransport(world.client._transport.app, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://accede.test")


async def knock(client, body=WRONG, times=1):
    """Try so often, and return the last answer."""
    for _ in range(times - 1):
        await client.post("/v1/session", json=body)
    return await client.post("/v1/session", json=body)


async def test_after_five_wrong_passwords_each_further_one_doubles_the_wait(world):
    assert (await knock(world.client, times=5)).status_code == 401
    waits = []
    for _ in range(12):
        refused = await knock(world.client)
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-tries")
        waits.append(int(refused.headers["retry-after"]))
        world.clock.pass_by(timedelta(seconds=waits[-1]))
        assert (await knock(world.client)).status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


async def test_even_the_right_password_has_to_wait_where_wrong_ones_were_tried(world):
    await knock(world.client, times=5)
    assert (await knock(world.client, LOGIN)).status_code == 429
    world.clock.pass_by(timedelta(seconds=1))
    assert (await knock(world.client, LOGIN)).status_code == 200
    # And after that nothing is left of the wait.
    assert (await knock(world.client, times=4)).status_code == 401


async def test_guesses_sent_at_once_are_counted_like_guesses_one_after_another(world):
    guesses = [LOGIN | {"password": f"not-this-one-{number}"} for number in range(20)]
    answers = await asyncio.gather(
        *(world.client.post("/v1/session", json=body) for body in [*guesses, LOGIN])
    )
    assert answers[-1].status_code == 429
    assert "set-cookie" not in answers[-1].headers
    assert [answer.status_code for answer in answers].count(401) == 5


async def test_a_stranger_elsewhere_keeps_nobody_from_a_place_that_is_known(world):
    assert (await knock(world.client, LOGIN)).status_code == 200
    world.client.cookies.clear()
    for number in range(60):
        async with a_client(world, f"192.0.2.{number}") as stranger:
            await knock(stranger, times=5)
    assert (await knock(a_client(world, "198.51.100.1"), LOGIN)).status_code == 429
    assert (await knock(world.client, LOGIN)).status_code == 200


async def test_a_stranger_at_the_same_address_keeps_nobody_from_a_browser_that_is_known(world):
    assert (await knock(world.client, LOGIN)).status_code == 200
    stranger = a_client(world, "127.0.0.1")
    assert (await knock(stranger, times=7)).status_code == 429
    assert (await knock(stranger, LOGIN)).status_code == 429
    assert (await knock(world.client, LOGIN)).status_code == 200
    for number in range(60):
        await knock(stranger, {"login": f"login-{number}", "password": "not-this-one"})
    assert (await knock(world.client, LOGIN)).status_code == 200


async def test_a_known_browser_is_no_way_to_guess_more(world):
    await knock(world.client, LOGIN)
    assert (await knock(world.client, times=5)).status_code == 401
    assert (await knock(world.client)).status_code == 429


async def test_what_a_browser_brought_before_its_first_log_in_makes_it_known_to_nobody(world):
    planted = "planted-by-somebody-else"
    cookies = {"cookie": f"accede-browser={planted}"}
    await world.client.post("/v1/session", json=LOGIN, headers=cookies)
    assert world.client.cookies["accede-browser"] != planted
    stranger = a_client(world, "192.0.2.1")
    for _ in range(5):
        await stranger.post("/v1/session", json=WRONG, headers=cookies)
    refused = await stranger.post("/v1/session", json=LOGIN, headers=cookies)
    assert refused.status_code == 429


async def test_one_address_cannot_try_many_logins(world):
    for number in range(50):
        await knock(world.client, {"login": f"login-{number}", "password": "not-this-one"})
    assert (await knock(world.client, LOGIN)).status_code == 429
    assert (await knock(a_client(world, "192.0.2.1"), LOGIN)).status_code == 200


async def test_many_addresses_cannot_try_one_login(world):
    for number in range(25):
        await knock(a_client(world, f"192.0.2.{number}"), times=2)
    refused = await knock(a_client(world, "198.51.100.1"), LOGIN)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    # Nobody waits for more than a minute for what others do.
    for number in range(20):
        world.clock.pass_by(timedelta(seconds=60))
        assert (await knock(a_client(world, f"203.0.113.{number}"))).status_code == 401
    assert (await knock(a_client(world, "198.51.100.1"), LOGIN)).headers["retry-after"] == "60"


async def test_a_login_nobody_has_waits_like_any_other(world):
    answers: list[tuple[int, str, str]] = []
    for login in (HOST, "nobody-at-all"):
        client = a_client(world, f"192.0.2.{len(answers)}")
        last = await knock(client, {"login": login, "password": "not-this-one"}, times=6)
        answers.append((last.status_code, last.headers["retry-after"], last.json()["detail"]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 429


async def test_the_record_does_not_tell_who_tried_from_where(world):
    await knock(world.client, LOGIN)
    await knock(world.client)

    def everything(connection):
        tables = ("login_attempts", "familiar_places")
        return [str(connection.exec_driver_sql(f"SELECT * FROM {table}").all()) for table in tables]  # noqa: S608 - names of ours

    tried, familiar = await world.parts.database.read(everything)
    assert SECRETARY not in tried
    assert "127.0.0.1" not in tried + familiar
    assert world.client.cookies["accede-browser"] not in tried + familiar


@pytest.mark.parametrize(
    "address, network",
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("a socket", "a socket"),
    ],
)
def test_addresses_of_one_household_count_as_one(address, network):
    assert network_of(address) == network
