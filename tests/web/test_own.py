"""What people do for themselves: lend a post, be away, make a token, change what they come in by."""

import re
from datetime import timedelta

import pyotp
import pytest

from services.sealing import Sealer
from tests.api.world import HOST, PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
async def client(site):
    client = site.world.client
    signing = {"login": SECRETARY, "password": PASSWORD, "to": "/"}
    await client.post("/login", data=signing, headers=HTML)
    return client


async def post_of(client):
    return (await client.get("/v1/me")).json()["posts"][0]["id"]


async def test_a_post_is_lent_for_a_part_of_it_and_taken_back(client):
    asked = {"post": await post_of(client), "substitute": HOST, "processes": "reading-circle"}
    lent = await client.post("/own/posts/lend", data=asked, headers=HTML)
    assert lent.status_code == 303
    page = (await client.get("/own/posts", headers=HTML)).text
    assert "仅限：" in page
    (delegation,) = re.findall(r'name="delegation" value="([^"]+)"', page)
    reasonless = await client.post("/own/posts/take-back", data={"delegation": delegation}, headers=HTML)
    assert reasonless.status_code == 422
    back = {"delegation": delegation, "reason": "已经回来"}
    assert (await client.post("/own/posts/take-back", data=back, headers=HTML)).status_code == 303
    assert (await client.get("/v1/me")).json()["delegations"] == []


async def test_whoever_is_away_has_a_substitute_until_he_is_back(client, site):
    post, last = await post_of(client), site.world.parts.today().replace(month=12)
    away = {"away_to": last.isoformat(), f"substitute.{post}": HOST}
    assert (await client.post("/own/absences", data=away, headers=HTML)).status_code == 303
    page = (await client.get("/own/posts", headers=HTML)).text
    assert "销假" in page
    (absence,) = re.findall(r'name="absence" value="([^"]+)"', page)
    assert (
        await client.post("/own/absences/end", data={"absence": absence}, headers=HTML)
    ).status_code == 303
    assert (await client.get("/v1/me")).json()["delegations"] == []


async def test_a_token_is_shown_once_and_does_no_more_than_it_was_made_for(client):
    asked = {"name": "日历", "days": "30", "read_only": "1"}
    page = await client.post("/own/tokens", data=asked, headers=HTML)
    (token,) = re.findall(r'<p class="secret digest" tabindex="0">([^<]+)</p>', page.text)
    assert token not in (await client.get("/own/sessions", headers=HTML)).text
    client.cookies.clear()
    by = {"authorization": f"Bearer {token}"}
    assert (await client.get("/v1/tasks", headers=by)).status_code == 200
    assert (await client.post("/v1/me/absences", json={"to": "2030-01-01"}, headers=by)).status_code == 403


async def test_what_opens_the_door_is_changed_only_soon_after_coming_in(client, site):
    site.world.clock.pass_by(timedelta(minutes=20))
    page = await client.get("/own/security", headers=HTML)
    assert "请先重新登录" in page.text
    refused = await client.post("/own/tokens", data={"name": "日历", "days": "30"}, headers=HTML)
    assert (refused.status_code, "请先重新登录" in refused.text) == (403, True)
    out = await client.post("/own/again", data={"back": "/own/security"}, headers=HTML)
    assert out.headers["location"] == "/login?to=/own/security"


async def test_a_password_is_changed_by_who_knows_it_and_types_the_new_one_twice(client):
    new = {"password": PASSWORD, "new_password": "kettle orbit 7", "repeated": "kettle orbit 8"}
    differing = await client.post("/own/security/password", data=new, headers=HTML)
    assert (differing.status_code, "两次输入的新密码不一致" in differing.text) == (422, True)
    new["repeated"] = new["new_password"]
    assert (await client.post("/own/security/password", data=new, headers=HTML)).status_code == 303
    assert (await client.get("/own/security", headers=HTML)).status_code == 200


async def test_an_app_is_set_up_with_codes_to_recover_with_and_removed(client, site):
    site.world.client._transport.app.state.sealer = Sealer(KEY)
    shown = await client.post("/own/security/app", headers=HTML)
    (secret,) = re.findall(r"<strong>([A-Z2-7]{32})</strong>", shown.text)
    code = {"code": pyotp.TOTP(secret).at(site.world.clock())}
    codes = await client.post("/own/security/app/confirm", data=code, headers=HTML)
    assert len(re.findall(r">((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})<", codes.text)) == 10
    assert "已设置" in (await client.get("/own/security", headers=HTML)).text
    assert (await client.post("/own/security/app/remove", headers=HTML)).status_code == 303
    assert "未设置" in (await client.get("/own/security", headers=HTML)).text
