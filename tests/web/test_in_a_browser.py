"""Every page in a real browser: nothing keeps anybody out, and no policy is broken."""

import pytest

from tests.web.browsers import barriers, in_the_loop_of_the_browser
from tests.web.registry import drawn_pages

pytestmark = in_the_loop_of_the_browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


PAGES = list(enumerate(drawn_pages()))


@pytest.mark.parametrize("number, one", PAGES, ids=[page.name for _, page in PAGES])
async def test_nothing_keeps_anybody_out_of_a_page(furnished_site, browsing, number, one):
    """In both languages, light and dark, wide and narrow; which language is which turns from page to page."""
    first, second = ("zh", "en") if number % 2 else ("en", "zh")
    page = await furnished_site.open(browsing, one, language=first, viewport=WIDE, color_scheme="light")
    assert await barriers(page) == [], f"{first}, light, wide"
    await page.context.close()
    page = await furnished_site.open(browsing, one, language=second, viewport=NARROW, color_scheme="dark")
    assert await barriers(page) == [], f"{second}, dark, narrow"
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await page.context.close()
