"""Files are chosen by words of the page, by keys too, with a script and without."""

import pytest
from playwright.async_api import expect

from tests.api.world import ADMIN
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.registry import Page

pytestmark = in_the_loop_of_the_browser

BRINGING_IN = Page("/admin/import", by=ADMIN)


@pytest.mark.parametrize(
    "language, scripted", [("zh", True), ("zh", False), ("en", False)], ids=["zh", "zh-bare", "en-bare"]
)
async def test_nothing_of_a_choice_of_files_is_in_the_words_of_the_browser(
    furnished_site, browsing, language, scripted
):
    page = await furnished_site.open(browsing, BRINGING_IN, language=language, java_script_enabled=scripted)
    await expect(page.locator("#file")).to_have_css("clip-path", "inset(50%)")
    words = {"zh": "选择文件", "en": "Choose a file"}[language]
    await expect(page.locator("label.picker")).to_have_text(words)
    later = {"zh": "提交之前不显示文件名", "en": "its name is not shown before"}[language]
    told = page.locator("main").get_by_text(later)
    await expect(told).to_be_visible(visible=not scripted)
    await page.close()


@pytest.mark.parametrize("scripted", [True, False])
async def test_a_choice_of_files_is_reached_by_keys_and_says_that_one_was_chosen(
    furnished_site, browsing, scripted
):
    page = await furnished_site.open(browsing, BRINGING_IN, java_script_enabled=scripted)
    field = page.locator("#file")
    await page.get_by_role("link", name="CSV").focus()
    await page.keyboard.press("Tab")
    await expect(field).to_be_focused()
    await expect(page.locator("label.picker")).to_have_css("outline-style", "solid")
    await expect(page.locator(".picked")).to_be_hidden()
    await field.set_input_files({"name": "组织.csv", "mimeType": "text/csv", "buffer": b"id"})
    if scripted:
        await expect(page.locator("[data-chosen]")).to_contain_text("组织.csv")
    else:
        await expect(page.locator(".picked")).to_have_text("已选定")
    await page.close()
