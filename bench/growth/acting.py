"""Acts: what one costs in one place and in another, taken in turns."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

import sqlalchemy as sa
from sqlalchemy import Connection

from bench.growth.opening import opened
from domain.acts import EntryRecord
from records.materials import add_material
from records.tables import cases, posts, tasks
from services import acts
from services.parts import Caller, Parts
from services.requests import ActRequest

_STEP = "cultivation"
_REGISTER = "activist-register"
_SHA256 = hashlib.sha256(b"half a year").hexdigest()


@dataclass(frozen=True)
class Place:
    """A case somebody may act on."""

    case: str
    actor: str


@dataclass(frozen=True)
class Costs:
    """Milliseconds of each act: by the clock, and of this process's CPU."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    def times(self, other: Costs) -> float:
        """Return how many times the other's cost this is: by the clock or in CPU, whichever is more."""
        return max(median(self.wall) / median(other.wall), median(self.cpu) / median(other.cpu))


def places(connection: Connection, limit: int) -> list[Place]:
    """Return cases in the year of cultivation, each with the secretary of its branch."""
    query = (
        sa.select(tasks.c.case_id, posts.c.person_id)
        .join(posts, sa.and_(posts.c.unit_id == tasks.c.unit_id, posts.c.role == tasks.c.role))
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(tasks.c.step == _STEP, tasks.c.role == "secretary", cases.c.status == "open")
        .order_by(tasks.c.case_id)
        .limit(limit)
    )
    return [Place(row.case_id, row.person_id) for row in connection.execute(query)]


async def act(parts: Parts, place: Place) -> tuple[float, float]:
    """Add an assessment to a case and return what it cost: milliseconds by the clock, and of CPU."""
    document = await parts.write(lambda connection: _document(connection, place.actor))
    asked = ActRequest(
        kind="step",
        step=_STEP,
        entry=EntryRecord(kind="assessment"),
        materials={_REGISTER: (document,)},
        reason="补登半年考察情况。",
    )
    began, used = time.perf_counter(), time.process_time()
    await acts.perform(parts, Caller(place.actor), place.case, asked, head=None)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)


def _document(connection: Connection, actor: str) -> str:
    """Return the id of a document of the actor, as if it had been handed in a moment ago."""
    return add_material(
        connection,
        sha256=_SHA256,
        media_type="text/plain",
        size=11,
        name="register.txt",
        created_by=actor,
        now=datetime.now(UTC),
    ).id


async def in_turns(
    one: tuple[Parts, Sequence[Place]], other: tuple[Parts, Sequence[Place]], rounds: int
) -> tuple[Costs, Costs]:
    """Act here, there, here, there, and return both costs; the first tenth does not count."""
    taken: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for number in range(rounds):
        for (parts, where), costs in zip((one, other), taken, strict=True):
            costs.append(await act(parts, where[number % len(where)]))
    first, second = (_costs(costs[rounds // 10 :]) for costs in taken)
    return first, second


async def grow(parts: Parts, place: Place, events: int) -> None:
    """Act on a case until it has that many events."""
    while True:
        done = await parts.read(
            lambda c: c.execute(sa.select(cases.c.seq).where(cases.c.id == place.case)).scalar_one()
        )
        if done >= events:
            return
        for _ in range(max(1, (events - done) // 2)):
            await act(parts, place)


async def in_fresh_processes(address: str, one: Place, other: Place, rounds: int) -> tuple[Costs, Costs]:
    """Do the same with a process of its own for every act, of which only the act is measured."""
    taken: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for _ in range(rounds):
        for place, costs in zip((one, other), taken, strict=True):
            program = (sys.executable, "-m", "bench.growth.acting", address, place.case, place.actor)
            process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
            said, _ = await process.communicate()
            wall, cpu = said.decode().split()
            costs.append((float(wall), float(cpu)))
    return _costs(taken[0]), _costs(taken[1])


def _costs(taken: Sequence[tuple[float, float]]) -> Costs:
    return Costs(tuple(wall for wall, _ in taken), tuple(cpu for _, cpu in taken))


async def _once(address: str, place: Place) -> None:
    with opened(address) as parts:
        wall, cpu = await act(parts, place)
    print(wall, cpu)


if __name__ == "__main__":
    asyncio.run(_once(sys.argv[1], Place(sys.argv[2], sys.argv[3])))
