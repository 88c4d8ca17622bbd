"""What is typed and handed in: kept while others act and the line is down; dropped, or taken as a picture."""

import hashlib
import re
from datetime import date

from playwright.async_api import expect

from tests.api.world import AUDITOR, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.test_materials import PNG
from tests.web.test_shell_in_a_browser import sign_in
from tests.web.walking import Walk, a_house

pytestmark = in_the_loop_of_the_browser

DROPPED = """(place, [name, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([content], name, { type: "text/plain" }));
  for (const type of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
  }
}"""


async def test_documents_are_dropped_taken_with_the_camera_and_looked_at(stage, sqlite_database, browsing):
    async with a_house(sqlite_database, date(2026, 6, 1)) as house:
        house.address, stage.shown = stage.address, house.app
        walk = Walk(
            house, browsing, "zh", house.parts.library.find("membership-development", "2026.1"), "许晨光"
        )
        page = await walk.page_of("applicant")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.get_by_role("link", name=walk.says("Hand in an application")).click()
        await page.get_by_role("button", name=walk.says("Apply myself")).click()
        place = page.locator("[data-drop]").first
        await page.wait_for_load_state()
        await place.evaluate(DROPPED, ["申请书.txt", "我的申请"])
        await place.locator("input[capture=environment]").set_input_files(
            {"name": "签名页.png", "mimeType": "image/png", "buffer": PNG}
        )
        await expect(place.locator("[data-chosen] li")).to_have_text(
            [re.compile("申请书.txt"), re.compile("签名页.png")]
        )
        await page.get_by_role("button", name=walk.says("Keep, and see what the rules say")).click()
        await page.get_by_role("button", name=walk.says("Submit"), exact=True).click()
        await page.wait_for_url(re.compile("/cases/[0-9a-f]+$"))
        await page.goto(f"{page.url}/materials")
        papers = page.url
        for content, shown in (("我的申请".encode(), "iframe"), (PNG, "iframe, img")):
            digest = hashlib.sha256(content).hexdigest()
            await page.goto(papers)
            await (
                page.locator("main .digest", has_text=digest[:12])
                .locator("xpath=..")
                .locator("a")
                .first.click()
            )
            await expect(page.locator("main")).to_contain_text(digest)
            await expect(page.locator("main").locator(shown).first).to_be_visible()


async def test_what_is_typed_stays_while_others_act_and_while_the_line_is_down(site, browsing):
    site.world.client._transport.app.state.streams_last_s = 60
    case = await site.world.start()
    page = await browsing.page()
    await sign_in(page, site, AUDITOR)
    await page.goto(site.at(f"/cases/{case['id']}"))
    raising = page.locator("details", has=page.locator("textarea[name=detail]"))
    await raising.locator("summary").click()
    await raising.locator("textarea").fill("谈话记录没有日期")
    await page.locator("#told-title").click()
    acted = await site.world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2025-03-10")
    assert acted.status_code == 200, acted.text
    await page.locator(".line-of-time").get_by_text("谈话").first.wait_for()
    assert await raising.locator("textarea").input_value() == "谈话记录没有日期"
    await expect(raising.locator("textarea")).to_be_visible()
    offline = page.locator("#offline")
    await expect(offline).to_be_hidden()
    await page.context.set_offline(True)
    await expect(offline).to_contain_text("网络已断开")
    assert await raising.locator("textarea").input_value() == "谈话记录没有日期"
    await page.context.set_offline(False)
    await expect(offline).to_be_hidden()
    browsing.complaints[:] = [one for one in browsing.complaints if "ERR_INTERNET_DISCONNECTED" not in one]
    await page.close()
