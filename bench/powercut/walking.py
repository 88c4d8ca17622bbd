"""People who take cases through their steps over HTTP, and never forget what was acknowledged to them."""

from __future__ import annotations

import hashlib
import http.client
import importlib.util
import json
import random
import threading
import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

PATIENCE: Final = 20
"""Seconds a request may take; longer than any pause of the service."""


def _tour() -> ModuleType:
    """Return the script of the tour, whose case is walked here many times over."""
    place = Path(__file__).parents[2] / "docs" / "tour.py"
    spec = importlib.util.spec_from_file_location("accede_tour", place)
    if spec is None or spec.loader is None:
        raise ImportError("docs/tour.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOUR = _tour()


@dataclass(frozen=True)
class Ask:
    """A request, sent until it is answered, always under the same key."""

    login: str
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What was acknowledged."""

    status: int
    body: Any
    etag: str


Walk = Generator[Ask, Answer, None]


class Refused(Exception):
    """The service says no, where an honest record would have said yes."""


@dataclass
class Ledger:
    """What was acknowledged, by everybody, in memory that the power cut does not reach."""

    heads: list[tuple[str, int, str]] = field(default_factory=list)
    """Case, seq and hash of events."""
    documents: dict[str, str] = field(default_factory=dict)
    """Id and SHA-256 of documents."""
    acts: int = 0
    refusals: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Power:
    """Whether there is any, and where the service answers; callers wait while there is none."""

    address: str = ""
    on: threading.Event = field(default_factory=threading.Event)
    ended: bool = False


class Caller(threading.Thread):
    """Somebody with a walk of their own."""

    def __init__(self, power: Power, ledger: Ledger, number: int, seed: int) -> None:
        super().__init__(daemon=True, name=f"caller-{number}")
        self._power, self._ledger = power, ledger
        self._chance = random.Random(seed * 1000 + number)
        self._cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Walk case after case until the end."""
        while not self._power.ended:
            # Some cases stay open, as most do.
            walk = self.one_case(self._chance.randint(3, len(TOUR.CASE)))
            try:
                asked = next(walk)
                while (answer := self._until_answered(asked)) is not None:
                    asked = walk.send(answer)
            except (StopIteration, Refused):
                # The next case; what was refused is noted, and what was acknowledged counts all the same.
                continue
        self._hang_up()

    def one_case(self, steps: int) -> Walk:
        """Start the case of the tour and take it through its first steps."""
        branch = _named((yield Ask("secretary", "GET", "/v1/units")), TOUR.BRANCH)
        known = yield Ask("secretary", "GET", "/v1/people?q=luoqianfan")
        other = yield Ask("secretary", "GET", "/v1/people?q=dongqingyue")
        members = [known.body["items"][0]["id"], other.body["items"][0]["id"]]
        person = {"name": "周小满", "born_on": "1999-04-18", "unit": branch}
        subject = (yield _post("admin", "/v1/people", person)).body["id"]
        letter = yield from self._hand_in("secretary", "application-letter")
        start = {
            "process": "membership-development",
            "subject": subject,
            "unit": branch,
            "occurred_on": "2023-06-01",
            "reason": TOUR.WHY_LATE,
            "materials": {"application-letter": [letter]},
        }
        case = (yield _post("secretary", "/v1/cases", start)).body
        self._note(case["id"], case["seq"], case["head"])
        for day, step, login, more, documents in TOUR.CASE[:steps]:
            body: dict[str, Any] = {"occurred_on": day, "reason": TOUR.WHY_LATE, **more, "materials": {}}
            for kind in documents.split():
                body["materials"][kind] = [(yield from self._hand_in(login, kind))]
            if "people" in more:
                body["people"] = members
            if more.get("meeting", {}).get("written"):
                asked = f"/v1/cases/{case['id']}/steps/{step}/roster?on={day}"
                roster = (yield Ask(login, "GET", asked)).body["entitled"]
                body["meeting"] = TOUR.with_who_wrote(more["meeting"], [one["id"] for one in roster])
            done = yield from self._act(login, case["id"], step, body)
            self._note(case["id"], done["case"]["seq"], done["case"]["head"])

    def _act(self, login: str, case: str, step: str, body: object) -> Generator[Ask, Answer, Any]:
        """Act on the case as it is; look again where something happened by itself meanwhile."""
        key = uuid.uuid4().hex
        while True:
            seen = yield Ask(login, "GET", f"/v1/cases/{case}")
            sent = {"If-Match": seen.etag, "Idempotency-Key": key}
            done = yield _post(login, f"/v1/cases/{case}/steps/{step}", body, **sent)
            if done.status != http.HTTPStatus.PRECONDITION_FAILED:
                return done.body

    def _hand_in(self, login: str, kind: str) -> Generator[Ask, Answer, str]:
        content = f"{kind} {self._chance.random()}".encode()
        border = uuid.uuid4().hex
        named = f'Content-Disposition: form-data; name="file"; filename="{kind}.txt"'
        head = f"--{border}\r\n{named}\r\nContent-Type: text/plain\r\n\r\n".encode()
        body = head + content + f"\r\n--{border}--\r\n".encode()
        sent = {
            "Content-Type": f"multipart/form-data; boundary={border}",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        made = (yield Ask(login, "POST", "/v1/materials", body, sent)).body
        with self._ledger.lock:
            self._ledger.documents[made["id"]] = hashlib.sha256(content).hexdigest()
        return str(made["id"])

    def _note(self, case: str, seq: int, head: str) -> None:
        with self._ledger.lock:
            self._ledger.heads.append((case, seq, head))
            self._ledger.acts += 1

    def _until_answered(self, asked: Ask) -> Answer | None:
        while not self._power.ended:
            if not self._power.on.wait(0.2):
                continue
            try:
                return self._send(asked)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                time.sleep(0.05)
        return None

    def _send(self, asked: Ask) -> Answer:
        """Send once. Raises OSError where nobody answers, or the service says that it cannot now."""
        if asked.login not in self._cookies:
            said = {"login": asked.login, "password": f"{asked.login}-demo"}
            log_in = _post(asked.login, "/v1/session", said)
            _, self._cookies[asked.login] = self._exchange(log_in, "")
        return self._exchange(asked, self._cookies[asked.login])[0]

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, asked: Ask, cookie: str) -> tuple[Answer, str]:
        if self._connection is None:
            place = urlsplit(self._power.address)
            self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        sent = {
            "Accept-Language": "en",
            "Content-Type": "application/json",
            "Cookie": cookie,
            **asked.headers,
        }
        self._connection.request(asked.method, asked.path, asked.body or None, sent)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ConnectionError(f"{answer.status}")
        moved_on = answer.status == http.HTTPStatus.PRECONDITION_FAILED
        if answer.status >= http.HTTPStatus.BAD_REQUEST and not moved_on:
            self._cookies.pop(asked.login, None)
            with self._ledger.lock:
                self._ledger.refusals.append(f"{asked.method} {asked.path}: {answer.status} {content!r}")
            raise Refused
        cookies = (answer.headers["set-cookie"] or "").split(";")[0]
        return Answer(answer.status, json.loads(content or b"null"), answer.headers["etag"] or ""), cookies


def _post(login: str, path: str, body: object, **headers: str) -> Ask:
    sent = {"Idempotency-Key": uuid.uuid4().hex, **headers}
    return Ask(login, "POST", path, json.dumps(body).encode(), sent)


def _named(answer: Answer, name: str) -> str:
    return next(str(item["id"]) for item in answer.body["items"] if item["name"] == name)
