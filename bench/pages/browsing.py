"""Pages in Chromium, as on an old laptop and a slow line: when something is painted, and whether it moves.

Both are read from the browser's own trace. The line: 1.6 megabits a second, an answer after 150 ms; the
processor four times slower than this one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from bench.pages.visiting import COOKIE, Look, Visitor

_PROGRAM = Path("/usr/bin/chromium")
_SHELL = Path("/usr/bin/chromium-headless-shell")
_LIGHT = _SHELL if _SHELL.exists() else _PROGRAM
"""The same engine without windows, where there is one, costs half."""
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_SLOWER = 4
_SETTLED = 1_500
"""Milliseconds until a new window has come to rest."""
_WATCHED = ["loading", "rail", "blink.user_timing", "devtools.timeline"]
_SHIFTING = """addEventListener("DOMContentLoaded", () => setTimeout(() => {
  const late = document.createElement("div"); late.style.height = "300px";
  document.body.prepend(late); }, 300));"""


@dataclass(frozen=True)
class Seen:
    """Milliseconds until something was painted, and how much moved afterwards."""

    painted: float
    shifted: float


async def see(
    address: str,
    visitor: Visitor,
    looks: Sequence[Look],
    *,
    times: int = 1,
    shifting: bool = False,
    light: bool = False,
) -> dict[str, tuple[Seen, Seen]]:
    """Return for each page what is seen when nothing of ours is known yet, and when styles are.

    Each is opened several times without a cache: the median of the times, and the most that moved. In a
    `light` browser, on a processor as fast as it is, no time is worth anything.
    """
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=_LIGHT if light else _PROGRAM, args=list(_OPTIONS)
        )
        try:
            found: dict[str, tuple[Seen, Seen]] = {}
            for look in looks:
                seen = [
                    await _twice(browser, address, visitor, look, shifting=shifting, light=light)
                    for _ in range(times)
                ]
                found[look.page] = (_middle([one for one, _ in seen]), _middle([two for _, two in seen]))
            return found
        finally:
            await browser.close()


def _middle(seen: Sequence[Seen]) -> Seen:
    return Seen(median(one.painted for one in seen), max(one.shifted for one in seen))


async def _twice(
    browser: Browser,
    address: str,
    visitor: Visitor,
    look: Look,
    *,
    shifting: bool,
    light: bool,
) -> tuple[Seen, Seen]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await context.add_cookies([{"name": COOKIE, "value": visitor.secret, "url": address}])
    if shifting:
        await context.add_init_script(_SHIFTING)
    page = await context.new_page()
    if not light:
        # A new window of Chromium is busy with itself at first, which makes pages later, and moves nothing.
        await page.wait_for_timeout(_SETTLED)
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", _LINE)
    if not light:
        # What makes a processor slow makes it busy.
        await session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    first, second = [await _traced(browser, page, address + look.address) for _ in range(2)]
    await context.close()
    return first, second


async def _traced(browser: Browser, page: Page, address: str) -> Seen:
    await browser.start_tracing(page=page, categories=_WATCHED)
    await page.goto(address, wait_until="load")
    await page.wait_for_timeout(1_000)
    events: list[dict[str, Any]] = json.loads(await browser.stop_tracing())["traceEvents"]
    begun = [
        event["ts"]
        for event in events
        if event["name"] == "navigationStart"
        and event["args"].get("data", {}).get("documentLoaderURL", "").startswith(address.partition("?")[0])
    ]
    painted = [event["ts"] for event in events if event["name"] == "firstContentfulPaint"]
    moved = [event["args"]["data"] for event in events if event["name"] == "LayoutShift"]
    after = [ts for ts in painted if begun and ts >= begun[-1]]
    return Seen(
        painted=(min(after) - begun[-1]) / 1000 if after else float("nan"),
        shifted=sum(one["score"] for one in moved if not one.get("had_recent_input")),
    )
