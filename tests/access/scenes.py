"""What the table's questions are about: cases, documents, posts, messages; made anew once one is used up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, cycle
from typing import Any, TypeVar

import httpx
from sqlalchemy import Connection

from api.app import create_app
from domain.patterns.catalogue import PATTERNS
from domain.working_days import WorkingCalendar
from records import accounts, notifications, organisation
from records.database import Database
from services.documents import StoredDocuments
from services.parts import Parts
from tests.access.places import APPLICANT, FAR, FARMER, KEEPER, OWN, TOMORROW, a_library, person_of, populate
from tests.access.table import Caller, Table
from tests.api.world import (
    NOON,
    SINCE,
    Clock,
    Heard,
    Looking,
    World,
    a_book,
    a_notary,
    add_somebody,
    cheap_passwords,
)
from tests.looks import a_kept_look, a_kept_pattern

T = TypeVar("T")
_numbers = count(1)
_patterns = cycle(PATTERNS)
SUBJECT, INTRODUCER, STRANGER = "person-subject", "person-introducer", "person-stranger"


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the requests of one test to their end."""
    return asyncio.run(work)


@dataclass
class Scene(World):
    """The world of the table. `case` is open, in the first circle, and has an introducer."""

    made: dict[str, Any] = field(default_factory=dict)

    def headers_of(self, caller: Caller) -> dict[str, str]:
        """What a caller's requests carry."""
        return {} if caller.who == "anonymous" else self.by(person_of(caller))

    async def made_of(self, kind: str) -> Any:
        """Return something of a kind of MAKERS, made where there is none that can still be used."""
        if kind not in self.made:
            self.made[kind] = await MAKERS[kind](self)
        return self.made[kind]

    def used_up(self, *names: str) -> None:
        """Have these made anew when they are next asked for."""
        for name in names:
            self.made.pop(name, None)

    async def done(self, answer: httpx.Response) -> Any:
        """Return what was answered to a request that prepares something."""
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def act_on(self, case: Any, path: str, by: str, **body: object) -> Any:
        """Act on a case, and return it as it is then."""
        address = f"/v1/cases/{case['id']}/{path}"
        done = await self.done(await self.post(address, by, body, if_match=f'"{case["head"]}"'))
        return done["case"]

    async def a_case(self, subject: str = SUBJECT, *, document: str = "document") -> Any:
        """A case with an introducer and a document."""
        materials = {"scan": [(await self.made_of(document))["id"]]} if subject == SUBJECT else {}
        fields = {"letter": "请批准"}
        case = await self.start(subject, process="joining", unit=OWN, fields=fields, materials=materials)
        return await self.act_on(case, "steps/introducers", KEEPER, people=[INTRODUCER])

    async def a_far_case(self) -> Any:
        return await self.start(FARMER, process="joining", unit=FAR, fields={"letter": "请批准"})

    async def a_finding(self) -> Any:
        """Something an auditor noticed in a case."""
        case = await self.made_of("case")
        asked = {"detail": "the letter bears no date", "seq": 4}
        return await self.done(
            await self.post(f"/v1/cases/{case['id']}/findings", "person-auditor-own", asked)
        )

    async def an_accepted_finding(self) -> Any:
        """One that was accepted."""
        finding = await self.a_finding()
        accepting = f"/v1/findings/{finding['id']}/accept"
        return await self.done(await self.post(accepting, "person-secretary-parent", {"reason": "so it is"}))

    async def a_look(self) -> Any:
        """A look for patterns that found something in the unit of the case."""
        return {"id": await a_kept_look(self.parts, OWN, ago=timedelta(days=1))}

    async def a_pattern(self) -> Any:
        """The same as a finding; each time another one."""
        return {"id": await a_kept_pattern(self.parts, OWN, pattern=next(_patterns))}

    async def a_suspended_case(self) -> Any:
        return await self.act_on(await self.a_case(), "suspend", KEEPER, reason="病假")

    async def a_leaving_case(self) -> Any:
        """A case whose document is in no case that stays."""
        return await self.a_case(document="document that goes")

    async def a_moving_case(self) -> Any:
        """A case that waits for the unit beside."""
        return await self.act_on(
            await self.a_leaving_case(), "transfer", KEEPER, to_unit="circle-2", reason="调动"
        )

    async def a_doubted_case(self) -> Any:
        change = {"seq": 4, "path": "fields.letter", "value": "请予批准"}
        return await self.act_on(await self.a_case(), "correct", KEEPER, reason="笔误", change=change)

    async def a_past_case(self) -> Any:
        """A case that began some days ago."""
        self.clock.pass_by(-timedelta(days=3))
        try:
            return await self.a_case()
        finally:
            self.clock.pass_by(timedelta(days=3))

    async def a_commented_case(self) -> Any:
        """A case on which the secretary of its unit has just commented."""
        address = f"/v1/cases/{(await self.a_case())['id']}/comments"
        said = await self.done(await self.post(address, "person-secretary-own", {"text": "缺第二页"}))
        return said["case"]

    async def a_refused_case(self) -> Any:
        case = await self.a_case()
        return await self.act_on(case, "steps/review", "person-reviewer-own", outcome="refuse", reason="不符")

    async def a_document(self) -> Any:
        return await self.handed_in(SUBJECT, "a scan")

    async def a_document_that_goes(self) -> Any:
        return await self.handed_in(SUBJECT, "another scan")

    async def a_loose_document(self) -> Any:
        return await self.handed_in(KEEPER, "nobody else's")

    async def handed_in(self, by: str, text: str) -> Any:
        files = {"file": ("scan.txt", text.encode())}
        return await self.done(await self.client.post("/v1/materials", files=files, headers=self.by(by)))

    async def a_newcomer(self) -> str:
        person = f"person-new-{next(_numbers)}"
        await self.parts.database.write(lambda connection: add_somebody(connection, person, "新人"))
        return person

    async def an_applicant(self) -> str:
        """Somebody who has a case that stays in its unit, with the introducer of the others.

        All his sessions may have been ended meanwhile: he comes with a new one.
        """
        self.tokens[APPLICANT] = await self.parts.database.write(
            lambda connection: accounts.begin(connection, login=APPLICANT, now=NOON, kind="token", lasts=None)
        )
        await self.a_case(APPLICANT)
        return APPLICANT

    async def a_post(self) -> str:
        person = await self.a_newcomer()

        def give(connection: Connection) -> str:
            given = organisation.add_post(
                connection, person_id=person, role="scribe", unit_id=OWN, from_on=SINCE
            )
            return given.id

        return await self.parts.database.write(give)

    async def a_delegation(self) -> str:
        """A delegation to the stranger that has not begun: nobody gains a right by it."""
        asked = {"post": f"post-{KEEPER}", "substitute": STRANGER, "from": TOMORROW.isoformat()}
        answer = await self.post("/v1/delegations", KEEPER, asked)
        lent: str = (await self.done(answer))["id"]
        return lent

    async def a_message(self) -> str:
        await self.made_of("case")

        def find(connection: Connection) -> str:
            return notifications.list_notices(connection, "person-secretary-own").items[0].owed.id

        return await self.parts.database.read(find)


MAKERS: Mapping[str, Callable[[Scene], Coroutine[Any, Any, Any]]] = {
    "case": Scene.a_case,
    "past case": Scene.a_past_case,
    "far case": Scene.a_far_case,
    "suspended case": Scene.a_suspended_case,
    "leaving case": Scene.a_leaving_case,
    "moving case": Scene.a_moving_case,
    "doubted case": Scene.a_doubted_case,
    "commented case": Scene.a_commented_case,
    "refused case": Scene.a_refused_case,
    "finding": Scene.a_finding,
    "accepted finding": Scene.an_accepted_finding,
    "document": Scene.a_document,
    "document that goes": Scene.a_document_that_goes,
    "look": Scene.a_look,
    "pattern": Scene.a_pattern,
    "loose document": Scene.a_loose_document,
    "newcomer": Scene.a_newcomer,
    "applicant": Scene.an_applicant,
    "post": Scene.a_post,
    "delegation": Scene.a_delegation,
    "message": Scene.a_message,
}


def seeded(database: Database, table: Table) -> Scene:
    """The world of the table over an empty database."""
    clock, driver = Clock(), Heard()
    parts = Parts(
        database=database,
        library=a_library(),
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda name, day: WorkingCalendar(version="none"),
        clock=clock,
        driver=driver,
        passwords=cheap_passwords(),
        notary=a_notary(database, clock),
        books=a_book(),
        looker=Looking(),
    )
    tokens = database.write_now(lambda connection: populate(connection, table))
    app = create_app(parts)
    app.state.streams_last_s = 0
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    # What nobody unpacks need not be packed, thousands of times.
    plain = {"accept-encoding": "identity"}
    client = httpx.AsyncClient(transport=transport, base_url="http://accede.test", headers=plain)
    return Scene(parts, clock, driver, client, tokens)
