"""What people do with the shell: without a script, by keyboard alone, and while others act."""

import pytest

from tests.api.world import PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser


async def sign_in(page, site, login=SECRETARY):
    await page.goto(site.at("/inbox"))
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url("**/inbox")


async def test_one_signs_in_reads_and_signs_out_without_a_script(site, browsing):
    await site.world.start()
    context = await browsing.context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, site)
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="集中阅读").click()
    assert "/inbox/reading" in page.url
    assert await page.get_by_role("heading", level=1).inner_text() == "张三 · 谈话"
    await page.locator("details.menu", has_text="李四").locator("summary").click()
    await page.get_by_role("button", name="退出登录").click()
    await page.wait_for_url("**/login")


async def test_everything_is_reached_by_keys(site, browsing):
    await site.world.start()
    page = await browsing.page()
    await sign_in(page, site)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    assert await page.get_by_role("checkbox").is_checked()
    await page.keyboard.press("?")
    assert await page.get_by_role("dialog").is_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await page.keyboard.type("zs")
    await page.locator("#found").get_by_text("张三").first.wait_for()


async def test_what_others_did_shows_by_itself_and_what_is_typed_stays(site, browsing):
    site.world.client._transport.app.state.streams_last_s = 60
    page = await browsing.page()
    await sign_in(page, site)
    assert "目前没有等待您办理的事项" in await page.locator("#tasks").inner_text()
    await page.locator("#find").fill("li")
    await site.world.start()
    await page.locator("#tasks").get_by_text("张三").wait_for()
    assert await page.locator("[data-count=tasks]").first.inner_text() == "1"
    assert "1项待办" in await page.locator("#counts").inner_text()
    assert await page.locator("#find").input_value() == "li"
    await page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_chosen_theme_is_there_before_the_first_picture(site, browsing, theme):
    page = await browsing.page(color_scheme="light" if theme == "dark" else "dark")
    await sign_in(page, site)
    await page.locator("details.menu", has_text="李四").locator("summary").click()
    await page.get_by_role("button", name={"light": "浅色", "dark": "深色"}[theme]).click()
    await page.wait_for_url("**/inbox")
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
