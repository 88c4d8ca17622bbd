"""The demonstration's organisation on a clock that a test turns, and people who click through a case."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, expect
from playwright.async_api import Page as Opened
from sqlalchemy import Connection

from api.app import create_app
from domain.narrating import outcome_title
from domain.process import Process
from domain.steps import FieldSpec, MeetingStep
from domain.values import Language
from records.database import Database
from records.definitions import read_library
from records.sensitivity import read_sensitive
from records.standings import set_standing
from services import accounts, acts, demo
from services.calendars import working_calendar
from services.demo_organisation import LOGINS, PEOPLE, demo_id
from services.documents import StoredDocuments
from services.entering import BY_HAND
from services.parts import Parts
from services.vocabulary import NO_STANDING
from tests.api.world import Clock, cheap_passwords
from web.translating import translations

PROCESSES = Path(__file__).parents[2] / "processes"
HELPERS = ("罗千帆", "董清越")
"""Who is named contact and introducer."""
PHONE = {"width": 390, "height": 844}
ON_A_PHONE = frozenset({"applicant", "member", "auditor"})
"""Who has no larger screen."""
MORNING = time(2, 0)
"""In UTC: ten o'clock where the organisation is."""


@dataclass
class House:
    """The demonstration without its cases, and the clock everybody there lives by."""

    parts: Parts
    clock: Clock
    app: Any
    address: str = ""

    async def turn_to(self, day: date, case: str | None) -> None:
        """Let days go by, and what happens in them by itself."""
        until = max(self.clock.now, datetime.combine(day, MORNING, UTC))
        following = None if case is None else await acts.let_happen(self.parts, case)
        while following is not None and following <= until:
            self.clock.now = max(self.clock.now, following)
            before, following = following, await acts.let_happen(self.parts, case or "")
            if following == before:
                break
        self.clock.now = until


@asynccontextmanager
async def a_house(database: Database, first: date) -> AsyncIterator[House]:
    """Open the demonstration's organisation with its logins, on a day of its own."""
    library, clock = read_library(PROCESSES), Clock(datetime.combine(first, MORNING, UTC))
    parts = Parts(
        database=database,
        library=library,
        sensitive=read_sensitive(PROCESSES, library),
        documents=StoredDocuments.at("memory:///"),
        calendars=working_calendar,
        clock=clock,
        passwords=cheap_passwords(),
        session_lasts=timedelta(days=4_000),
    )
    await parts.write(demo.fill_organisation)
    await parts.write(lambda connection: belongs_to_its_units(connection, first))
    for one in LOGINS:
        person = demo_id("person", one.name)
        await accounts.add_account(parts, one.login, person, one.password, even_if_known=True)
    yield House(parts, clock, create_app(parts))


def belongs_to_its_units(connection: Connection, since: date) -> None:
    """Write down where those belong who have not applied yet, as an import of the organisation does."""
    for one in PEOPLE:
        if one.standing is None:
            unit = demo_id("unit", one.unit)
            set_standing(connection, one.id, NO_STANDING, unit, since, source=BY_HAND)


@dataclass
class Walk:
    """People with a browser each, who work on one case in one language."""

    house: House
    browsing: Any
    language: Language
    process: Process
    subject: str
    case: str = ""
    pages: dict[str, Opened] = field(default_factory=dict)
    has_scripts: bool = True
    applicant: str = "applicant"
    """The login of whom the case is about."""
    planted: str = ""
    """What is typed into every field for text: markup that would run if anything took it for markup."""

    def says(self, sentence: str, **values: object) -> str:
        """Return a sentence of the pages in the language people read here."""
        return translations(self.language).gettext(sentence) % values

    async def page_of(self, login: str) -> Opened:
        """Return the page of somebody, who signs in where that was not done yet."""
        if login not in self.pages:
            locale = {"zh": "zh-CN", "en": "en-GB"}[self.language]
            size = {"viewport": PHONE} if login in ON_A_PHONE | {self.applicant} else {}
            page = await self.browsing.page(locale=locale, java_script_enabled=self.has_scripts, **size)
            self.pages[login] = page
            await page.goto(f"{self.house.address}/login")
            await page.get_by_label(self.says("Login"), exact=False).fill(login)
            await page.get_by_label(self.says("Password")).fill(f"{login}-demo")
            await page.get_by_role("button", name=self.says("Sign in"), exact=True).click()
            await page.wait_for_url(lambda address: "/login" not in address)
            await self._reads_own_language(page)
        return self.pages[login]

    async def _reads_own_language(self, page: Opened) -> None:
        wanted = {"zh": "zh-Hans", "en": "en"}[self.language]
        if await page.locator("html").get_attribute("lang") != wanted:
            await page.locator("header details.menu").last.locator("summary").click()
            await page.get_by_role("button", name={"zh": "中文", "en": "English"}[self.language]).click()
            await page.locator(f"html[lang={wanted}]").wait_for()

    async def open_task(self, login: str, step: str) -> Opened:
        """Go to the inbox and open a task there, or what one's own application says can be done."""
        page = await self.page_of(login)
        title = self.process.steps[step].title.in_language(self.language)
        await page.goto(f"{self.house.address}/")
        if page.url.endswith("/mine"):
            await page.get_by_role("link", name=self.says("Do it now")).click()
        else:
            line = page.locator("[data-line]").filter(has_text=self.subject)
            await line.get_by_role("link", name=title, exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        return page

    async def act(
        self, login: str, step: str, *, outcome: str | None = None, entry: str | None = None, **answers: str
    ) -> None:
        """Do a step, or make an entry in it, as its form asks; the page says that it is recorded."""
        page = await self.open_task(login, step)
        spec = self.process.steps[step]
        guard = "step" if entry is None else f"entry-{entry}"
        form = page.locator(f"form[data-guard={guard}]")
        if isinstance(spec, MeetingStep):
            await self.vote(form)
        await self.choose(form, step, outcome if entry is None else None)
        for name, text in answers.items():
            if entry is None:
                await self.answer(form, next(one for one in spec.fields if one.id == name), text)
            else:
                await form.locator(f"[name='field.{name}']").fill(text)
        for upload in await form.locator("input[type=file][multiple]:visible").all():
            await upload.set_input_files(self.scan)  # type: ignore[arg-type]  # a file as Playwright takes it
        await self.plant(form)
        await form.locator("button.btn-primary[type=submit]").click()
        said = page.locator(".notice.good[role=status]")
        await expect(said).to_contain_text(spec.title.in_language(self.language))

    async def choose(self, form: Locator, step: str, outcome: str | None) -> None:
        """Tick who is named and how it ended, where the form asks."""
        for box in await form.locator("input[name=people]").all():
            person = await box.locator("xpath=..").inner_text()
            if any(name in person for name in HELPERS):
                await box.check()
        if outcome is not None and await form.locator("input[name=outcome]").count():
            title = outcome_title(self.process, step, outcome).in_language(self.language)
            name = re.compile(rf"^{re.escape(title)}( \(|$)")
            await form.get_by_role("radio", name=name).check()

    @property
    def scan(self) -> dict[str, Any]:
        """A document to hand in."""
        name = f"{self.planted.replace('/', '')}扫描件.txt"
        return {"name": name, "mimeType": "text/plain", "buffer": "（演示材料）".encode()}

    async def plant(self, form: Locator) -> None:
        """Type markup into whatever text nobody has typed yet."""
        for text in await form.locator("textarea:visible, input[type=text]:visible").all():
            if self.planted and not await text.input_value():
                await text.fill(self.planted)

    async def vote(self, form: Locator) -> None:
        """Everybody entitled is there and in favour; the page counts along."""
        boxes = await form.locator("input[name=attended]").all()
        if self.has_scripts:
            await form.get_by_label(self.says("Everybody was there")).check()
        for box in boxes:
            await box.check()
        present = str(len(boxes))
        if self.has_scripts:
            await expect(form.get_by_label(self.says("Present"), exact=True)).to_have_value(present)
        await form.get_by_label(self.says("Present"), exact=True).fill(present)
        await form.get_by_label(self.says("In favour"), exact=True).fill(present)
        await form.get_by_label(self.says("Against"), exact=True).fill("0")
        await form.get_by_label(self.says("Abstained"), exact=True).fill("0")
        if self.has_scripts:
            await expect(form.locator("[data-carried-state]")).to_have_text(self.says("reached"))

    async def answer(self, form: Locator, asked: FieldSpec, text: str) -> None:
        """Answer one field by what it is called."""
        title = asked.title.in_language(self.language)
        if asked.type == "boolean":
            group = form.get_by_role("group", name=title)
            await group.get_by_role("radio", name=self.says(text), exact=True).check()
        else:
            await form.get_by_label(title).fill(text)

    async def decide_by_keys(self, login: str, step: str, outcome: str) -> None:
        """Decide from the inbox to the end by keys alone; why no document comes with it is typed, too.

        Without a script there is no walking through lists by a key: Tab leads there.
        """
        page = await self.page_of(login)
        await page.goto(f"{self.house.address}/inbox")
        keys = page.keyboard
        if self.has_scripts:
            await keys.press("j")
        await tab_to(page, "a.what")
        await keys.press("Enter")
        await page.locator("form[data-guard=step]").wait_for()
        await tab_to(page, f"input[name=outcome][value={outcome}], input[name=outcome]:checked")
        while await page.evaluate("document.activeElement.value") != outcome:
            await keys.press("ArrowDown")
        await keys.press("Space")
        await tab_to(page, "textarea[name=reason]")
        await keys.type(self.planted or "材料随后补交。")
        await tab_to(page, "form[data-guard=step] button[type=submit]")
        await keys.press("Enter")
        said = page.locator(".notice.good[role=status]")
        await expect(said).to_contain_text(self.process.steps[step].title.in_language(self.language))


async def fits_a_phone(page: Opened) -> None:
    """Nothing on a page is wider than the phone it is looked at with."""
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"{page.url} is {wide} wide"


async def tab_to(page: Opened, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(80):
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(selector)
