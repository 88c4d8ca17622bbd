"""The pages that explain problems, as a person sees them."""

import pytest

from tests.web.browsers import barriers, in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser


@pytest.mark.parametrize(
    "locale, title", [("zh-CN", "各类问题"), ("en-GB", "Kinds of problems")], ids=["zh", "en"]
)
async def test_whoever_reads_of_problems_finds_each_explained_in_his_language(site, browsing, locale, title):
    page = await browsing.page(locale=locale, bypass_csp=True)
    await page.goto(site.at("/problems"))
    assert await page.locator("h1").inner_text() == title
    await page.locator("a[href='/problems/rule-violation']").click()
    await page.wait_for_url("**/problems/rule-violation")
    assert len(await page.locator("main p").first.inner_text()) > 10
    assert await barriers(page) == []
