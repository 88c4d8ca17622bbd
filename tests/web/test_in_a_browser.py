"""Every page in a real browser, in every look: nothing keeps anybody out, and no policy is broken."""

from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import ViewportSize

from tests.thorough import THOROUGH
from tests.web.browsers import Browsing, barriers, bring_axe, in_the_loop_of_the_browser
from tests.web.furnished import looking_in
from tests.web.registry import drawn_pages

pytestmark = in_the_loop_of_the_browser

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
LANGUAGES = ("zh", "en")
PAIRS: tuple[tuple[tuple[str, ViewportSize], ...], ...] = (
    (("light", WIDE), ("dark", NARROW)),
    (("dark", WIDE), ("light", NARROW)),
)
"""Each has both themes and both widths. A page is turned to one of them in either language, and the next page
to the other: what is seen only in dark and wide, or in light and narrow, belongs to the frame, tables and
fields that pages share. axe goes through the one look in the one language, and the other in the other: what
colours and widths do to a page in one of them, they do in the other. `make thorough` turns to all four in
each, and has axe go through all."""
LAID_OUT = """
    () => ({
        lang: document.documentElement.lang,
        theme: getComputedStyle(document.documentElement).colorScheme,
        width: document.documentElement.scrollWidth,
        squeezed: [...document.querySelectorAll("dt")]
            .filter(one => one.offsetWidth && one.offsetWidth < 48 && one.offsetHeight > 60)
            .map(one => one.textContent),
    })
"""
"""How a page lies; `squeezed` are words that are pressed into a column as wide as a letter."""


class Windows:
    """One window for each language. To open a browser anew for a page takes longer than the page."""

    def __init__(self, browser) -> None:
        self.browsing = Browsing(browser)
        self._pages: dict[str, Any] = {}

    @asynccontextmanager
    async def at(self, site, one, language, look):
        """A page there, loaded in a look, and nothing of it afterwards."""
        page = self._pages.get(language)
        if page is None:
            page = await self.browsing.page(**looking_in(language))
            await bring_axe(page)
            self._pages[language] = page
        await turn(page, look)
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


async def turn(page, look):
    theme, size = look
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await page.set_viewport_size(size)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", drawn_pages(), ids=lambda page: page.name)
async def test_nothing_keeps_anybody_out_of_a_page(furnished_site, windows, one, language):
    """In light and dark, wide and narrow; the policy holds in each, and nothing is wider than the window."""
    windows.complaints()
    first, *further = looks_at(one)
    async with windows.at(furnished_site, one, language, first) as page:
        await look_over(page, language, first)
        await go_through(page, one, language, first)
        for look in further:
            await turn(page, look)
            await look_over(page, language, look)
            await go_through(page, one, language, look)
    assert windows.complaints() == []


async def test_axe_goes_through_every_page_in_both_languages_themes_and_widths_and_all_of_them_meet():
    pages = drawn_pages()
    for page in pages:
        found = [look for language in LANGUAGES for look in gone_through(page, language)]
        assert {theme for theme, _ in found} == {"light", "dark"}
        assert {size["width"] for _, size in found} == {WIDE["width"], NARROW["width"]}
    for language in LANGUAGES:
        for look in (look for pair in PAIRS for look in pair):
            through = [page for page in pages if look in gone_through(page, language)]
            assert len(through) >= len(pages) // (1 if THOROUGH else 4)


def looks_at(one):
    """Return the looks a page is turned to."""
    if THOROUGH:
        return tuple(look for pair in PAIRS for look in pair)
    return PAIRS[drawn_pages().index(one) % len(PAIRS)]


def gone_through(one, language):
    """Return the looks in which axe goes through a page."""
    looks = looks_at(one)
    if THOROUGH:
        return looks
    turn = drawn_pages().index(one) // len(PAIRS) + LANGUAGES.index(language)
    return (looks[turn % len(looks)],)


async def go_through(page, one, language, look):
    if look in gone_through(one, language):
        assert await barriers(page) == [], look


async def look_over(page, language, look):
    theme, size = look
    laid_out = await page.evaluate(LAID_OUT)
    assert laid_out["lang"] == {"zh": "zh-Hans", "en": "en"}[language]
    assert laid_out["theme"] == theme
    assert laid_out["width"] <= size["width"], look
    assert laid_out["squeezed"] == [], look
