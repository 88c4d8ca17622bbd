"""A membership case from the first letter to full membership, clicked by everybody who has a part in it."""

import shutil
from datetime import date, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from records.database import Database
from services import accounts
from services.demo_organisation import demo_id
from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.walking import Walk, a_house, fits_a_phone

pytestmark = [
    in_the_loop_of_the_browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("whole case"),
    pytest.mark.timeout(300),
]

FIRST = date(2026, 6, 1)
APPLICANT = "许晨光"
BY_KEYS = "object-consent"
"""A decision that is made without a mouse."""
PLANTED = "<img src=x onerror=window.planted=1>'\"</textarea><script>window.planted=1</script>"

WAY: tuple[tuple[int, str, str, dict[str, str]], ...] = (
    # Days after the first, who, which step, and what is said there.
    (19, "secretary", "first-talk", {}),
    (39, "secretary", "recommend", {}),
    (44, "secretary", "activist-decision", {"outcome": "listed"}),
    (49, "organiser", "activist-filing", {}),
    (51, "secretary", "contacts", {}),
    (223, "member", "cultivation", {"entry": "assessment"}),
    (399, "secretary", "cultivation", {"entry": "assessment"}),
    (411, "secretary", "object-decision", {"outcome": "listed"}),
    (414, "reviewer", "object-consent", {"outcome": "consented"}),
    (415, "secretary", "object-notice", {"entry": "published"}),
    (427, "secretary", "object-notice", {"outcome": "clear"}),
    (429, "secretary", "introducers", {}),
    (445, "organiser", "political-review", {"outcome": "passed"}),
    (450, "organiser", "training", {"outcome": "by-days", "days": "3"}),
    (457, "secretary", "committee-review", {"outcome": "qualified"}),
    (466, "reviewer", "pre-review", {"outcome": "passed", "form-number": "2027-017"}),
    (471, "applicant", "form", {}),
    (476, "secretary", "branch-vote", {"introducers-reported": "yes", "subject-reported": "yes"}),
    (478, "secretary", "submission", {}),
    (498, "organiser", "superior-talk", {}),
    (506, "committee", "approval", {"outcome": "approved"}),
    (508, "organiser", "approval-filing", {}),
    (511, "secretary", "assignment", {}),
    (522, "secretary", "oath", {}),
    (658, "member", "probation", {"entry": "inspection"}),
    (823, "applicant", "conversion-application", {}),
    (847, "secretary", "conversion-vote", {"outcome": "convert"}),
    (850, "secretary", "conversion-submission", {}),
    (872, "committee", "conversion-approval", {"outcome": "approved"}),
    (877, "secretary", "archive", {}),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(stage, migrated_sqlite, tmp_path_factory):
    """One service and one clock for both walks: the second begins years after the first."""
    path = tmp_path_factory.mktemp("walk") / "accede.db"
    shutil.copy(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    async with a_house(database, FIRST) as opened:
        opened.address = stage.address
        yield opened
    database.close_now()


async def walked(walk, first):
    for days, login, step, said in WAY:
        await walk.house.turn_to(first + timedelta(days=days), walk.case)
        by = walk.applicant if login == "applicant" else login
        if step == BY_KEYS:
            await walk.decide_by_keys(by, step, said["outcome"])
        else:
            await walk.act(by, step, **said)


async def started(walk, page):
    """Go on from the papers to the case."""
    await page.locator("input[type=file][multiple]").set_input_files(walk.scan)
    await page.get_by_role("button", name=walk.says("Keep, and see what the rules say")).click()
    await page.get_by_role("button", name=walk.says("Submit"), exact=True).click()
    await expect(page.locator(".notice.good[role=status]")).to_contain_text(walk.subject)
    walk.case = page.url.rpartition("/")[2]


async def read_by_an_auditor(walk):
    """Who audits finds the case, sees how it ended, can only write findings down, and has a phone."""
    page = await walk.page_of("auditor")
    await page.locator("header details.menu").first.locator("summary").click()
    await page.get_by_role("link", name=walk.says("Cases")).and_(page.locator(":visible")).first.click()
    await page.locator("main").get_by_role("link", name=walk.subject).first.click()
    ended = walk.process.outcomes["full-member"].title.in_language(walk.language)
    await expect(page.locator("main")).to_contain_text(ended)
    offered = page.locator("main form[method=post]")
    asked = {await form.get_attribute("action") for form in await offered.all()}
    assert asked <= {f"/cases/{walk.case}/audit", f"/cases/{walk.case}/findings"}
    for path in ("", "/comments", "/materials", "/days", "/forms"):
        await page.goto(f"{walk.house.address}/cases/{walk.case}{path}")
        await fits_a_phone(page)
    return page


async def remarked(walk, login, step, text):
    """Say something of the case beside its acts: about the step with the longest name."""
    page = await walk.page_of(login)
    await page.goto(f"{walk.house.address}/cases/{walk.case}/comments")
    form = page.locator("#comment-form")
    await form.get_by_label(walk.says("Comment")).fill(text)
    await form.locator("summary").click()
    await form.locator("select[name=step]").select_option(step)
    await form.locator("button[type=submit]").click()
    await expect(page.locator(".comments")).to_contain_text(text)


async def own_application(walk):
    """Open what the person concerned sees of it."""
    page = await walk.page_of(walk.applicant)
    await page.goto(f"{walk.house.address}/mine")
    await fits_a_phone(page)
    ended = walk.process.outcomes["full-member"].title.in_language(walk.language)
    await expect(page.get_by_role("article")).to_contain_text(ended)


async def test_everybody_clicks_a_case_to_its_end_in_chinese_and_no_planted_markup_runs(
    house, stage, browsing
):
    stage.shown = house.app
    process = house.parts.library.find("membership-development", "2026.1")
    walk = Walk(house, browsing, "zh", process, APPLICANT, planted=PLANTED)
    page = await walk.page_of("applicant")
    await page.get_by_role("link", name=walk.says("Hand in an application")).click()
    await page.get_by_role("button", name=walk.says("Apply myself")).click()
    await walk.plant(page.locator("main form").first)
    await started(walk, page)
    await walked(walk, FIRST)
    await own_application(walk)
    reading = await read_by_an_auditor(walk)
    await reading.goto(f"{house.address}/cases/{walk.case}")
    await expect(reading.locator("main")).to_contain_text(PLANTED[:12])
    await page.goto(f"{house.address}/cases/{walk.case}/materials")
    await page.locator("main a[href^='/materials/']").first.click()
    await expect(page.locator("main")).to_contain_text("扫描件")
    assert all([await one.evaluate("window.planted") is None for one in walk.pages.values()])


async def test_everybody_clicks_a_case_to_its_end_in_english_without_a_script(house, stage, browsing):
    stage.shown = house.app
    first = max(house.parts.today(), FIRST) + timedelta(days=1)
    await house.turn_to(first, None)
    process = house.parts.library.find("membership-development", "2026.1")
    walk = Walk(house, browsing, "en", process, "江雨桐", has_scripts=False, applicant="applicant2")
    person = demo_id("person", walk.subject)
    await accounts.add_account(house.parts, "applicant2", person, "applicant2-demo", even_if_known=True)
    page = await walk.page_of("secretary")
    await page.get_by_role("link", name=walk.says("New application")).first.click()
    await page.get_by_role("button", name=walk.says("Begin")).click()
    await page.get_by_label(walk.says("Name, pinyin or number"), exact=True).fill("jiangyutong")
    await page.get_by_role("button", name=walk.says("Find"), exact=True).click()
    await page.get_by_role("radio", name=walk.subject).check()
    await page.get_by_role("button", name=walk.says("Take this person")).click()
    await started(walk, page)
    await remarked(walk, "secretary", "early-cancellation-approval", "The letter is in the file.")
    await walked(walk, first)
    await own_application(walk)
    await read_by_an_auditor(walk)
