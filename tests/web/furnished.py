"""The small organisation with something in every corner, for tests that look at pages and change nothing."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.agendas import Item
from records.database import Database
from records.drafts import add_draft
from records.tables import people, units
from services.agendas import Agenda
from services.drafts import StartDraft, begun
from services.parts import Caller
from tests.api.world import AUDITOR, PASSWORD, PEOPLE, SECRETARY, SUBJECT, UNITS, World, a_world
from tests.looks import a_kept_look, a_kept_pattern
from tests.web.registry import Form, Page


@dataclass
class Furnished:
    """A world, and the ids of what is in it: the words in braces in the paths of registered pages."""

    world: World
    things: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    """The session of each person who has looked."""

    @property
    def names(self) -> set[str]:
        """What people, units and documents of this world are called."""
        return {name for name, _ in PEOPLE.values()} | {name for _, _, name, _ in UNITS} | {"扫描件"}

    def path_of(self, one: Page | Form) -> str:
        """Where a page is in this world."""
        return re.sub(r"{(\w+)(?::\w+)?}", lambda found: self.things[found[1]], one.path or one.route)

    async def session_of(self, person: str | None) -> dict[str, str]:
        """The cookies of somebody who signed in, once."""
        if person is None:
            return {}
        if person not in self.cookies:
            asked = {"login": person, "password": PASSWORD}
            answer = await self.world.client.post("/v1/session", json=asked)
            assert answer.status_code == 200, answer.text
            self.cookies[person] = {"accede": answer.cookies["accede"]}
            self.world.client.cookies.clear()
        return self.cookies[person]

    async def ask(self, one: Page | Form, **headers: str) -> httpx.Response:
        """Open a page or send a form, as a browser without scripts does."""
        cookies = await self.session_of(one.by)
        asked: dict[str, Any] = {
            "headers": {"accept": "text/html", "cookie": "; ".join(f"{n}={v}" for n, v in cookies.items())}
            | {name.replace("_", "-"): value for name, value in headers.items()}
        }
        path = self.path_of(one)
        client = self.world.client
        answer = (
            await client.get(path, **asked)
            if isinstance(one, Page)
            else await client.post(path, data=dict(one.fields), **asked)
        )
        client.cookies.clear()
        return answer


async def furnish(world: World) -> Furnished:
    """Put a case, a document and whatever pages are about into a world."""
    files = {"file": ("扫描件", "扫描件".encode())}
    handed_in = await world.client.post("/v1/materials", files=files, headers=world.by(SUBJECT))
    material = handed_in.json()["id"]
    case = await world.start(materials={"scan": [material]})
    raising = {"detail": "张三李四王五赵六钱七", "seq": 4}
    raised = await world.post(f"/v1/cases/{case['id']}/findings", AUDITOR, raising)
    comments = f"/v1/cases/{case['id']}/comments"
    said = [
        await world.post(comments, SECRETARY, {"text": text, "step": "talk", "to": ["circle.host"]})
        for text in ("张三李四", "王五赵六")
    ]
    numbers = [str(one.json()["case"]["seq"]) for one in said]
    await world.post(f"{comments}/{numbers[0]}/withdraw", SECRETARY, {"reason": "钱七"})
    told = (await world.get("/v1/notifications", SECRETARY)).json()["items"]
    draft = StartDraft(process="ballot", unit="circle-1", occurred_on=date(2025, 3, 1), subject=SUBJECT)
    drafts = [await begun(world.parts, Caller(SUBJECT), draft) for _ in range(2)]
    things = {
        "draft": drafts[0],
        "other_draft": drafts[1],
        "agenda": await an_agenda(world, case["id"]),
        "other_agenda": await an_agenda(world, case["id"]),
        "case": case["id"],
        "case_id": case["id"],
        "step": case["open_steps"][0]["step"],
        "message": told[0]["id"],
        "commented": case["id"],
        "comment": numbers[1],
        "finding": raised.json()["id"],
        "person": SUBJECT,
        "person_id": SUBJECT,
        "unit": "circle-1",
        "unit_id": "circle-1",
        "process": "reading-circle",
        "version": "1",
        "look": await a_kept_look(
            world.parts, "circle-1", case=case["id"], person=SECRETARY, process="reading-circle"
        ),
        "pattern": await a_kept_pattern(world.parts, "circle-1", case=case["id"]),
        "material": material,
        "material_id": material,
        "secretary": SECRETARY,
    }
    return Furnished(world, things)


async def an_agenda(world: World, case: str) -> str:
    """Keep the agenda of a meeting in which one case was treated."""
    treated = Item(case=case, step="talk", subject=SUBJECT, recorded=True)
    day = date(2025, 3, 1)
    agenda = Agenda(process="reading-circle", unit="circle-1", body="members", on=day, items=(treated,))
    content = agenda.model_dump_json()
    made = await world.parts.database.write(
        lambda connection: add_draft(connection, SECRETARY, "agenda", content, world.clock())
    )
    return made.id


@dataclass(frozen=True)
class FurnishedSite:
    """The furnished world behind a port."""

    furnished: Furnished
    address: str

    async def open(self, browsing: Any, one: Page, *, language: str = "zh", **options: Any) -> Any:
        """Open a registered page in a browser of its own, in a language."""
        page = await browsing.page(**looking_in(language), **options)
        await self.visit(page, one, language=language)
        return page

    async def visit(self, page: Any, one: Page, *, language: str) -> None:
        """Go to a registered page as whoever opens it, in a language; nobody is signed in from before."""
        await page.context.clear_cookies()
        session = await self.furnished.session_of(one.by)
        cookies = session | {"accede-language": language}
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in cookies.items()]
        )
        if one.by is not None:
            reads = sa.update(people).where(people.c.id == one.by).values(language=language)
            await self.furnished.world.parts.database.write(lambda connection: connection.execute(reads))
        await page.goto(f"{self.address}{self.furnished.path_of(one)}")


def looking_in(language: str) -> dict[str, str]:
    """How a context is opened that looks at pages in a language."""
    # Colours that are on their way to others would be measured as they are at the moment.
    return {"locale": {"zh": "zh-CN", "en": "en-GB"}[language], "reduced_motion": "reduce"}


@contextlib.asynccontextmanager
async def opened(migrated_sqlite: Any, tmp_path_factory: Any) -> AsyncIterator[World]:
    """The small organisation on a SQLite of its own."""
    path = tmp_path_factory.mktemp("furnished") / "accede.db"
    shutil.copy(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    world = await a_world(database)
    yield world
    await world.client.aclose()
    database.close_now()


def everybody_reads_english(connection: Connection) -> None:
    connection.execute(sa.update(people).values(language="en"))


def everything_is_called_markup(connection: Connection) -> None:
    """Names that would be an element, leave an attribute, or end a script."""
    planted = "'\"></script><b id=planted onclick=alert(1)>{{ 7 * 7 }}"
    connection.execute(sa.update(people).values(name=planted))
    connection.execute(sa.update(units).values(name=planted))
