"""A branch office with many applicants behind the HTTP application, in this process and without a network."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import Connection

from api.app import create_app
from domain.library import Library
from records import accounts, migrating, organisation
from records.database import Database
from records.definitions import read_library
from services import acts, demo, materials
from services.calendars import working_calendar
from services.demo_organisation import PEOPLE, demo_id
from services.documents import StoredDocuments
from services.parts import Caller, Parts
from services.person_keys import keys_of
from services.requests import StartRequest

SECRETARY: Final = "林书远"
ORGANISER: Final = "叶明澈"
MEMBERS: Final = ("罗千帆", "董清越")
UNIT: Final = demo_id("unit", "office")
_PROCESS: Final = "membership-development"
_REASON: Final = "材料后补。"
_KEY: Final = base64.b64encode(secrets.token_bytes(32)).decode()

Act = Callable[[], Awaitable[None]]

_STEPS: Final[tuple[tuple[str, str, Mapping[str, object], str], ...]] = (
    (
        "first-talk",
        SECRETARY,
        {"outcome": "done"},
        "talk-record personal-matters-report circumstances-register",
    ),
    ("recommend", SECRETARY, {"outcome": "done"}, "recommendation-form"),
    (
        "activist-decision",
        SECRETARY,
        {"outcome": "listed", "meeting": {"eligible": 4, "present": 4, "yes": 4}},
        "activist-minutes",
    ),
    ("activist-filing", ORGANISER, {"outcome": "done"}, "activist-filing-form activist-filing-report"),
    ("contacts", SECRETARY, {"outcome": "done", "people": [demo_id("person", name) for name in MEMBERS]}, ""),
)
"""What is done in each case, by whom, with which documents: five acts, the first after the application."""


@dataclass
class Office:
    """The application, and tokens for those who act."""

    parts: Parts
    app: FastAPI
    tokens: Mapping[str, str]
    documents: Mapping[tuple[str, str], str]
    """Of each kind one, by who handed it in: all cases name the same."""

    async def jobs(self, acts_: int) -> list[list[Act]]:
        """Start as many cases as it takes, and return the acts to be done in each, in order."""
        return [await self._job() for _ in range(-(-acts_ // len(_STEPS)))]

    async def post(self, path: str, by: str, body: Mapping[str, object], head: str) -> dict[str, Any]:
        """Send one request to the application and return its answer. Raises RuntimeError for a refusal."""
        content = json.dumps(body).encode()
        headers = {
            "authorization": f"Bearer {self.tokens[by]}",
            "content-type": "application/json",
            "content-length": str(len(content)),
            "if-match": f'"{head}"',
            "idempotency-key": uuid4().hex,
        }
        status, answer = await _called(self.app, path, headers, content)
        if status >= 300:
            raise RuntimeError(f"{path}: {status} {answer.decode()}")
        found: dict[str, Any] = json.loads(answer)
        return found

    async def _job(self) -> list[Act]:
        subject = uuid4().hex
        await self.parts.write(lambda connection: _add_applicant(connection, subject))
        letter = await _hand_in(self.parts, subject, f"letter of {subject}")
        asked = StartRequest(
            process=_PROCESS, subject=subject, unit=UNIT, materials={"application-letter": (letter,)}
        )
        case = await acts.start(self.parts, Caller(subject), asked)
        heads = [case.head]

        def act(step: str, by: str, more: Mapping[str, object], kinds: str) -> Act:
            handed = {kind: [self.documents[by, kind]] for kind in kinds.split()}
            body = {"reason": _REASON, "materials": handed} | dict(more)

            async def run() -> None:
                path = f"/v1/cases/{case.id}/steps/{step}"
                answer = await self.post(path, by, body, heads[-1])
                heads.append(answer["case"]["head"])

            return run

        return [act(*each) for each in _STEPS]


@asynccontextmanager
async def opened_office(
    address: str, opened: Callable[[str], Database] = Database.open
) -> AsyncIterator[Office]:
    """Open the office on a database, which is filled where it is empty. What is personal is sealed."""
    migrating.upgrade(address)
    database = opened(address)
    parts = Parts(
        database=database,
        library=_library(),
        documents=StoredDocuments.at("memory:///"),
        calendars=working_calendar,
        clock=lambda: datetime.now(UTC),
        keys=keys_of({"keys": _KEY, "file": None}),
    )
    try:
        await parts.write(_people)
        tokens = await parts.write(_tokens)
        documents = {
            (by, kind): await _hand_in(parts, demo_id("person", by), kind)
            for _, by, _, kinds in _STEPS
            for kind in kinds.split()
        }
        yield Office(parts, create_app(parts), tokens, documents)
    finally:
        await database.close()


def _people(connection: Connection) -> None:
    """Write the people of the demonstration, unless they are there."""
    if not organisation.names_of(connection, [demo_id("person", SECRETARY)]):
        demo.fill_organisation(connection)


def _library() -> Library:
    return read_library(Path(__file__).parents[2] / "processes")


def _tokens(connection: Connection) -> dict[str, str]:
    now = datetime.now(UTC)
    made = {}
    for person in PEOPLE:
        if person.name in {SECRETARY, ORGANISER}:
            if accounts.account(connection, person.id) is None:
                accounts.add_account(
                    connection,
                    login=person.id,
                    person=person.id,
                    password_hash="",
                    now=now,
                )
            made[person.name] = accounts.begin(connection, login=person.id, now=now, kind="token", lasts=None)
    return made


def _add_applicant(connection: Connection, person: str) -> None:
    organisation.add_person(connection, id=person, name="申请人", born_on=date(1999, 5, 4))


async def _hand_in(parts: Parts, person: str, text: str) -> str:
    """Hand in a document, which lies sealed, and return its id."""
    made = await materials.hand_in(parts, Caller(person), "document.txt", BytesIO(text.encode()))
    return made.id


async def _called(app: FastAPI, path: str, headers: Mapping[str, str], content: bytes) -> tuple[int, bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (name.encode(), value.encode()) for name, value in {"host": "accede.test", **headers}.items()
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("accede.test", 80),
    }
    status, answer = 0, bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        answer.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status, bytes(answer)
