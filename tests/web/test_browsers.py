"""The browser of the tests hears what a person would only see as a broken page."""

import pytest

from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser


async def test_a_page_that_asks_another_machine_or_fails_is_heard(browsing, page):
    await page.set_content('<img src="http://example.org/spy.png"><script>throw new Error("broken")</script>')
    assert any(said.startswith("left the machine: http://example.org/") for said in browsing.complaints)
    assert any("broken" in said for said in browsing.complaints)
    browsing.complaints.clear()


@pytest.mark.parametrize("elsewhere", ["http://example.org/", "http://192.0.2.1/", "http://127.0.0.2/"])
async def test_no_request_for_another_machine_goes_out(browsing, page, elsewhere):
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto(elsewhere)
    assert f"left the machine: {elsewhere}" in browsing.complaints
    browsing.complaints.clear()


async def test_styles_and_scripts_are_fetched_once_however_many_pages_are_opened(page, site, stage):
    asked, shown = [], stage.shown

    async def counted(scope, receive, send):
        asked.append(scope["path"])
        await shown(scope, receive, send)

    stage.shown = counted
    for _ in range(3):
        await page.goto(site.at("/login"))
    assert asked.count("/login") == 3
    kept = [path for path in asked if path.startswith("/static/")]
    assert kept
    assert len(kept) == len(set(kept)), kept


async def test_contexts_share_no_cookies(browsing, site):
    one, other = await browsing.context(), await browsing.context()
    await one.add_cookies([{"name": "kept", "value": "1", "url": site.address}])
    assert len(await one.cookies()) == 1
    assert await other.cookies() == []
