"""What administrators do in pages: bring in a file, change and merge units, add people, end posts, erase."""

import pytest

from tests.api.world import ADMIN, HOST, PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
TITLES = "id,name,kind,parent,from,to,may_approve,temporary"


@pytest.fixture
async def client(site):
    client = site.world.client
    await client.post("/login", data={"login": ADMIN, "password": PASSWORD, "to": "/"}, headers=HTML)
    return client


async def bring_in(client, text, then, **headers):
    files = {"file": ("units.csv", text.encode(), "text/csv")}
    return await client.post("/admin/import", data={"then": then}, files=files, headers=HTML | headers)


async def test_a_file_is_checked_row_by_row_and_brought_in_only_where_nothing_is_wrong(client):
    template = await client.get("/v1/organisation/export?format=csv")
    assert template.status_code == 200
    wrong = "id,name,kind,parent\ncircle-9,第九读书会,circle,nowhere\n"
    found = await bring_in(client, wrong, "apply")
    assert found.status_code == 200
    assert "未作任何更改" in found.text
    assert (await client.get("/v1/units/circle-9")).status_code == 404
    right = wrong.replace("nowhere", "committee-1")
    checked = await bring_in(client, right, "check", **{"hx-request": "true"})
    assert "<html" not in checked.text
    assert "尚未作任何更改" in checked.text
    assert (await client.get("/v1/units/circle-9")).status_code == 404
    done = await bring_in(client, right, "apply")
    assert "已导入" in done.text
    assert (await client.get("/v1/units/circle-9")).json()["name"] == "第九读书会"


async def test_a_unit_is_added_renamed_and_merged_into_another(client):
    new = {"name": "第三读书会", "kind": "circle"}
    made = await client.post("/units/committee-1/add", data=new, headers=HTML)
    address = made.headers["location"]
    renamed = {"name": "青年读书会", "reason": "统一名称"}
    assert (await client.post(f"{address}/change", data=renamed, headers=HTML)).status_code == 303
    assert "青年读书会" in (await client.get(address, headers=HTML)).text
    nowhere = {
        "posts": "end",
        "standings": "move",
        "reason": "拆分",
        "somebody": HOST,
        f"assigned.{HOST}.typed": "没有的读书会",
    }
    assert (await client.post(f"{address}/close", data=nowhere, headers=HTML)).status_code == 422
    merged = {
        "successor": "circle-1",
        "somebody": HOST,
        f"assigned.{HOST}": "circle-1",
        "posts": "end",
        "standings": "move",
        "reason": "合并",
    }
    assert (await client.post(f"{address}/close", data=merged, headers=HTML)).status_code == 303
    assert "第一读书会" in (await client.get(f"{address}/close", headers=HTML)).text


async def test_what_is_impossible_is_said_above_the_form_and_what_was_typed_stays(client):
    circle = {"parent": "group-1", "reason": "调整"}
    refused = await client.post("/units/circle-1/change", data=circle, headers=HTML)
    assert refused.status_code == 409
    assert "组织不能隶属于自己或自己的下级" in refused.text
    assert ">调整</textarea>" in refused.text


async def test_an_overlay_is_switched_off_for_a_unit_and_the_page_says_who_did_by_which_post(client):
    page = "/units/circle-1/overlays"
    refused = await client.post(page, data={"of": "reading-circle"}, headers=HTML)
    assert refused.status_code == 422
    word = {"of": "reading-circle", "reason": "决定第五号"}
    assert (await client.post(page, data=word, headers=HTML)).status_code == 303
    shown = (await client.get(page, headers=HTML)).text
    assert "决定第五号" in shown
    assert "郑一 · 委员会 · 系统管理员" in shown


async def test_somebody_new_is_added_gets_a_post_and_loses_it_at_once(client, site):
    person = {"name": "新来的", "unit": "circle-1", "born_on": "1990-01-01", "language": "zh"}
    added = await client.post("/people/add", data=person, headers=HTML)
    address = added.headers["location"]
    post = {"role": "host", "unit": "circle-1"}
    assert (await client.post(f"{address}/posts", data=post, headers=HTML)).status_code == 303
    assert "免去此职务" in (await client.get(address, headers=HTML)).text
    held = (await client.get(f"/v1/posts?person={address.rpartition('/')[2]}")).json()["items"]
    ending = {"post": held[0]["id"], "when": "now", "reason": "登记有误"}
    assert (await client.post(f"{address}/posts/end", data=ending, headers=HTML)).status_code == 303
    assert "免去此职务" not in (await client.get(address, headers=HTML)).text


async def test_what_is_lent_is_seen_and_taken_back(client, site):
    by = site.world.by(SECRETARY)
    post = (await client.get("/v1/me", headers=by)).json()["posts"][0]["id"]
    await client.post("/v1/delegations", json={"post": post, "substitute": HOST}, headers=by)
    page = (await client.get("/admin/delegations", headers=HTML)).text
    assert "李四" in page
    assert "王五" in page
    assert "立即收回" in page


async def test_who_administers_nothing_is_told_so(site):
    client = site.world.client
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"}, headers=HTML)
    assert (await client.get("/admin", headers=HTML)).status_code == 403
