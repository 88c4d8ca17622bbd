"""Every page in a real browser: nothing keeps anybody out, and no policy is broken."""

from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from tests.web.browsers import Browsing, barriers, in_the_loop_of_the_browser
from tests.web.furnished import looking_in
from tests.web.registry import drawn_pages

pytestmark = in_the_loop_of_the_browser

LOOKS: dict[str, dict[str, Any]] = {
    "light, wide": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark, narrow": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}

PAGES = list(enumerate(drawn_pages()))


class Windows:
    """One window for each language and look. To open a browser anew for a page takes longer than the page."""

    def __init__(self, browser) -> None:
        self.browsing = Browsing(browser)
        self._pages: dict[tuple[str, str], Any] = {}

    @asynccontextmanager
    async def at(self, site, one, language, look):
        """A page there, and nothing of it afterwards."""
        page = self._pages.get((language, look))
        if page is None:
            page = await self.browsing.page(**looking_in(language), **LOOKS[look])
            self._pages[language, look] = page
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


@pytest.mark.parametrize("number, one", PAGES, ids=[page.name for _, page in PAGES])
async def test_nothing_keeps_anybody_out_of_a_page(furnished_site, windows, number, one):
    """In both languages, light and dark, wide and narrow; which language is which turns from page to page."""
    windows.complaints()
    first, second = ("zh", "en") if number % 2 else ("en", "zh")
    async with windows.at(furnished_site, one, first, "light, wide") as page:
        assert await barriers(page) == [], f"{first}, light, wide"
    async with windows.at(furnished_site, one, second, "dark, narrow") as page:
        assert await barriers(page) == [], f"{second}, dark, narrow"
        width = LOOKS["dark, narrow"]["viewport"]["width"]
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert windows.complaints() == []
