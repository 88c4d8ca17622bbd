"""Fields for a day: typed, or chosen on a calendar by keys, by mouse, by touch, in the page's language."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.api.world import ADMIN
from tests.web.browsers import barriers, in_the_loop_of_the_browser
from tests.web.registry import Page

pytestmark = in_the_loop_of_the_browser

ADDING = Page("/people/add", by=ADMIN)


async def opened(furnished_site, browsing, language="zh", **options):
    page = await furnished_site.open(browsing, ADDING, language=language, **options)
    return page, page.locator("#born_on"), page.locator("[data-calendar=born_on]")


async def test_a_calendar_is_walked_by_keys_and_focus_comes_back_to_its_field(furnished_site, browsing):
    page, field, button = await opened(furnished_site, browsing)
    await field.fill("2024年2月29日")
    await field.blur()
    await expect(field).to_have_value("2024-02-29")
    await button.press("Enter")
    here = page.locator("#calendar td:focus")
    await expect(here).to_have_attribute("aria-selected", "true")
    for key, reached in (
        ("ArrowRight", "2024-03-01"),
        ("ArrowLeft", "2024-02-29"),
        ("ArrowUp", "2024-02-22"),
        ("ArrowDown", "2024-02-29"),
        ("PageDown", "2024-03-29"),
        ("PageUp", "2024-02-29"),
        ("Shift+PageUp", "2023-02-28"),
        ("Home", "2023-02-27"),
        ("End", "2023-03-05"),
    ):
        await page.keyboard.press(key)
        await expect(here).to_have_attribute("data-on", reached)
    await page.keyboard.press("Escape")
    await expect(page.locator("#calendar")).to_be_hidden()
    await expect(button).to_be_focused()
    await expect(field).to_have_value("2024-02-29")
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("2024-03-03")
    await page.close()


async def test_a_calendar_ends_where_the_rule_does_and_marks_today_and_announced_days(
    furnished_site, browsing
):
    today = furnished_site.furnished.world.parts.today()
    page, field, button = await opened(furnished_site, browsing)

    async def announced(route):
        answer = await route.fetch()
        text = (await answer.text()).replace('data-off=""', f'data-off="{today.year}-01-01"')
        await route.fulfill(response=answer, body=text)

    await page.route("**/people/add", announced)
    await page.reload()
    await button.click()
    await expect(page.locator("#calendar td[aria-current=date]")).to_have_attribute(
        "data-on", today.isoformat()
    )
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#calendar td:focus")).to_have_attribute("data-on", today.isoformat())
    await page.locator("#calendar [name=year]").select_option(str(today.year))
    await page.locator("#calendar [name=month]").select_option("0")
    new_year = page.locator(f"#calendar td[data-on='{today.year}-01-01']")
    await expect(new_year).to_have_attribute("aria-label", re.compile("节假日"))
    await new_year.click()
    await expect(field).to_have_value(f"{today.year}-01-01")
    later = (today + timedelta(days=1)).isoformat()
    await field.fill(later)
    await field.blur()
    await expect(page.locator(".wrong .fault")).to_contain_text("不能晚于")
    await page.close()


@pytest.mark.parametrize(
    "language, typed, says",
    [("zh", "11/12/2026", "请按年、月、日填写"), ("en", "2023-02-30", "There is no such day")],
)
async def test_what_is_wrong_is_said_at_the_field_in_the_language_of_the_page_not_of_the_browser(
    furnished_site, browsing, language, typed, says
):
    page, field, _ = await opened(furnished_site, browsing, language)
    await field.fill(typed)
    await page.locator("main button[type=submit]").click()
    await expect(page.locator("[data-field]", has=field).locator(".fault")).to_contain_text(says)
    await expect(page.locator("#name")).to_be_focused()
    named = page.locator("[data-field]", has=page.locator("#name")).locator(".fault")
    await expect(named).to_contain_text({"zh": "请填写此项", "en": "Please fill this in"}[language])
    await page.close()


async def test_without_a_script_the_server_says_the_same_and_keeps_what_was_typed(furnished_site, browsing):
    page, field, button = await opened(furnished_site, browsing, java_script_enabled=False)
    await expect(button).to_be_hidden()
    await page.locator("#name").fill("新人")
    await page.locator("#unit").select_option("circle-1")
    await field.fill("12/11/2020")
    await page.locator("main button[type=submit]").click()
    await expect(page.locator("#born_on-fault")).to_contain_text("请按年、月、日填写")
    await expect(field).to_have_value("12/11/2020")
    browsing.complaints.clear()
    await page.goto(f"{furnished_site.address}/organisation/days?from=1%2F2%2F2020")
    await expect(page.locator("#from")).to_have_value("1/2/2020")
    await expect(page.locator("#from-fault")).to_contain_text("请按年、月、日填写")
    browsing.complaints.clear()
    await page.close()


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 390)])
async def test_the_calendar_keeps_nobody_out_and_is_as_large_as_a_finger(
    furnished_site, browsing, scheme, width
):
    page, _, button = await opened(
        furnished_site,
        browsing,
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 844},
        has_touch=width < 500,
    )
    await button.click()
    assert await barriers(page) == []
    for place in (
        page.locator("#calendar td[data-on]").first,
        page.locator("#calendar [data-before]"),
        button,
    ):
        box = await place.bounding_box()
        assert min(box["width"], box["height"]) >= (43.9 if width < 500 else 24)
    box = await page.locator("#calendar").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    await page.close()


@pytest.mark.parametrize(
    "language, words",
    [
        ("zh", ("2月", "2024年2月", "2024年2月29日星期四", "一")),
        ("en", ("February", "February 2024", "Thursday 29 February 2024", "Mon")),
    ],
)
async def test_a_calendar_calls_days_as_the_page_does_and_asks_no_browser(
    furnished_site, browsing, language, words
):
    page, field, button = await opened(furnished_site, browsing, language)
    await page.add_init_script("delete globalThis.Intl")
    await page.reload()
    await field.fill("20240229")
    await button.click()
    calendar = page.locator("#calendar")
    assert words == (
        await calendar.locator("[name=month] option:checked").text_content(),
        await calendar.locator("[data-named]").text_content(),
        await calendar.locator("td:focus").get_attribute("aria-label"),
        await calendar.locator("th").first.text_content(),
    )
    await page.close()
