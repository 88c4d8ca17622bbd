"""Where pages are looked at otherwise than on a wide, light screen: on paper, in the dark, on a phone."""

import io

from pypdf import PdfReader

from tests.api.world import AUDITOR, PARENT, PASSWORD, SUBJECT
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

PHONE = {"width": 390, "height": 844}


async def signed_in(site, browsing, who, **options):
    context = await browsing.context(**options)
    asked = {"login": who, "password": PASSWORD}
    assert (await context.request.post(site.at("/v1/session"), data=asked)).ok
    return await context.new_page()


async def test_on_paper_a_report_begins_below_its_heading_and_not_on_the_next_sheet(site, browsing):
    await site.world.start()
    page = await signed_in(site, browsing, AUDITOR)
    await page.goto(site.at("/reports/stages"))
    said = await page.locator("p.said").inner_text()
    sheets = PdfReader(io.BytesIO(await page.pdf(format="A4"))).pages
    assert "".join(said.split()) in "".join(sheets[0].extract_text().split())


async def test_the_words_of_a_plain_text_are_seen_on_a_dark_page(site, browsing):
    files = {"file": ("申请书.txt", "请批准".encode(), "text/plain")}
    kept = await site.world.client.post("/v1/materials", files=files, headers=site.world.by(SUBJECT))
    page = await signed_in(site, browsing, SUBJECT, color_scheme="dark")
    await page.goto(site.at(f"/materials/{kept.json()['id']}"))
    frame = await (await page.query_selector("iframe")).content_frame()
    await frame.get_by_text("请批准").wait_for()
    seen = await page.locator("iframe").screenshot()
    await frame.evaluate("document.body.textContent = ''")
    assert await page.locator("iframe").screenshot() != seen


async def test_on_a_phone_the_search_has_the_whole_width_while_somebody_types(site, browsing):
    page = await signed_in(site, browsing, PARENT, viewport=PHONE)
    await page.goto(site.at("/inbox"))
    await page.locator("#find").focus()
    box = await page.locator("#find").bounding_box()
    assert box["width"] > 0.9 * PHONE["width"]
    await page.keyboard.press("Escape")
    assert (await page.locator("#find").bounding_box())["width"] < 0.6 * PHONE["width"]


async def test_on_a_phone_the_notice_of_being_offline_is_as_wide_as_there_is_room(site, browsing):
    page = await signed_in(site, browsing, PARENT, viewport=PHONE)
    await page.goto(site.at("/inbox"))
    await page.context.set_offline(offline=True)
    await page.locator("#offline").wait_for()
    box = await page.locator("#offline").bounding_box()
    assert box["width"] > 0.8 * PHONE["width"]
    assert box["x"] >= 0
    await page.context.set_offline(offline=False)
    browsing.complaints[:] = [one for one in browsing.complaints if "ERR_INTERNET_DISCONNECTED" not in one]
