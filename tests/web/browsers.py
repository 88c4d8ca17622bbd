"""A real browser for tests: Debian's Chromium, one for each process of the tests, driven through Playwright.

Import the fixtures in a conftest.py: `from tests.web.browsers import *`. A test that takes `browsing` opens
contexts of its own (cookies, language, size of the screen); one that takes `page` has one page in a fresh
context. All of them live in one event loop, so a module that uses them says
`pytestmark = in_the_loop_of_the_browser`.
"""

import asyncio
import json
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

__all__ = ["browser", "browsing", "page"]

PROGRAMS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
PROGRAM = next((path for path in PROGRAMS if Path(path).exists()), PROGRAMS[-1])
"""Where there is one without windows, that: it is the same engine, and costs half."""
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--headless",
    # Another machine cannot be found. To stop each request on its way and look at it costs a sixth of a page:
    # the browser keeps nothing then, and fetches and compiles every script again.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    # A page lives too short for its scripts to be compiled twice.
    "--js-flags=--no-opt --no-maglev",
    "--no-first-run",
    "--no-sandbox",
    # Otherwise a process is begun for every page, which costs as much as to show it.
    "--renderer-process-limit=1",
)
OURS = ("127.0.0.1", "localhost")
WITHIN = ("about", "blob", "data")
"""Schemes of what is asked of nobody."""
PATIENCE = 30_000
"""Milliseconds that a page may take on a machine that has other things to do."""

in_the_loop_of_the_browser = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Browsing:
    """Opens contexts in the browser, and remembers what pages in them complained of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    """Errors of scripts, what was logged as an error, and requests for another machine, never let out."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def context(self, **options) -> BrowserContext:
        """A browser of its own, as if just installed; `options` are Playwright's (locale, viewport, ...)."""
        context = await self.browser.new_context(**({"locale": "zh-CN"} | options))
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("console", self._hear)
        context.on("request", self._look_at)
        return context

    async def page(self, **options) -> Page:
        """One page in a context of its own."""
        return await (await self.context(**options)).new_page()

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    def _hear(self, message):
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _look_at(self, request):
        address = urlsplit(request.url)
        if address.scheme not in WITHIN and address.hostname not in OURS:
            self.complaints.append(f"left the machine: {request.url}")


WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
ASKS = "asked => globalThis.axe ? axe.run(document, asked).then(found => found.violations) : null"


async def bring_axe(page: Page) -> None:
    """Have axe in every document of a window that goes to many: to send it anew takes a tenth of a page."""
    # An empty page between two others needs none.
    await page.context.add_init_script(f'if (location.protocol !== "about:") {{ {_axe()} }}')


async def barriers(page: Page) -> list[str]:
    """What keeps people out of a page, by the rules of WCAG 2.2 AA, as axe finds it: a line for each.

    A page whose policy forbids all scripts is opened with `bypass_csp=True` for this: axe is one.
    """
    async with asyncio.timeout(PATIENCE / 1000):
        # To tell of all that is as it should be would take longer than to look.
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found = await page.evaluate(ASKS, options)
        if found is None:
            await page.evaluate(_axe())
            found = await page.evaluate(ASKS, options)
    return [
        f"{one['id']}: {one['help']}: {json.dumps([node['target'] for node in one['nodes']])}"
        for one in found
    ]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """The one browser of this process of the tests."""
    assert shutil.which(PROGRAM), f"{PROGRAM} is missing: the tests of pages need it; see .ci/debian"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=PROGRAM, args=OPTIONS, timeout=2 * PATIENCE
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browsing(browser):
    """Contexts for one test. It fails if a page complained, unless it clears what it expected to hear."""
    opened = Browsing(browser)
    yield opened
    await opened.close()
    assert not opened.complaints, opened.complaints


@pytest_asyncio.fixture(loop_scope="session")
async def page(browsing):
    """A page in a fresh context, in Chinese."""
    return await browsing.page()


@cache
def _axe() -> str:
    assert AXE.exists(), "axe-core is not installed: run .ci/node"
    return AXE.read_text("utf-8")
