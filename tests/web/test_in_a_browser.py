"""Every page in a real browser: nothing keeps anybody out, and no policy is broken."""

import pytest

from tests.web.browsers import barriers, in_the_loop_of_the_browser
from tests.web.registry import drawn_pages

pytestmark = in_the_loop_of_the_browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.mark.parametrize("one", drawn_pages(), ids=lambda page: page.name)
async def test_nothing_keeps_anybody_out_of_a_page(furnished_site, browsing, one):
    """In both languages, light and dark, wide and narrow: each of the six is in two of the four looks."""
    for language in ("zh", "en"):
        page = await furnished_site.open(
            browsing, one, language=language, viewport=WIDE, color_scheme="light"
        )
        assert await barriers(page) == [], f"{language}, light, wide"
        await page.set_viewport_size(NARROW)
        await page.emulate_media(color_scheme="dark")
        assert await barriers(page) == [], f"{language}, dark, narrow"
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        await page.context.close()
