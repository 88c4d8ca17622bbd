"""Visitors of the pages of a seeded record: who looks, at which addresses, and what each look costs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from bench.growth import seeding
from records import accounts
from records.tables import cases, posts, tasks, unit_closure, units
from services.parts import Parts

COOKIE = "accede"


@dataclass(frozen=True)
class Look:
    """One look at a page: who looks, and where."""

    viewer: str
    page: str
    address: str


@dataclass(frozen=True)
class Cost:
    """Milliseconds by the clock and of CPU, statements, and bytes on the wire."""

    wall: float
    cpu: float
    statements: int
    size: int


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in, and what there is to look at."""

    name: str
    secret: str
    case: str
    step: str
    unit: str

    def looks(self) -> Iterator[Look]:
        """Yield every page that is promised."""
        plain = (
            "/inbox",
            "/cases",
            "/board",
            "/calendar",
            "/people",
            "/units",
            "/search?q=wang",
            "/processes",
        )
        reports = ("", "/funnel", "/stages", "/deadlines", "/workload", "/admissions")
        for address in (*plain, *(f"/reports{name}" for name in reports)):
            yield Look(self.name, address.partition("?")[0], address)
        yield Look(self.name, "/cases/{case_id}", f"/cases/{self.case}")
        yield Look(self.name, "/cases/{case_id}/steps/{step_id}", f"/cases/{self.case}/steps/{self.step}")
        yield Look(self.name, "/units/{unit_id}", f"/units/{self.unit}")


def visitors(connection: Connection) -> list[Visitor]:
    """Sign somebody in for each breadth of view: a branch, a committee, everything."""
    found = []
    for name, kind in (("branch", "branch"), ("committee", "base-committee")):
        query = (
            sa.select(posts.c.person_id, posts.c.unit_id)
            .join(units, units.c.id == posts.c.unit_id)
            .where(posts.c.role == "secretary", units.c.kind == kind)
        )
        row = connection.execute(query.order_by(posts.c.id).limit(1)).one()
        found.append((name, row.person_id, row.unit_id))
    found.append(("everything", seeding.OVERSEER, seeding.ROOT))
    return [_signed_in(connection, *one) for one in found]


def _signed_in(connection: Connection, name: str, person: str, unit: str) -> Visitor:
    now = datetime.now(UTC)
    if accounts.account(connection, person) is None:
        accounts.add_account(connection, login=person, person=person, password_hash="none", now=now)  # noqa: S106 - nobody logs in by it
    secret = accounts.begin(connection, login=person, now=now)
    query = (
        sa.select(tasks.c.case_id, tasks.c.step)
        .join(cases, cases.c.id == tasks.c.case_id)
        .join(unit_closure, unit_closure.c.unit_id == cases.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit, cases.c.status == "open", tasks.c.role == "secretary")
    )
    row = connection.execute(query.order_by(tasks.c.case_id).limit(1)).one()
    return Visitor(name, secret, row.case_id, row.step, unit)


async def look(client: httpx.AsyncClient, parts: Parts, visitor: Visitor, at: Look, *, again: bool) -> Cost:
    """Look at a page once. Raises AssertionError where it is not shown; `again`: what was counted is kept."""
    if not again:
        parts.figures.forget()
    headers = {"cookie": f"{COOKIE}={visitor.secret}", "accept-encoding": "gzip"}
    with counted() as heard:
        began, used = time.perf_counter(), time.process_time()
        async with client.stream("GET", at.address, headers=headers) as answer:
            size = sum([len(piece) async for piece in answer.aiter_raw()])
        lasted = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)
    if answer.status_code != 200:
        message = f"{at.viewer} is not shown {at.address}: {answer.status_code}"
        raise AssertionError(message)
    return Cost(*lasted, statements=heard[0], size=size)


@contextmanager
def counted() -> Iterator[Sequence[int]]:
    """Count the statements of any engine for the length of a block."""
    heard = [0]

    def note(*_given: object) -> None:
        heard[0] += 1

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)
