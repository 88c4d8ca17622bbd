"""Pictures of every page, with the demonstration in it: `python -m tests.web.screenshots FOLDER [WORD]`.

Each in both languages, light and dark, 1280 and 390 pixels wide. With a word, those whose address has it;
with README, the six that stand there.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from api.app import create_app
from records import migrating
from records.database import Database
from records.definitions import read_library
from records.preferences import read_required
from records.sensitivity import read_sensitive
from services import demo
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.parts import Parts
from tests.api.world import ADMIN, AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SUBJECT, cheap_passwords
from tests.web.browsers import OPTIONS, PROGRAM
from tests.web.registry import Page, drawn_pages
from tests.web.site import a_stage

PROCESSES = Path(__file__).parents[2] / "processes"
LOOKS = tuple(product(("zh", "en"), ("light", "dark"), (1280, 390)))
LOGINS: Mapping[str, str] = {
    SECRETARY: "secretary",
    HOST: "organiser",
    PARENT: "committee",
    SUBJECT: "applicant",
    NOBODY: "member",
    AUDITOR: "auditor",
    ADMIN: "admin",
}
"""Who looks, in the demonstration, where a test has somebody of the small organisation look."""
TOLD = ["branch.secretary"]
SIX = (
    ("page-inbox", "/inbox", "en"),
    ("page-case", "/cases/{case}", "en"),
    ("page-meeting", "/cases/{case}/steps/{step}", "en"),
    ("page-board", "/board", "zh"),
    ("page-funnel", "/reports/funnel", "zh"),
    ("page-process", "/processes/membership-development", "en"),
)
"""What README shows: the name of the picture, where it is taken, and in which language."""


async def main(folder: Path, word: str) -> None:
    """Open every page in every look, and keep what it looks like."""
    with tempfile.TemporaryDirectory() as scratch:
        parts = await _demonstration(Path(scratch))
        async with a_stage() as stage, async_playwright() as playwright:
            stage.shown = create_app(parts)
            browser = await playwright.chromium.launch(executable_path=PROGRAM, args=OPTIONS)
            sessions = {login: await _session(browser, stage.address, login) for login in LOGINS.values()}
            things = await _things(sessions, stage.address)
            if word == "README":
                for name, path, language in SIX:
                    address = stage.address + path.format(**things)
                    await _one(browser, address, sessions["secretary"], language, folder / f"{name}.png")
            for page in drawn_pages():
                if word in page.name:
                    session = sessions[LOGINS[page.by]] if page.by else []
                    await _picture(browser, stage.address, page, session, things, folder)
            await browser.close()
        await parts.database.close()


async def _demonstration(folder: Path) -> Parts:
    url = f"sqlite:///{folder / 'accede.db'}"
    await asyncio.to_thread(migrating.upgrade, url)
    library = read_library(PROCESSES)
    parts = Parts(
        database=Database.open(url),
        library=library,
        sensitive=read_sensitive(PROCESSES, library),
        required=read_required(PROCESSES),
        documents=StoredDocuments.at("memory:///"),
        calendars=working_calendar,
        clock=lambda: datetime.now(UTC),
        passwords=cheap_passwords(),
    )
    await demo.seed(parts)
    return parts


async def _session(browser: Any, address: str, login: str) -> Any:
    context = await browser.new_context()
    asked = {"login": login, "password": f"{login}-demo"}
    answer = await context.request.post(f"{address}/v1/session", data=asked)
    assert answer.ok, login
    cookies = await context.cookies()
    await context.close()
    return cookies


async def _things(sessions: Mapping[str, Any], address: str) -> dict[str, str]:
    """Return ids of the demonstration for the words in braces: of what the secretary has before him."""
    async with async_playwright() as playwright:
        asking = await playwright.request.new_context(base_url=address)
        cookie = next(one for one in sessions["secretary"] if one["name"] == "accede")
        headers = {"cookie": f"accede={cookie['value']}"}
        task = (await (await asking.get("/v1/tasks", headers=headers)).json())["items"][0]
        case = await (await asking.get(f"/v1/cases/{task['case']}", headers=headers)).json()
        await _commented(asking, f"/v1/cases/{case['id']}/comments", headers)
        history = (await (await asking.get(f"/v1/cases/{case['id']}/history", headers=headers)).json())[
            "items"
        ]
        digests = re.findall(r'"([0-9a-f]{64})"', str([one["data"] for one in history]).replace("'", '"'))
        await asking.dispose()
    return {
        "case": case["id"],
        "commented": case["id"],
        "step": task["step"],
        "person": case["subject"]["id"],
        "unit": case["unit"]["id"],
        "process": case["process"]["id"],
        "version": case["process"]["version"],
        "material": digests[0] if digests else "none",
    }


async def _commented(asking: Any, comments: str, headers: Mapping[str, str]) -> None:
    """Have something said of a case, for somebody, and something else withdrawn."""
    said = await (
        await asking.post(comments, headers=headers, data={"text": "请核对第二页的签名日期。", "to": TOLD})
    ).json()
    another = {"text": "申请书原件已归入个人档案。", "step": said["case"]["open_steps"][0]["step"]}
    gone = await (await asking.post(comments, headers=headers, data=another)).json()
    address = f"{comments}/{gone['case']['seq']}/withdraw"
    await asking.post(address, headers=headers, data={"reason": "写在了另一件个案上"})
    last = {"text": "The second page is signed now.", "to": TOLD}
    await asking.post(comments, headers=headers, data=last)


async def _picture(  # noqa: PLR0917 - what is opened, where, by whom
    browser: Any, address: str, page: Page, session: Any, things: Mapping[str, str], folder: Path
) -> None:
    path = re.sub(
        r"{(\w+)(?::\w+)?}",
        lambda found: things.get(found[1], things.get(found[1][:-3], "none")),
        page.path or page.route,
    )
    for language, theme, width in LOOKS:
        context = await browser.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            color_scheme=theme,
        )
        await context.add_cookies(session)
        choice = {"language": language, "back": "/"}
        await context.request.post(f"{address}/own/language", form=choice)
        opened = await context.new_page()
        await opened.goto(f"{address}{path}")
        name = re.sub(r"[^\w]+", "-", page.path or page.route).strip("-") or "first"
        await opened.screenshot(path=folder / f"{name}-{width}-{language}-{theme}.png", full_page=True)
        await context.close()


async def _one(browser: Any, address: str, session: Any, language: str, to: Path) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 760})
    await context.add_cookies(session)
    await context.request.post(
        f"{'/'.join(address.split('/')[:3])}/own/language", form={"language": language, "back": "/"}
    )
    opened = await context.new_page()
    await opened.goto(address)
    await opened.screenshot(path=to)
    await context.close()


if __name__ == "__main__":
    wanted = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(wanted, sys.argv[2] if len(sys.argv) > 2 else ""))
