"""Reports that take long to count: whoever asks is told so, and comes to them without doing anything."""

import pytest
from playwright.async_api import expect

from tests.api.world import PASSWORD, SECRETARY
from tests.counting import counting_that_waits
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.test_shell_in_a_browser import sign_in

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}
PART = HTML | {"hx-request": "true"}


@pytest.mark.parametrize(
    "address, says", [("/reports?from=2024-01-01", "共5份"), ("/reports/stages?from=2024-01-01", "正在统计")]
)
async def test_a_count_that_takes_long_is_told_of_and_its_page_asks_again_without_a_script_too(
    site, address, says
):
    client, counts = site.world.client, site.world.parts.counts
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    with counting_that_waits(counts):
        told = await client.get(address, headers=HTML)
        part = await client.get(address, headers=PART)
    counts.patience = 60
    assert told.status_code == 200
    assert says in told.text
    assert '<noscript><meta http-equiv="refresh"' in told.text
    assert "<progress" in part.text
    assert "<html" not in part.text
    ready = await client.get(address, headers=PART)
    assert (ready.status_code, ready.headers["hx-refresh"]) == (204, "true")
    shown = await client.get(address, headers=HTML)
    assert "正在统计" not in shown.text
    assert 'class="said"' in shown.text


async def test_while_it_is_counted_a_page_changes_only_how_far_that_is_and_then_it_is_loaded_anew(
    site, browsing
):
    counts, page = site.world.parts.counts, await browsing.page()
    await sign_in(page, site)
    with counting_that_waits(counts):
        await page.goto(site.at("/reports"))
        await page.evaluate("addEventListener('htmx:after:swap', () => (document.body.dataset.swapped = 1))")
        again = page.get_by_role("link", name="再看一次")
        await again.focus()
        await page.locator("body[data-swapped]").wait_for()
        await expect(again).to_be_focused()
        await expect(page.locator("main")).to_contain_text("共5份")
    counts.patience = 60
    await page.locator(".reports").wait_for()
    await expect(page.locator("body[data-swapped]")).to_have_count(0)
    await page.close()


async def test_a_workbook_that_is_still_counted_leads_to_the_page_that_says_so(site):
    client, counts = site.world.client, site.world.parts.counts
    await client.post("/login", data={"login": SECRETARY, "password": PASSWORD, "to": "/"})
    with counting_that_waits(counts):
        answer = await client.get("/reports/stages/table.xlsx?from=2024-01-01", headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, "/reports/stages?from=2024-01-01")
        assert "表格还在统计" in (await client.get(answer.headers["location"], headers=HTML)).text
    counts.patience = 60
    book = await client.get("/reports/stages/table.xlsx?from=2024-01-01", headers=HTML)
    assert (book.status_code, book.content[:2]) == (200, b"PK")
