"""The second factor: asked for by units and by whoever set one up, taken once, lost by nobody for good."""

import asyncio
import base64
from datetime import timedelta
from functools import partial

import pyotp
import pytest

from api.app import Door
from records import factors, organisation
from services import accounts, second_steps
from services.sealing import Sealer
from tests.api.browsers import another_browser, problem
from tests.api.world import ADMIN, HOST, PARENT, PASSWORD, SECRETARY, a_world

KEYS = base64.b64encode(b"k" * 32).decode()
LOGIN = {"login": SECRETARY, "password": PASSWORD}
HALF_WAY = (401, "/problems/second-factor-required")
WRONG = (401, "/problems/wrong-code")


@pytest.fixture
async def world(sqlite_database):
    """The small organisation, with a key to seal with."""
    made = await a_world(sqlite_database, Door(public_url="http://accede.test", sealer=Sealer(KEYS)))
    yield made
    await made.client.aclose()


async def knock(world, browser=None, body=LOGIN):
    return await (browser or world.client).post("/v1/session", json=body)


async def give(world, code, browser=None, way="code"):
    return await (browser or world.client).post(f"/v1/session/{way}", json={"code": code})


async def set_up(world):
    """Log in, set an app up and confirm it; return what makes its codes, and the codes to recover with."""
    assert (await knock(world)).status_code == 200
    begun = await world.client.post("/v1/me/code-app")
    assert begun.status_code == 201, begun.text
    app = pyotp.TOTP(begun.json()["secret"])
    done = await world.client.post("/v1/me/code-app/confirm", json={"code": now_of(world, app)})
    assert done.status_code == 200, done.text
    world.client.cookies.clear()
    world.clock.pass_by(timedelta(seconds=30))
    return app, done.json()["recovery_codes"]


def now_of(world, app, steps=0):
    return app.at(int(world.clock().timestamp()) + 30 * steps)


async def ask_in(world, unit, level):
    answer = await world.client.put(
        f"/v1/units/{unit}/login-policy", json={"second_factor": level}, headers=world.by(ADMIN)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_whoever_set_an_app_up_is_asked_for_a_code_and_comes_in_with_it(world):
    app, _ = await set_up(world)
    half = await knock(world)
    assert problem(half) == HALF_WAY
    assert (half.json()["ways"], half.json()["enrol"]) == (["code", "recovery"], False)
    assert "accede" not in world.client.cookies
    assert (await world.client.get("/v1/me")).status_code == 401
    done = await give(world, now_of(world, app))
    assert done.status_code == 200, done.text
    assert done.json()["person"]["id"] == SECRETARY
    (here,) = [one for one in (await world.client.get("/v1/sessions")).json()["items"] if one["current"]]
    assert here["proof"] == "password+code"


@pytest.mark.parametrize("steps, right", [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_code_is_good_for_its_half_minute_and_the_ones_beside(world, steps, right):
    app, _ = await set_up(world)
    world.clock.pass_by(timedelta(minutes=5))
    await knock(world)
    answer = await give(world, now_of(world, app, steps))
    assert (answer.status_code == 200) is right


async def test_a_code_is_taken_once_and_none_before_it_afterwards(world):
    app, _ = await set_up(world)
    world.clock.pass_by(timedelta(minutes=5))
    used, before = now_of(world, app), now_of(world, app, -1)
    await knock(world)
    assert (await give(world, used)).status_code == 200
    browser = another_browser(world)
    await knock(world, browser)
    for code in (used, before):
        assert problem(await give(world, code, browser)) == WRONG
    assert (await give(world, now_of(world, app, 1), browser)).status_code == 200


async def test_of_many_who_send_the_same_code_at_once_one_comes_in(world):
    app, _ = await set_up(world)
    browsers = [another_browser(world) for _ in range(4)]
    for browser in browsers:
        await knock(world, browser)
    code = now_of(world, app)
    answers = await asyncio.gather(*(give(world, code, browser) for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_the_code_an_app_was_confirmed_with_opens_nothing(world):
    await knock(world)
    app = pyotp.TOTP((await world.client.post("/v1/me/code-app")).json()["secret"])
    code = now_of(world, app)
    assert (await world.client.post("/v1/me/code-app/confirm", json={"code": code})).status_code == 200
    world.client.cookies.clear()
    await knock(world)
    assert problem(await give(world, code)) == WRONG


async def test_an_app_that_was_not_confirmed_asks_for_nothing_and_proves_nothing(world):
    await knock(world)
    app = pyotp.TOTP((await world.client.post("/v1/me/code-app")).json()["secret"])
    wrong = await world.client.post("/v1/me/code-app/confirm", json={"code": "000000"})
    assert problem(wrong) == WRONG
    world.client.cookies.clear()
    assert (await knock(world)).status_code == 200
    world.client.cookies.clear()
    assert (await give(world, now_of(world, app))).status_code == 401


async def test_a_wrong_code_begins_nothing_and_guesses_wait_wherever_they_come_from(world):
    app, _ = await set_up(world)
    await knock(world)
    for _ in range(5):
        assert problem(await give(world, "000000")) == WRONG
    refused = await give(world, now_of(world, app))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    browser = another_browser(world)
    await knock(world, browser)
    assert (await give(world, now_of(world, app), browser)).status_code == 429
    world.clock.pass_by(timedelta(seconds=1))
    assert (await give(world, now_of(world, app), browser)).status_code == 200


async def test_a_ticket_is_for_the_browser_that_got_it_for_ten_minutes_and_for_once(world):
    app, _ = await set_up(world)
    await knock(world)
    assert (await give(world, now_of(world, app), another_browser(world))).status_code == 401
    ticket = world.client.cookies["accede-ticket"]
    assert (await give(world, now_of(world, app))).status_code == 200
    world.clock.pass_by(timedelta(minutes=1))
    thief = another_browser(world)
    thief.cookies.set("accede-ticket", ticket)
    assert (await give(world, now_of(world, app), thief)).status_code == 401
    await knock(world, thief)
    world.clock.pass_by(timedelta(minutes=10))
    assert (await give(world, now_of(world, app), thief)).status_code == 401


@pytest.mark.parametrize(
    "change", [accounts.disable, partial(accounts.change_password, password="kettle orbit 7")]
)
async def test_a_log_in_that_is_half_way_ends_with_its_password_and_its_login(world, change):
    app, _ = await set_up(world)
    await knock(world)
    await change(world.parts, SECRETARY)
    answer = await give(world, now_of(world, app))
    assert problem(answer) == (401, "/problems/not-signed-in")


async def test_a_ticket_is_no_session(world):
    await set_up(world)
    await knock(world)
    ticket = world.client.cookies["accede-ticket"]
    for headers in ({"cookie": f"accede={ticket}"}, {"authorization": f"Bearer {ticket}"}):
        assert (await another_browser(world).get("/v1/me", headers=headers)).status_code == 401
    # And whoever has a second factor sets up no other one with half a log-in.
    assert (await world.client.get("/v1/me/factors")).status_code == 401
    assert (await world.client.post("/v1/me/passkeys/options")).status_code == 401


async def test_each_code_to_recover_with_is_good_for_one_log_in(world):
    _, codes = await set_up(world)
    assert len(set(codes)) == 10
    await knock(world)
    assert (await give(world, codes[0].lower().replace("-", " "), way="recovery")).status_code == 200
    assert (await world.client.get("/v1/me/factors")).json()["recovery_codes_left"] == 9
    browser = another_browser(world)
    await knock(world, browser)
    assert problem(await give(world, codes[0], browser, "recovery")) == WRONG
    assert (await give(world, codes[1], browser, "recovery")).status_code == 200


async def test_new_codes_to_recover_with_take_the_place_of_the_old(world):
    app, codes = await set_up(world)
    await knock(world)
    await give(world, now_of(world, app))
    new = (await world.client.post("/v1/me/recovery-codes")).json()["recovery_codes"]
    browser = another_browser(world)
    await knock(world, browser)
    assert problem(await give(world, codes[0], browser, "recovery")) == WRONG
    assert (await give(world, new[0], browser, "recovery")).status_code == 200


async def test_whoever_takes_his_app_away_comes_in_with_the_password_alone(world):
    app, _ = await set_up(world)
    await knock(world)
    await give(world, now_of(world, app))
    assert (await world.client.post("/v1/me/code-app")).status_code == 409
    assert (await world.client.delete("/v1/me/code-app")).status_code == 204
    world.client.cookies.clear()
    assert (await knock(world)).status_code == 200
    assert (await world.client.post("/v1/me/recovery-codes")).status_code == 404


async def test_whoever_lost_everything_is_let_in_again_by_an_operator(world):
    await set_up(world)
    await second_steps.forget_factors(world.parts, SECRETARY)
    assert (await world.get("/v1/me", SECRETARY)).status_code == 401
    assert (await knock(world)).status_code == 200


async def test_what_opens_the_door_is_changed_by_whoever_just_came_in_and_by_no_token(world):
    await knock(world)
    world.clock.pass_by(timedelta(minutes=16))
    late = await world.client.post("/v1/me/code-app")
    assert problem(late) == (403, "/problems/log-in-again")
    assert problem(await world.post("/v1/me/code-app", SECRETARY)) == (403, "/problems/log-in-again")
    assert problem(await another_browser(world).post("/v1/me/code-app")) == (401, "/problems/not-signed-in")


async def test_a_unit_asks_those_with_posts_in_it_and_below_and_nobody_else(world):
    told = await ask_in(world, "circle-1", "any")
    assert told == {"unit": "circle-1", "own": "any", "second_factor": "any", "asked_by": "circle-1"}
    expected = {SECRETARY: 401, HOST: 401, "person-child": 401, PARENT: 200, "person-sibling": 200}
    for person, status in expected.items():
        answer = await knock(world, another_browser(world), LOGIN | {"login": person})
        assert answer.status_code == status, person
    below = (await world.get("/v1/units/group-1/login-policy", HOST)).json()
    assert below == {"unit": "group-1", "own": "none", "second_factor": "any", "asked_by": "circle-1"}


async def test_a_unit_below_takes_nothing_away_from_what_is_asked_above(world):
    await ask_in(world, "committee-1", "passkey")
    told = await ask_in(world, "circle-1", "none")
    assert (told["own"], told["second_factor"], told["asked_by"]) == ("none", "passkey", "committee-1")
    assert (await knock(world)).json()["enrol"] is True
    await ask_in(world, "committee-1", "none")
    assert (await knock(world)).status_code == 200


async def test_a_lent_post_brings_what_its_unit_asks(world):
    await ask_in(world, "circle-1", "any")
    today = world.parts.today()

    def lend(connection):
        organisation.add_delegation(
            connection, post_id=f"post-{SECRETARY}", substitute="person-sibling", from_on=today, to_on=today
        )

    sibling = LOGIN | {"login": "person-sibling"}
    assert (await knock(world, another_browser(world), sibling)).status_code == 200
    await world.parts.write(lend)
    assert problem(await knock(world, another_browser(world), sibling)) == HALF_WAY
    world.clock.pass_by(timedelta(days=1))
    assert (await knock(world, another_browser(world), sibling)).status_code == 200


async def test_asking_for_more_ends_sessions_that_proved_less_and_no_others(world):
    app, _ = await set_up(world)
    strong, weak, elsewhere = world.client, another_browser(world), another_browser(world)
    await knock(world)
    await give(world, now_of(world, app))
    await knock(world, weak, LOGIN | {"login": HOST})
    await knock(world, elsewhere, LOGIN | {"login": PARENT})
    await ask_in(world, "circle-1", "any")
    answers = [(await one.get("/v1/me")).status_code for one in (strong, weak, elsewhere)]
    assert answers == [200, 401, 200]
    # Programs are no people, and their tokens were made by an operator.
    assert (await world.get("/v1/me", HOST)).status_code == 200


async def test_whoever_is_asked_for_a_factor_and_has_none_sets_one_up_on_the_way_in(world):
    await ask_in(world, "circle-1", "any")
    half = await knock(world)
    assert (half.json()["ways"], half.json()["enrol"]) == ([], True)
    app = pyotp.TOTP((await world.client.post("/v1/me/code-app")).json()["secret"])
    confirmed = await world.client.post("/v1/me/code-app/confirm", json={"code": now_of(world, app)})
    assert (confirmed.status_code, len(confirmed.json()["recovery_codes"])) == (200, 10)
    assert (await world.client.get("/v1/me")).json()["person"]["id"] == SECRETARY
    assert "accede-ticket" not in world.client.cookies


async def test_a_code_is_not_enough_where_a_passkey_is_asked_for(world):
    app, _ = await set_up(world)
    await ask_in(world, "circle-1", "passkey")
    await knock(world)
    more = await give(world, now_of(world, app))
    assert problem(more) == HALF_WAY
    assert (more.json()["ways"], more.json()["enrol"]) == ([], True)
    assert (await world.client.get("/v1/me")).status_code == 401
    assert (await world.client.post("/v1/me/passkeys/options")).status_code == 200


async def test_without_a_key_no_app_is_set_up(world):
    world.client._transport.app.state.sealer = None
    await knock(world)
    assert problem(await world.client.post("/v1/me/code-app")) == (409, "/problems/not-possible")


async def test_the_record_alone_makes_no_code_and_has_none(world):
    await knock(world)
    secret = (await world.client.post("/v1/me/code-app")).json()["secret"]
    code = now_of(world, pyotp.TOTP(secret))
    codes = (await world.client.post("/v1/me/code-app/confirm", json={"code": code})).json()["recovery_codes"]

    def everything(connection):
        tables = ("code_apps", "recovery_codes", "unfinished", "sessions", "login_attempts")
        return [str(connection.exec_driver_sql(f"SELECT * FROM {table}").all()) for table in tables]  # noqa: S608 - names of ours

    kept = str(await world.parts.read(everything))
    assert secret not in kept
    for one in codes:
        assert one not in kept
        assert one.replace("-", "") not in kept


async def test_what_one_login_shares_with_its_app_is_of_no_use_at_another(world):
    app, _ = await set_up(world)

    def put_elsewhere(connection):
        of_secretary = factors.code_app(connection, SECRETARY)
        assert of_secretary
        factors.put_code_app(connection, HOST, of_secretary.sealed, world.clock())
        factors.confirm_code_app(connection, HOST, world.clock())

    await world.parts.write(put_elsewhere)
    await knock(world, body=LOGIN | {"login": HOST})
    assert problem(await give(world, now_of(world, app))) == (409, "/problems/not-possible")
