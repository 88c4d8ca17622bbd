"""What is entered later than it happened: the form tells of the day that is typed, not of today."""

from datetime import date

import pytest
from playwright.async_api import expect

from tests.api.world import SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.test_shell_in_a_browser import sign_in

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
HTMX = HTML | {"hx-request": "true"}


async def at_a_late_talk(world):
    """A talk that was due a month after the second of January, on a day a year later."""
    world.clock.turn_to(date(2025, 3, 3))
    return await world.start(occurred_on="2024-01-02", reason="补录")


def sent(case, on, noted, **more):
    return {"head": case["head"], "occurred_on": on, "outcome": "done", "noted": noted} | more


def read(answer):
    """A page as it is read: where the name of a rule may be broken is not seen in it."""
    return answer.text.replace("<wbr>", "")


async def test_the_part_of_a_day_tells_what_would_be_noted_or_refused_on_it(site):
    world = site.world
    case = await at_a_late_talk(world)
    path = f"/cases/{case['id']}/steps/talk?occurred_on="
    heads = world.by(SECRETARY) | HTMX
    in_time = read(await world.client.get(f"{path}2024年1月20日", headers=heads))
    assert "如于2024年1月20日办理，将记录：" in in_time
    assert "late-entry" in in_time
    assert "talk.due" not in in_time
    before = read(await world.client.get(f"{path}2024-01-01", headers=heads))
    assert "如于2024年1月1日办理，将不予受理：" in before
    assert "talk.order" in before
    today = read(await world.client.get(f"{path}2025-03-03", headers=heads))
    assert "talk.due" in today
    assert "<html" not in today


async def test_the_form_of_an_act_on_the_whole_case_says_what_follows_from_its_day(site):
    world = site.world
    case = await at_a_late_talk(world)
    path, heads = f"/cases/{case['id']}/acts/suspend", world.by(SECRETARY) | HTML
    page = await world.client.get(path, headers=heads)
    assert 'id="occurred_on-judged"' in page.text
    assert f'hx-get="{path}"' in page.text
    part = heads | {"hx-request": "true"}
    before = await world.client.get(f"{path}?occurred_on=2023-01-01", headers=part)
    assert "如于2023年1月1日办理，将不予受理：" in before.text
    assert "不能早于此前已经发生的事" in before.text
    assert "<html" not in before.text
    today = await world.client.get(f"{path}?occurred_on={world.parts.today()}", headers=part)
    assert "不予受理" not in today.text
    nowhere = await world.client.get(f"/cases/{case['id']}/acts/nothing", headers=part)
    assert nowhere.status_code == 404


async def test_a_day_whose_consequences_were_not_shown_is_shown_before_anything_is_recorded(site):
    world = site.world
    case = await at_a_late_talk(world)
    path, heads = f"/cases/{case['id']}/steps/talk", world.by(SECRETARY) | HTML
    form = sent(case, "2024-01-20", "talk.due", reason="当时未登记")
    shown = await world.client.post(path, data=form, headers=heads)
    assert shown.status_code == 200
    assert "尚未登记" in shown.text
    assert "当时未登记" in shown.text
    assert 'name="noted" value="late-entry "' in shown.text
    done = await world.client.post(path, data=form | {"noted": "late-entry "}, headers=heads)
    assert done.status_code == 303


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
async def test_a_day_that_is_typed_is_told_of_at_once_or_before_anything_is_recorded(site, browsing, script):
    case = await at_a_late_talk(site.world)
    context = await browsing.context(java_script_enabled=script)
    page = await context.new_page()
    await sign_in(page, site)
    await page.goto(site.at(f"/cases/{case['id']}/steps/talk"))
    told, send = page.locator("#occurred_on-judged"), page.locator("form[data-step] button[type=submit]")
    await expect(told).to_contain_text("talk.due")
    await page.locator("#occurred_on").fill("2024年1月20日")
    await page.locator("[name=outcome][value=done]").check()
    await page.locator("#reason").fill("当时未登记")
    if not script:
        await send.click()
        await expect(page.locator("main")).to_contain_text("尚未登记")
    await expect(told).to_contain_text("late-entry")
    await expect(told).not_to_contain_text("talk.due")
    assert await page.locator("#reason").input_value() == "当时未登记"
    await send.click()
    await expect(page.locator(".notice.good")).to_contain_text("已登记")
