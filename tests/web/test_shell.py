"""The frame and the door: signing in and out without a script, languages, light and dark, problems."""

import re

import pyotp
import pytest

from services.sealing import Sealer
from tests.api.world import ADMIN, AUDITOR, PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser
from web.served import STYLES, address_of

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def client(site):
    return site.world.client


async def sign_in(client, login=SECRETARY, to="/inbox"):
    return await client.post("/login", data={"login": login, "password": PASSWORD, "to": to}, headers=HTML)


async def test_whoever_is_not_known_signs_in_and_comes_back_to_what_was_asked(client):
    refused = await client.get("/search?q=1", headers=HTML)
    assert refused.status_code == 303
    assert refused.headers["location"] == "/login?to=/search%3Fq%3D1"
    door = await client.get(refused.headers["location"], headers=HTML)
    (to,) = re.findall(r'name="to" value="([^"]+)"', door.text)
    begun = await sign_in(client, to=to)
    assert (begun.status_code, begun.headers["location"]) == (303, "/search?q=1")
    assert (await client.get("/inbox", headers=HTML)).status_code == 200


@pytest.mark.parametrize(
    "to", ["https://other.example/", "//other.example", "/\\other.example", "javascript:x"]
)
async def test_nobody_is_sent_to_another_site_after_signing_in(client, to):
    assert (await sign_in(client, to=to)).headers["location"] == "/"


async def test_a_wrong_password_is_said_beside_the_form_and_what_was_typed_stays(client):
    answer = await client.post("/login", data={"login": SECRETARY, "password": "wrong"}, headers=HTML)
    assert answer.status_code == 401
    assert f'value="{SECRETARY}"' in answer.text
    assert "wrong" not in re.findall(r'value="([^"]*)"', answer.text)


@pytest.mark.parametrize(
    "sent_to, about",
    [("/own/posts/lend", "/own/posts"), ("/own/unit", "/people"), ("/people/add", "/people/add")],
)
async def test_beside_a_refused_form_another_language_leads_to_the_page_it_is_about(client, sent_to, about):
    await sign_in(client, ADMIN)
    refused = await client.post(sent_to, data={"unit": "none", "back": "/people"}, headers=HTML)
    assert refused.status_code == 422
    (back,) = re.findall(r'action="/own/language">\s*<input [^>]*name="back" value="([^"]*)"', refused.text)
    assert back == about
    assert (await client.get(back, headers=HTML)).status_code == 200


async def test_the_door_speaks_the_language_of_the_browser_and_not_of_who_left(client):
    await sign_in(client)
    client.cookies.set("accede-language", "en")
    assert "退出登录" in (await client.get("/inbox", headers=HTML)).text
    await client.post("/logout", headers=HTML)
    assert "You are signed out." in (await client.get("/login", headers=HTML)).text


async def test_signing_out_ends_the_session_at_once(client):
    await sign_in(client)
    session = client.cookies["accede"]
    assert (await client.post("/logout", headers=HTML)).headers["location"] == "/login"
    client.cookies.set("accede", session)
    assert (await client.get("/inbox", headers=HTML)).status_code == 303


async def test_a_second_step_is_asked_for_and_set_up_on_the_way_in(client, site):
    site.world.client._transport.app.state.sealer = Sealer(KEY)
    asked = {"second_factor": "any"}
    policy = await client.put("/v1/units/circle-1/login-policy", json=asked, headers=site.world.by(ADMIN))
    assert policy.status_code == 200
    half = await sign_in(client)
    assert half.headers["location"] == "/login/second?to=/inbox"
    assert "/login/app" in (await client.get(half.headers["location"], headers=HTML)).text
    shown = await client.post("/login/app", data={"to": "/inbox"}, headers=HTML)
    (secret,) = re.findall(r"<strong>([A-Z2-7]{32})</strong>", shown.text)
    now = site.world.clock()
    code = pyotp.TOTP(secret).at(now)
    done = await client.post("/login/app/confirm", data={"code": code, "to": "/inbox"}, headers=HTML)
    codes = re.findall(r">((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})<", done.text)
    assert len(codes) == 10
    assert (await client.get("/inbox", headers=HTML)).status_code == 200
    await client.post("/logout", headers=HTML)
    await sign_in(client)
    wrong = await client.post("/login/code", data={"code": "000000", "to": "/inbox"}, headers=HTML)
    assert wrong.status_code == 401
    right = await client.post("/login/recovery", data={"recovery": codes[0], "to": "/inbox"}, headers=HTML)
    assert right.headers["location"] == "/inbox"


async def test_the_language_is_kept_with_the_person_and_before_that_in_the_browser(client):
    choice = {"language": "en", "back": "/login"}
    assert 'lang="zh-Hans"' in (await client.get("/login", headers=HTML)).text
    chosen = await client.post("/own/language", data=choice, headers=HTML)
    assert chosen.headers["location"] == "/login"
    assert '<html lang="en"' in (await client.get("/login", headers=HTML)).text
    await sign_in(client)
    assert '<html lang="zh-Hans"' in (await client.get("/inbox", headers=HTML)).text
    await client.post("/own/language", data=choice, headers=HTML)
    client.cookies.clear()
    await sign_in(client)
    assert '<html lang="en"' in (await client.get("/inbox", headers=HTML)).text


async def test_light_or_dark_is_in_the_page_from_its_first_byte(client):
    assert "data-bs-theme" not in (await client.get("/login", headers=HTML)).text.partition("<head>")[0]
    await client.post("/own/theme", data={"theme": "dark", "back": "/login"}, headers=HTML)
    assert 'data-bs-theme="dark"' in (await client.get("/login", headers=HTML)).text
    await client.post("/own/theme", data={"theme": "auto", "back": "/login"}, headers=HTML)
    assert "data-bs-theme" not in (await client.get("/login", headers=HTML)).text.partition("<head>")[0]


async def test_what_was_done_is_said_once(client):
    await sign_in(client)
    await client.post("/own/sessions/end", data={"session": ""}, headers=HTML)
    assert "已结束所选登录" in (await client.get("/own/sessions", headers=HTML)).text
    assert "已结束所选登录" not in (await client.get("/own/sessions", headers=HTML)).text


async def test_a_problem_is_a_page_for_people_and_json_for_programs(client):
    page = await client.get("/nowhere", headers=HTML)
    assert page.status_code == 404
    assert "没有找到" in page.text
    assert "/nowhere" not in page.text.replace("back", "")
    data = await client.get("/nowhere")
    assert data.headers["content-type"] == "application/problem+json"
    api = await client.get("/v1/nowhere", headers=HTML)
    assert api.headers["content-type"] == "application/problem+json"


async def test_a_part_of_a_page_goes_wrong_in_its_place_and_keeps_the_page(client):
    await sign_in(client)
    answer = await client.get("/own/nothing", headers=HTML | {"hx-request": "true"})
    assert answer.status_code == 404
    assert answer.headers["hx-retarget"] == "#problem"
    assert "<html" not in answer.text
    client.cookies.clear()
    gone = await client.get(
        "/search", headers=HTML | {"hx-request": "true", "hx-current-url": "http://x/inbox"}
    )
    assert gone.headers["hx-redirect"] == "/login?to=/inbox"


async def test_the_stream_tells_the_numbers_of_whoever_asks(client, site):
    await site.world.start()
    await sign_in(client)
    told = await client.get("/stream", headers={"accept": "text/event-stream"})
    assert told.headers["content-type"].startswith("text/event-stream")
    assert 'event: news\ndata: {"tasks":' in told.text


async def test_a_browser_in_which_nobody_is_signed_in_any_more_is_told_to_ask_for_no_stream(client):
    """Browsers ask again after a stream ends, and write an error into their log for any other refusal."""
    told = await client.get("/stream", headers={"accept": "text/event-stream"})
    assert (told.status_code, told.content) == (204, b"")


async def test_the_stream_of_the_board_is_another_one_once_a_case_stands_elsewhere(client, site):
    await sign_in(client)

    async def board():
        told = await client.get("/stream?board=true", headers={"accept": "text/event-stream"})
        return re.findall(r'"board":"([0-9a-f]+)"', told.text)

    before = await board()
    assert await board() == before
    await site.world.start()
    (after,) = await board()
    assert [after] != before


async def test_a_case_is_found_by_two_characters_by_letters_and_by_its_number(client, site):
    case = await site.world.start()
    await sign_in(client)
    part = HTML | {"hx-request": "true"}
    for asked in ("张三", "zs", "zhangsan", case["id"]):
        found = await client.get(f"/search?q={asked}", headers=part)
        assert f'href="/cases/{case["id"]}"' in found.text, asked
    for number in (case["id"], case["id"][:8], case["id"][:12].upper()):
        straight = await client.get(f"/search?q={number}", headers=HTML)
        assert straight.headers["location"] == f"/cases/{case['id']}"
    too_little = await client.get(f"/search?q={case['id'][:7]}", headers=HTML)
    assert too_little.status_code == 200


async def test_lists_are_narrowed_to_a_unit_of_ones_own_or_below_it_and_to_no_other(client):
    await sign_in(client, login=AUDITOR)
    frame = (await client.get("/inbox", headers=HTML)).text
    offered = re.findall(r'name="unit" value="([\w-]+)"', frame)
    assert len(offered) > 1
    await client.post("/own/unit", data={"unit": offered[-1], "back": "/inbox"}, headers=HTML)
    assert f'value="{offered[-1]}" aria-pressed="true"' in (await client.get("/inbox", headers=HTML)).text
    refused = await client.post("/own/unit", data={"unit": "nowhere-1", "back": "/inbox"}, headers=HTML)
    assert refused.status_code == 422


async def test_a_browser_without_the_styles_finds_them_in_the_page_and_from_then_on_in_their_file(client):
    first = await client.get("/login", headers=HTML)
    (nonce,) = re.findall(r"style-src 'self' 'nonce-([^']+)'", first.headers["content-security-policy"])
    assert f'<style nonce="{nonce}">' in first.text
    assert 'rel="stylesheet"' not in first.text
    then = await client.get("/login", headers=HTML)
    assert "<style" not in then.text
    assert f'<link rel="stylesheet" href="{address_of(STYLES)}">' in then.text
    assert "style-src 'self';" in then.headers["content-security-policy"]


async def test_a_browser_with_styles_of_an_earlier_release_is_sent_those_of_today(client):
    old = await client.get("/login", headers=HTML | {"cookie": "accede-styles=0123456789abcdef"})
    assert "<style" in old.text


async def test_whoever_ticked_nothing_to_read_is_told_so_in_the_inbox(client):
    await sign_in(client)
    answer = await client.get("/inbox/reading", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert "请先勾选" in (await client.get("/inbox", headers=HTML)).text
