"""Every page in a real browser, in every look: nothing keeps anybody out, and no policy is broken."""

from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import ViewportSize

from tests.web.browsers import OF_COLOURS, Browsing, barriers, in_the_loop_of_the_browser
from tests.web.furnished import looking_in
from tests.web.registry import drawn_pages

pytestmark = in_the_loop_of_the_browser

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
FURTHER_LOOKS: tuple[tuple[str, ViewportSize, tuple[str, ...]], ...] = (
    ("dark", WIDE, OF_COLOURS),
    ("dark", NARROW, ()),
    ("light", NARROW, OF_COLOURS),
)
"""What a page turns to where it lies, after light and wide with all rules; and the rules this can change."""


SQUEEZED = """[...document.querySelectorAll("dt")]
  .filter(one => one.offsetWidth && one.offsetWidth < 48 && one.offsetHeight > 60)
  .map(one => one.textContent)"""
"""Words that are pressed into a column as wide as a letter."""


class Windows:
    """One window for each language. To open a browser anew for a page takes longer than the page."""

    def __init__(self, browser) -> None:
        self.browsing = Browsing(browser)
        self._pages: dict[str, Any] = {}

    @asynccontextmanager
    async def at(self, site, one, language):
        """A page there, light and wide, and nothing of it afterwards."""
        page = self._pages.get(language)
        if page is None:
            page = await self.browsing.page(**looking_in(language))
            self._pages[language] = page
        await page.set_viewport_size(WIDE)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await site.visit(page, one, language=language)
        yield page
        await page.evaluate("localStorage.clear(); sessionStorage.clear()")
        await page.goto("about:blank")

    def complaints(self):
        """Return what pages complained of since this was asked the last time."""
        heard, self.browsing.complaints = self.browsing.complaints, []
        return heard


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser):
    opened = Windows(browser)
    yield opened
    await opened.browsing.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("one", drawn_pages(), ids=lambda page: page.name)
async def test_nothing_keeps_anybody_out_of_a_page(furnished_site, windows, one, language):
    """Light and dark, wide and narrow; the policy holds in each, and nothing is wider than the window."""
    windows.complaints()
    async with windows.at(furnished_site, one, language) as page:
        assert await page.locator("html").get_attribute("lang") == {"zh": "zh-Hans", "en": "en"}[language]
        assert await barriers(page) == [], "light, wide"
        for theme, size, rules in FURTHER_LOOKS:
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.set_viewport_size(size)
            assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
            assert await barriers(page, only=rules) == [], f"{theme}, {size['width']}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert await page.evaluate(SQUEEZED) == []
    assert windows.complaints() == []
