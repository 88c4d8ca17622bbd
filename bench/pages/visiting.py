"""Visitors of the pages of a seeded record: who looks, at which addresses, and what each look costs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Row

from bench.growth import seeding
from bench.pages.addresses import EVERY
from records import accounts
from records.tables import cases, posts, standings, tasks, unit_closure, units
from web.served import styles
from web.visits import STYLES

COOKIE = "accede"
_POSTS = {
    "branch": ("secretary", "branch"),
    "committee": ("secretary", "base-committee"),
    "department": ("officer", seeding.DEPARTMENT),
    "administrator": ("admin", seeding.DEPARTMENT),
}


@dataclass(frozen=True)
class Look:
    """One look at a page: who looks, at which of the pages there are, and where it is."""

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
    """Somebody who is signed in, or nobody known; and what there is to look at."""

    name: str
    secret: str
    things: Mapping[str, str] = field(default_factory=dict)
    person: str = ""

    @property
    def cookie(self) -> str:
        """What a browser sends that has the styles already."""
        kept = f"{STYLES}={styles().digest}"
        return f"{COOKIE}={self.secret}; {kept}" if self.secret else kept

    def looks(self) -> Iterator[Look]:
        """Yield every page that is promised to be quick for this visitor."""
        for one in EVERY:
            if self.name in one.by:
                yield Look(self.name, one.route, one.asked.format(**self.things))


def visitors(connection: Connection) -> list[Visitor]:
    """Sign somebody in for each breadth of view: a branch, a committee, a department, everything.

    Beside them come one who administers, one whom a case is about, and nobody known.
    """
    found = []
    for name, (role, kind) in _POSTS.items():
        query = (
            sa.select(posts.c.person_id, posts.c.unit_id)
            .join(units, units.c.id == posts.c.unit_id)
            .where(posts.c.role == role, units.c.kind == kind, posts.c.unit_id != seeding.ROOT)
        )
        row = connection.execute(query.order_by(posts.c.id).limit(1)).one()
        found.append(_signed_in(connection, name, row.person_id, row.unit_id))
    found.append(_signed_in(connection, "everything", seeding.OVERSEER, seeding.ROOT))
    whom = found[0].things["person"]
    found.append(_signed_in(connection, "subject", whom, found[0].things["unit"]))
    return [*found, Visitor("nobody", "")]


def _signed_in(connection: Connection, name: str, person: str, unit: str) -> Visitor:
    now = datetime.now(UTC)
    if accounts.account(connection, person) is None:
        accounts.add_account(connection, login=person, person=person, password_hash="none", now=now)  # noqa: S106 - nobody logs in by it
    secret = accounts.begin(connection, login=person, now=now)
    row = _a_case(connection, unit)
    stood = (
        sa.select(standings.c.person_id)
        .join(unit_closure, unit_closure.c.unit_id == standings.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit, standings.c.person_id != person)
    )
    things = {
        "case": row.id,
        "step": row.step,
        "stage": row.stage,
        "process": row.process,
        "person": row.subject_id,
        "unit": unit,
        "below": row.unit_id,
        "member": connection.execute(stood.limit(1)).scalar_one(),
        "day": (now - timedelta(days=200)).date().isoformat(),
    }
    return Visitor(name, secret, things, person)


def _a_case(connection: Connection, unit: str) -> Row[Any, Any, Any, Any, Any, Any]:
    """Return a case in a unit or below, in which a secretary is asked for something."""
    shown = (cases.c.id, cases.c.stage, cases.c.process, cases.c.subject_id, cases.c.unit_id, tasks.c.step)
    query = (
        sa.select(*shown)
        .select_from(tasks)
        .join(cases, cases.c.id == tasks.c.case_id)
        .join(unit_closure, unit_closure.c.unit_id == cases.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit, cases.c.status == "open", tasks.c.role == "secretary")
    )
    return connection.execute(query.order_by(tasks.c.case_id).limit(1)).one()


async def look(client: httpx.AsyncClient, visitor: Visitor, at: Look) -> Cost:
    """Look at a page once. Raises AssertionError where it is not shown."""
    headers = {"cookie": visitor.cookie, "accept": "text/html", "accept-encoding": "gzip"}
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
