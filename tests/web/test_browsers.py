"""The browser of the tests hears what a person would only see as a broken page."""

from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser


async def test_a_page_that_asks_another_machine_or_fails_is_heard(browsing, page):
    await page.set_content('<img src="http://example.org/spy.png"><script>throw new Error("broken")</script>')
    assert any(said.startswith("left the machine: http://example.org/") for said in browsing.complaints)
    assert any("broken" in said for said in browsing.complaints)
    browsing.complaints.clear()


async def test_contexts_share_no_cookies(browsing, site):
    one, other = await browsing.context(), await browsing.context()
    await one.add_cookies([{"name": "kept", "value": "1", "url": site.address}])
    assert len(await one.cookies()) == 1
    assert await other.cookies() == []
