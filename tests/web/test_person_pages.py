"""What is known of a person over time, in pages: written down, corrected, ended, and looked at on a day."""

from datetime import timedelta

import pytest

from tests.api.world import ADMIN, HOST, PASSWORD, SECRETARY, SUBJECT
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
HERE = f"/people/{SUBJECT}"


@pytest.fixture
async def client(site):
    client = site.world.client
    await client.post("/login", data={"login": ADMIN, "password": PASSWORD, "to": "/"}, headers=HTML)
    return client


async def read(client, address):
    answer = await client.get(address, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(client, address, status=303, **fields):
    answer = await client.post(address, data=fields, headers=HTML)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.fixture
async def a_guest(client):
    """The person is known as a guest of the circle, so that its administrator keeps what is known of him."""
    await send(client, f"{HERE}/standings", standing="guest", unit="circle-1", reason="来访")


@pytest.mark.usefixtures("a_guest")
async def test_a_new_name_is_written_down_and_the_one_before_stays(client):
    assert 'value="张三"' in await read(client, f"{HERE}/change")
    await send(client, f"{HERE}/change", name="张三丰", language="zh", reason="户口簿更名")
    page = await read(client, HERE)
    assert "<h1>张三丰</h1>" in page
    assert "曾用名：张三" in page
    assert "户口簿更名" in await read(client, f"{HERE}/change")


@pytest.mark.usefixtures("a_guest")
async def test_what_was_typed_stays_where_a_change_is_refused(client):
    page = await send(client, f"{HERE}/change", 422, name="张三丰", language="zh")
    assert 'value="张三丰"' in page
    assert "请填写此项" in page


async def test_a_standing_is_written_down_and_then_ended(client, site):
    new = {"standing": "member", "unit": "circle-1", "from": "2025-02-01", "reason": "外单位转来"}
    await send(client, f"{HERE}/standings", **new)
    assert "外单位转来" in await read(client, HERE)
    stood = (await client.get(f"/v1{HERE}/standings")).json()["items"][-1]
    days = {"entry": stood["id"], "from": "2025-02-01", "to": "2025-03-01", "reason": "离开"}
    await send(client, f"{HERE}/standings/correct", **days)
    assert (await client.get(f"/v1{HERE}/standings")).json()["items"][-1]["to"] == "2025-03-01"


async def test_a_last_day_before_the_first_is_refused_and_never_is_a_box_to_tick(client):
    new = {"standing": "member", "unit": "circle-1", "from": "2025-02-01", "reason": "转来"}
    assert "截止日期早于起始日期" in await send(client, f"{HERE}/standings", 422, **new, to="2025-01-01")
    await send(client, f"{HERE}/standings", **new)
    stood = (await client.get(f"/v1{HERE}/standings")).json()["items"][-1]
    wrong = {"entry": stood["id"], "from": "2025-02-01", "never": "1"}
    assert '<details class="inline" open>' in await send(client, f"{HERE}/standings/correct", 422, **wrong)
    wrong["reason"] = "登记有误"
    await send(client, f"{HERE}/standings/correct", **wrong)
    ids = [one["id"] for one in (await client.get(f"/v1{HERE}/standings")).json()["items"]]
    assert stood["id"] not in ids


@pytest.mark.usefixtures("a_guest")
async def test_a_relative_is_declared_seen_from_both_sides_and_ended(client):
    new = {"relative": HOST, "kind": "parent", "source": "本人申报"}
    await send(client, f"{HERE}/relations", **new)
    assert "<strong>王五</strong> · 父母" in await read(client, f"{HERE}/relations")
    assert "<strong>张三</strong> · 子女" in await read(client, f"/people/{HOST}/relations")
    entry = (await client.get(f"/v1{HERE}/relations")).json()["items"][0]["id"]
    page = await send(client, f"{HERE}/relations/end", 422, entry=entry, on="2025-03-10")
    assert '<details class="inline" open>' in page
    await send(client, f"{HERE}/relations/end", entry=entry, on="2025-03-09", reason="登记有误")
    assert "登记有误" in await read(client, f"{HERE}/relations")


async def test_somebody_declares_his_own_relatives_and_nothing_else_about_himself(site):
    client = site.world.client
    await client.post("/login", data={"login": HOST, "password": PASSWORD, "to": "/"}, headers=HTML)
    own = f"/people/{HOST}"
    await send(client, f"{own}/relations", relative=SUBJECT, kind="sibling", source="本人申报")
    assert "由王五登记" in await read(client, f"{own}/relations")
    await send(client, f"{own}/change", 403, name="王小五", language="zh", reason="更名")


async def test_sign_ins_of_somebody_are_seen_and_ended_by_an_administrator(client, site):
    token = site.world.by(SECRETARY)
    assert (await client.get("/v1/me", headers=token)).json()["person"]["id"] == SECRETARY
    page = await read(client, f"/people/{SECRETARY}/sessions")
    assert "李四的登录情况" in page
    await send(client, f"/people/{SECRETARY}/sessions/end")
    assert (await client.get("/v1/me", headers=token)).status_code == 401
    assert "目前没有登录" in await read(client, f"/people/{SECRETARY}/sessions")


async def test_a_person_a_unit_and_posts_are_shown_as_they_were_on_a_day(client):
    await send(client, f"/people/{SECRETARY}/posts/end", **await ended(client, SECRETARY))
    assert "书记" not in (await read(client, "/units/circle-1?as_of=2014-01-01"))
    then = await read(client, f"/people/{SECRETARY}?as_of=2024-06-01")
    assert "以下为" in then
    assert "第一读书会" in then
    assert "李四" in await read(client, "/posts?unit=circle-1&as_of=2024-06-01")
    assert "李四" not in await read(client, "/posts?unit=circle-1")


async def ended(client, person):
    held = (await client.get(f"/v1/posts?person={person}")).json()["items"][0]
    return {"post": held["id"], "when": "now", "reason": "调离"}


async def test_the_tree_opens_by_levels_and_a_unit_is_found_by_a_part_of_its_name(client):
    shut = await read(client, "/units?at=committee-1")
    assert "第一读书会" in shut
    assert "小组" not in shut
    assert "小组" in await read(client, "/units?at=circle-1")
    branch = await client.get("/units?at=circle-1", headers=HTML | {"hx-request": "true"})
    assert "<html" not in branch.text
    assert "小组" in branch.text
    gone = await client.get("/units?at=circle-1&shut=true", headers=HTML | {"hx-request": "true"})
    assert "小组" not in gone.text
    assert "委员会 › 第一读书会" in await read(client, "/units?q=小组")
    assert "没有符合条件的组织" in await read(client, "/units?q=%25")


async def test_a_case_is_shown_as_it_was_recorded_by_the_end_of_a_day(site):
    client = site.world.client
    case = await site.world.start()
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"}, headers=HTML)
    assert "个案尚未开始" in await read(client, f"/cases/{case['id']}?as_of=2025-03-01")
    site.world.clock.pass_by(timedelta(days=3))
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"}, headers=HTML)
    then = await read(client, f"/cases/{case['id']}?as_of=2025-03-10")
    assert "截至当日的办理情况" in then
    assert "可以查看的人" in then
