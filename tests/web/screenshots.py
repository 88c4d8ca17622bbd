"""Pictures of every page, with the demonstration in it: `python -m tests.web.screenshots FOLDER [WORD]`.

Each in both languages, light and dark, 1280 and 390 pixels wide. With a word, those whose address has it
(or a pattern of words: `inbox|board`);
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
from domain.agendas import Item
from records import migrating
from records.audit_books import read_books
from records.database import Database
from records.definitions import read_library
from records.drafts import add_draft
from records.preferences import read_required
from records.sensitivity import read_sensitive
from services import demo, drafts
from services.agendas import Agenda
from services.calendars import working_calendar
from services.demo_organisation import demo_id
from services.documents import StoredDocuments
from services.drafts import StartDraft
from services.parts import Caller, Parts
from tests.api.world import ADMIN, AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SUBJECT, cheap_passwords
from tests.looks import a_kept_look, a_kept_pattern
from tests.web.browsers import OPTIONS, PROGRAM
from tests.web.registry import Page, drawn_pages
from tests.web.site import a_stage

PROCESSES = Path(__file__).parents[2] / "processes"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
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
            things = await _things(parts, sessions, stage.address)
            if word == "README":
                for name, path, language in SIX:
                    address = stage.address + path.format(**things)
                    await _one(browser, address, sessions["secretary"], language, folder / f"{name}.png")
            else:
                for login in {*LOGINS.values(), None}:
                    theirs = [page for page in drawn_pages() if _by(page) == login]
                    pages = [page for page in theirs if re.search(word, page.name)]
                    session = [] if login is None else sessions[login]
                    await _pictures(browser, stage.address, pages, session, things, folder)
            await browser.close()
        await parts.database.close()


def _by(page: Page) -> str | None:
    """Who looks at a page in the demonstration."""
    return None if page.by is None else LOGINS[page.by]


async def _demonstration(folder: Path) -> Parts:
    url = f"sqlite:///{folder / 'accede.db'}"
    await asyncio.to_thread(migrating.upgrade, url)
    library = read_library(PROCESSES)
    parts = Parts(
        database=Database.open(url),
        library=library,
        sensitive=read_sensitive(PROCESSES, library),
        required=read_required(PROCESSES),
        books=read_books(PROCESSES),
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


async def _things(parts: Parts, sessions: Mapping[str, Any], address: str) -> dict[str, str]:
    """Return ids of the demonstration for the words in braces: of what the secretary has before him."""
    async with async_playwright() as playwright:
        asking = await playwright.request.new_context(base_url=address)
        cookie = next(one for one in sessions["secretary"] if one["name"] == "accede")
        headers = {"cookie": f"accede={cookie['value']}"}
        task = (await (await asking.get("/v1/tasks", headers=headers)).json())["items"][0]
        case = await (await asking.get(f"/v1/cases/{task['case']}", headers=headers)).json()
        await _commented(asking, f"/v1/cases/{case['id']}/comments", headers)
        own = await _of_the_applicant(asking, sessions["applicant"])
        finding = (await (await asking.get("/v1/findings", headers=headers)).json())["items"][0]
        await asking.dispose()
    unit, subject = case["unit"]["id"], demo_id("person", "许晨光")
    begun = StartDraft(process=case["process"]["id"], unit=unit, occurred_on=parts.today(), subject=subject)
    return {
        "case": case["id"],
        "commented": case["id"],
        "step": task["step"],
        "person": case["subject"]["id"],
        "unit": unit,
        "process": case["process"]["id"],
        "version": case["process"]["version"],
        "material": own,
        "agenda": await _prepared(parts, unit, case),
        "finding": finding["id"],
        "draft": await drafts.begun(parts, Caller(subject), begun),
        "pattern": await a_kept_pattern(parts, unit, case=case["id"]),
        "look": await a_kept_look(parts, unit, case=case["id"], person=demo_id("person", "林书远")),
    }


async def _of_the_applicant(asking: Any, session: Any) -> str:
    """Return the letter that the applicant handed in."""
    cookie = next(one for one in session if one["name"] == "accede")
    headers = {"cookie": f"accede={cookie['value']}"}
    case = (await (await asking.get("/v1/cases", headers=headers)).json())["items"][0]
    history = await (await asking.get(f"/v1/cases/{case['id']}/history", headers=headers)).json()
    papers = [one["data"].get("materials") or {} for one in history["items"]]
    return str(next(digest for of in papers for handed in of.values() for digest in handed))


async def _prepared(parts: Parts, unit: str, case: Mapping[str, Any]) -> str:
    """Keep the agenda of a meeting of the branch for its secretary."""
    agenda = Agenda(
        process="membership-development",
        unit=unit,
        body="branch.full-members",
        on=parts.today(),
        items=(Item(case=case["id"], step="conversion-vote", subject=case["subject"]["id"]),),
    )
    content, secretary = agenda.model_dump_json(), demo_id("person", "林书远")
    made = await parts.write(
        lambda connection: add_draft(connection, secretary, "agenda", content, parts.clock())
    )
    return made.id


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


async def _pictures(  # noqa: PLR0917 - what is opened, where, by whom
    browser: Any, address: str, pages: list[Page], session: Any, things: Mapping[str, str], folder: Path
) -> None:
    """Load each page once in each language; light and dark, wide and narrow it turns to where it lies."""
    for language, locale in (("zh", "zh-CN"), ("en", "en-GB")):
        context = await browser.new_context(locale=locale, reduced_motion="reduce")
        await context.add_cookies(session)
        await context.request.post(f"{address}/own/language", form={"language": language, "back": "/"})
        opened = await context.new_page()
        for page in pages:
            await opened.set_viewport_size(SIZES[0])
            await opened.goto(f"{address}{_path(page, things)}")
            name = re.sub(r"[^\w]+", "-", page.path or page.route).strip("-") or "first"
            for size, theme in product(SIZES, ("light", "dark")):
                await opened.set_viewport_size(size)
                await opened.emulate_media(color_scheme=theme)
                to = folder / f"{name}-{size['width']}-{language}-{theme}.png"
                await opened.screenshot(path=to, full_page=True)
        await context.close()


def _path(page: Page, things: Mapping[str, str]) -> str:
    path = (page.path or page.route).replace("=joining", "=examination")
    path = re.sub("circle-[12]", "{unit}", path.replace("reading-circle", things["process"]))
    return re.sub(
        r"{(\w+)(?::\w+)?}", lambda found: things.get(found[1], things.get(found[1][:-3], "none")), path
    )


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
