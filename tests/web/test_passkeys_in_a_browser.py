"""A passkey is added on a page, and opens the door: with a device that the browser plays."""

import pytest_asyncio

from api.app import Door
from tests.api.world import a_world
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.site import Site
from tests.web.test_shell_in_a_browser import sign_in

pytestmark = in_the_loop_of_the_browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest_asyncio.fixture(loop_scope="session")
async def site(stage, sqlite_database):
    """The small organisation under a name: a passkey belongs to a name and not to a number."""
    address = stage.address.replace("127.0.0.1", "localhost")
    world = await a_world(sqlite_database, Door(public_url=address))
    stage.shown = world.client._transport.app  # type: ignore[attr-defined]  # of ASGI, as a_world makes it
    yield Site(world, address)
    await world.client.aclose()


async def test_a_passkey_is_added_comes_in_without_a_password_and_is_removed(site, browsing):
    page = await browsing.page()
    chromium = await page.context.new_cdp_session(page)
    await chromium.send("WebAuthn.enable")
    device = await chromium.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    await sign_in(page, site)
    await page.goto(site.at("/own/security"))
    await page.get_by_label("设备名称").fill("办公室电脑")
    await page.get_by_role("button", name="添加通行密钥").click()
    await page.locator("main").get_by_text("办公室电脑").wait_for()
    kept = await chromium.send("WebAuthn.getCredentials", {"authenticatorId": device["authenticatorId"]})
    assert [one["rpId"] for one in kept["credentials"]] == ["localhost"]
    await page.context.clear_cookies()
    await page.goto(site.at("/inbox"))
    await page.locator("[data-passkey]").click()
    await page.wait_for_url(site.at("/inbox"))
    assert await page.locator("summary", has_text="李四").count() == 1
    await page.goto(site.at("/own/security"))
    await page.get_by_role("button", name="移除").last.click()
    await page.get_by_role("button", name="是", exact=True).click()
    await page.locator("main").get_by_text("通行密钥保存在您的手机或电脑中").wait_for()
