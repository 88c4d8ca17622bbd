"""A small organisation behind the HTTP door, and people who knock: for the process of tests/builders.py."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from textwrap import dedent
from typing import Any

import httpx
import sqlalchemy as sa
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Table

from api.app import Door, create_app
from domain.auditing.rules import read_book
from domain.library import Library
from domain.reading import read_process
from domain.working_days import WorkingCalendar
from records import accounts, organisation, standings, units
from records.schema import metadata
from services.checkpointing import Notary
from services.documents import StoredDocuments
from services.kept_figures import KeptFigures
from services.log_keys import KeyPlace
from services.parts import Parts
from services.passwords import Passwords
from services.sealing import Sealer
from services.underway import Counts
from tests.builders import HOST, READING_CIRCLE, SECRETARY, SUBJECT

__all__ = [
    "ADMIN",
    "AUDITOR",
    "BALLOT",
    "CHILD",
    "HOST",
    "NOBODY",
    "NOON",
    "PARENT",
    "PASSWORD",
    "SECRETARY",
    "SIBLING",
    "SUBJECT",
    "OfLittle",
    "World",
    "a_circle",
    "a_notary",
    "a_world",
    "add_somebody",
    "give_token",
]

PARENT, CHILD, SIBLING, NOBODY = "person-parent", "person-child", "person-sibling", "person-nobody"
AUDITOR, ADMIN = "person-auditor", "person-admin"
ANONYMOUS = None
PASSWORD = "correct horse battery"
SINCE = date(2015, 1, 1)
NOON = datetime(2025, 3, 10, 4, 0, tzinfo=UTC)
"""The moment at which tests begin: noon of 10 March 2025 in Shanghai."""

UNITS = (
    ("committee-1", "committee", "委员会", None),
    ("circle-1", "circle", "第一读书会", "committee-1"),
    ("group-1", "group", "小组", "circle-1"),
    ("circle-2", "circle", "第二读书会", "committee-1"),
)
PEOPLE = {
    SUBJECT: ("张三", None),
    SECRETARY: ("李四", ("secretary", "circle-1")),
    HOST: ("王五", ("host", "circle-1")),
    PARENT: ("赵六", ("chair", "committee-1")),
    CHILD: ("钱七", ("secretary", "group-1")),
    SIBLING: ("孙八", ("secretary", "circle-2")),
    NOBODY: ("周九", None),
    AUDITOR: ("吴十", ("auditor", "committee-1")),
    ADMIN: ("郑一", ("admin", "committee-1")),
}

BALLOT = """\
process: ballot
version: "1"
title: {zh: 表决, en: Ballot}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds: {circle: {zh: 读书会, en: Circle}}
starts_in: circle
standings: {guest: {zh: 来宾, en: Guest}, member: {zh: 会员, en: Member}}
first_standing: guest
roles: {circle.voter: {title: {zh: 表决人, en: Voter}}}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  refused: {title: {zh: 未获通过, en: Refused}, kind: refused}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case: {withdraw: [subject]}
stages:
  - id: voting
    title: {zh: 表决, en: Voting}
    standing: member
    outcome: joined
    steps:
      - {id: apply, kind: record, title: {zh: 申请, en: Apply}, by: subject}
      - id: vote
        kind: decision
        title: {zh: 投票, en: Vote}
        by: circle.voter
        need: 50
        outcomes: {approve: next, refuse: {end: refused}}
"""


@cache
def a_library():
    return Library.of([a_circle(), read_process(BALLOT, "ballot.yaml")])


@cache
def a_book():
    """Audit rules for the processes of the tests: one about papers, one about who acts."""
    letter = """
    letter: A
    title: {zh: 读书会, en: Reading circle}
    rules:
      - id: A01
        level: late
        set: general
        basis: gen
        says: {zh: 申请附有扫描件。, en: The application has its scan.}
        asks: {kind: handed, materials: [scan], by: apply}
      - id: A02
        level: block
        set: general
        basis: gen
        says: {zh: 办理的人当日担任相应职务。, en: Whoever acted held the part for it that day.}
        asks: {kind: broken, sorts: [by]}
    """
    return {
        process: read_book(f"process: {process}", [("a.yaml", dedent(letter))])
        for process in ("joining", "reading-circle")
    }


@cache
def a_circle():
    """The process of the builders, in which cases can also move, and an application has a scan."""
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces="")
    moving = text.replace("  appeal: [subject]", "  appeal: [subject]\n  transfer: [circle.secretary]")
    catalogue = moving.replace(
        "whole_case:", "materials: {scan: {title: {zh: 扫描件, en: Scan}}}\nwhole_case:"
    )
    applying = "        by: subject\n"
    asking = catalogue.replace(applying, f"{applying}        materials: [{{id: scan, required: false}}]\n", 1)
    return read_process(asking, "reading-circle.yaml")


class Clock:
    """A clock that tests turn."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn_to(self, day: date) -> None:
        self.now = datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)

    def pass_by(self, time: timedelta) -> None:
        self.now += time


class Heard:
    """A driver that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[int, ...]]] = []

    def soon(self, case_id, events, *, is_to_carry=True):
        self.told.append((case_id, tuple(event.seq for event in events)))


class Looking:
    """Has nobody look for patterns, and says that somebody began."""

    async def begin(self) -> bool:
        return True


class OfLittle(KeptFigures):
    """Keeps figures of however little."""

    def counted(self, *given: Any, many: int = 0, **more: Any) -> Any:
        return super().counted(*given, **more | {"many": 0})


@dataclass
class World:
    """The application, its parts, and a token for everybody."""

    parts: Parts
    clock: Clock
    driver: Heard
    client: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    def by(self, person: str | None, **more: str) -> dict[str, str]:
        """The headers of somebody's request; keywords become headers."""
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        return headers if person is None else {"authorization": f"Bearer {self.tokens[person]}"} | headers

    async def start(self, subject: str = SUBJECT, by: str | None = None, **body: object) -> Any:
        asked = {"process": "reading-circle", "subject": subject, "unit": "circle-1"} | body
        answer = await self.client.post("/v1/cases", json=asked, headers=self.by(by or subject))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def act(self, case: Any, step: str, by: str, **body: object) -> httpx.Response:
        return await self.client.post(
            f"/v1/cases/{case['id']}/steps/{step}",
            json=body,
            headers=self.by(by, if_match=f'"{case["head"]}"'),
        )

    async def get(self, path: str, by: str | None, **more: str) -> httpx.Response:
        return await self.client.get(path, headers=self.by(by, **more))

    async def post(self, path: str, by: str | None, body: object = None, **more: str) -> httpx.Response:
        return await self.client.post(path, json=body or {}, headers=self.by(by, **more))


def a_notary(database, clock, outside=()) -> Notary:
    """Makes checkpoints, with a key sealed by a key that everybody knows."""
    place = KeyPlace("accede.test/log", lambda: Sealer(base64.b64encode(bytes(32)).decode()))
    return Notary(database, place, clock=clock, outside=outside)


@cache
def _cheap_hashing() -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


def cheap_passwords() -> Passwords:
    return Passwords(_cheap_hashing())


def populate(connection) -> None:
    """Write the units, people and posts."""
    for unit, kind, name, parent in UNITS:
        units.add_unit(connection, id=unit, kind=kind, name=name, parent=parent)
    for person, (name, post) in PEOPLE.items():
        add_somebody(connection, person, name, post)
    for person in (SECRETARY, HOST):
        standings.set_standing(connection, person, "member", "circle-1", SINCE, source="import")


def add_somebody(connection, person, name, post=None):
    email = f"{person}@example.org"
    organisation.add_person(connection, id=person, name=name, email=email, born_on=date(1990, 1, 1))
    if post is not None:
        role, unit = post
        organisation.add_post(
            connection, id=f"post-{person}", person_id=person, role=role, unit_id=unit, from_on=SINCE
        )


def give_token(connection, person, now=NOON, password_hash="none"):
    accounts.add_account(connection, login=person, person=person, password_hash=password_hash, now=now)
    return accounts.begin(connection, login=person, now=now, kind="token", lasts=None)


_WRITTEN: dict[Table, list[Any]] = {}
"""What `populate` wrote into the first database, by table, those first that others refer to."""
_TOKENS: dict[str, str] = {}


def everybody(connection) -> dict[str, str]:
    """Write the organisation, and return a token for each person; it is worked out the first time only."""
    if not _WRITTEN:
        populate(connection)
        password = _cheap_hashing().hash(PASSWORD)
        tokens = {person: give_token(connection, person, password_hash=password) for person in PEOPLE}
        for table in metadata.sorted_tables:
            if rows := [dict(row) for row in connection.execute(sa.select(table)).mappings()]:
                _WRITTEN[table] = rows
        _TOKENS.update(tokens)
        return tokens
    for table, rows in _WRITTEN.items():
        connection.execute(sa.insert(table), rows)
    return dict(_TOKENS)


async def a_world(database, door: Door | None = None, *, furnished: bool = True) -> World:
    """Return a world over an empty database, with everybody or nobody in it. Close its client when done."""
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
        looker=Looking(),
        books=a_book(),
        counts=Counts(patience=60),
    )
    tokens = await database.write(everybody) if furnished else {}
    app = create_app(parts, door)
    # A client that waits for all of an answer would wait for minutes.
    app.state.streams_last_s = 0
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    client = httpx.AsyncClient(transport=transport, base_url="http://accede.test")
    return World(parts, clock, driver, client, tokens)
