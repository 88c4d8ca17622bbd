"""What people who work on a case write to each other, and the messages that come of it, in a browser."""

import pytest

from domain.commenting import LONGEST
from tests.api.world import HOST, PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.test_shell_in_a_browser import sign_in

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
PAYLOAD = "缺第二页<img src=x onerror=\"document.title='planted'\"><script>document.title='planted'</script>"


@pytest.fixture
async def client(site):
    client = site.world.client
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"}, headers=HTML)
    return client


async def test_a_comment_is_written_and_withdrawn_without_a_script_and_stays_text(site, browsing):
    case = await site.world.start()
    context = await browsing.context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, site)
    await page.goto(site.at(f"/cases/{case['id']}"))
    comments = page.locator("#comments")
    await comments.get_by_text("写留言").click()
    await comments.get_by_label("留言", exact=False).first.fill(PAYLOAD)
    await comments.get_by_role("button", name="提交留言").click()
    assert await comments.locator(".said").inner_text() == PAYLOAD
    await comments.locator("summary", has_text="撤回").click()
    await comments.get_by_label("理由", exact=False).fill("说的是另一件")
    await comments.get_by_role("button", name="撤回留言").click()
    assert "说的是另一件" in await comments.inner_text()
    await comments.get_by_text("查看原文").click()
    assert await comments.locator(".said").inner_text() == PAYLOAD


async def test_what_a_colleague_writes_shows_by_itself_and_what_is_typed_stays(site, browsing):
    site.world.client._transport.app.state.streams_last_s = 60
    case = await site.world.start()
    page = await browsing.page()
    await sign_in(page, site)
    await page.goto(site.at(f"/cases/{case['id']}"))
    comments = page.locator("#comments")
    await comments.get_by_text("写留言").click()
    await page.locator("#comment-text").fill("我正在写")
    before = int(await page.locator(".bell .count").inner_text())
    said = {"text": PAYLOAD, "to": ["circle.secretary"]}
    await site.world.post(f"/v1/cases/{case['id']}/comments", HOST, said)
    await comments.locator(".said").wait_for()
    assert await comments.locator(".said").inner_text() == PAYLOAD
    assert await page.locator("#comment-text").input_value() == "我正在写"
    await page.wait_for_function(f"document.querySelector('.bell .count').textContent === '{before + 1}'")
    assert "planted" not in await page.title()
    await page.close()


async def test_what_is_refused_is_not_lost(client, site):
    case = await site.world.start()
    address = f"/cases/{case['id']}/comments"
    long = await client.post(address, data={"text": "好" * (LONGEST + 1)}, headers=HTML)
    assert long.status_code == 422
    assert "好" * (LONGEST + 1) in long.text
    wrong = await client.post(address, data={"text": "有一问", "to": "circle.nobody"}, headers=HTML)
    assert wrong.status_code == 422
    assert "有一问</textarea>" in wrong.text
    assert "只能提醒该流程所列的职务。" in wrong.text


async def test_the_same_form_sent_twice_is_one_comment(client, site):
    case = await site.world.start()
    for _ in range(2):
        asked = {"text": "有一问", "key": "k"}
        assert (
            await client.post(f"/cases/{case['id']}/comments", data=asked, headers=HTML)
        ).status_code == 303
    assert (await client.get(f"/cases/{case['id']}/comments", headers=HTML)).text.count("有一问") == 1


async def test_opening_a_message_leads_to_its_case_and_notes_that_it_was_read(client, site):
    case = await site.world.start()
    page = (await client.get("/messages", headers=HTML)).text
    assert "未读" in page
    (told,) = (await client.get("/v1/notifications")).json()["items"]
    opened = await client.get(f"/messages/{told['id']}", headers=HTML)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/cases/{case['id']}")
    assert "只看未读" in (await client.get("/messages?only=unread", headers=HTML)).text
    assert (await client.get("/v1/notifications?unread=true")).json()["items"] == []


async def test_how_one_is_told_is_kept_and_a_half_of_quiet_hours_is_none(client, site):
    chosen = dict.fromkeys(("tasks", "deadlines", "results", "comments", "staffing"), "daily")
    asked = {**chosen, "daily_at": "17:00", "quiet_from": "22:00", "quiet_to": "", "language": "en"}
    half = await client.post("/own/notices", data=asked, headers=HTML)
    assert half.status_code == 422
    assert "请同时选择起止时间" in half.text
    whole = await client.post("/own/notices", data={**asked, "quiet_to": "07:00"}, headers=HTML)
    assert whole.status_code == 303
    kept = (await client.get("/v1/me/notifications")).json()
    assert ({one["way"] for one in kept["topics"]}, kept["daily_at"]) == ({"daily"}, "17:00")
    assert (kept["quiet"], kept["language"]) == ({"from": "22:00", "to": "07:00"}, "en")
