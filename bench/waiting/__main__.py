"""`python -m bench.waiting`: thousands of open cases that wait, and many that are due within one second."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from bench.ending import ended
from bench.promises import Promise, report
from bench.waiting.crowd import LOGIN, PASSWORD, Crowd, found, gather, lateness, published_in, untold
from bench.waiting.installation import Installation
from bench.waiting.midnight import midnight_at
from bench.waiting.resting import rest, settled, unrest, until
from commands.preparing import prepare_record
from records.backlog import read_backlog
from records.database import Database
from settings import Settings

WORKER_KIB, SERVER_KIB = 100, 150
"""Resident memory one open case may cost all workers, and the server, ..."""
WORKERS_GROW, SERVER_GROWS = 64 * 1024, 256 * 1024
"""... beyond the KiB by which they grow once they work at all, however few cases there are."""
AT_REST: Final = 2.0
"""Percent of one core that everything may use while nobody acts."""
DRAINED_IN: Final = 20.0
"""Seconds after their moment in which everything due has to be recorded."""
ALL_TOLD_IN: Final = 60.0
"""Seconds after the same moment in which each workflow has to be told, and each message delivered."""
_SAYS_EVERY: Final = 5.0
"""Seconds between two lines about how far the workflows are, ..."""
_FEW: Final = 100
"""... while there are more than so many."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    cases: int
    due: int
    until_midnight: float
    """Seconds from the start to the moment at which `due` cases are due: all must be open before."""
    settles_for: float = 30.0
    """Seconds in a row in which little is done, before the rest is watched: what was begun has ended."""
    rests_for: float = 240.0
    """Seconds over which the rest is watched: all comes in them that is done at rest every few minutes. The
    API counts ahead every 240 s, Temporal's server looks for garbage every 120 s."""
    gives_up_after: float = 180.0
    """Seconds after that moment at which no more is awaited."""


FULL: Final = Size(cases=10_000, due=2_000, until_midnight=1200)
SMALL: Final = Size(cases=500, due=200, until_midnight=170, settles_for=6, rests_for=20)


@dataclass
class Found:
    """What was measured."""

    worker_kib: float = float("nan")
    server_kib: float = float("nan")
    at_rest: float = float("nan")
    rest_cpu: Mapping[str, float] = field(default_factory=dict)
    """Percent of a core each process used at rest, which together are `at_rest`."""
    drained: float = float("inf")
    all_told: float = float("inf")
    acts: tuple[float, ...] = ()
    drain_cpu: Mapping[str, float] = field(default_factory=dict)
    """Processor seconds each kind of process used from midnight until everything due was recorded, ..."""
    told_cpu: Mapping[str, float] = field(default_factory=dict)
    """... and until everybody was told of it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print one line for each promise, and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.waiting", description=__doc__)
    parser.add_argument("--small", action="store_true", help="hundreds of cases in place of thousands")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--due", type=int)
    parser.add_argument("--until-midnight", type=float, help="seconds in which all cases must be open")
    parser.add_argument("--rests-for", type=float, help="seconds over which the rest is watched")
    parser.add_argument(
        "--plant",
        choices=["unheard", "restless"],
        help="a fault that the promises must notice: nothing is due; or nobody rests",
    )
    asked = parser.parse_args(arguments)
    usual = SMALL if asked.small else FULL
    size = Size(
        cases=asked.cases or usual.cases,
        due=asked.due or usual.due,
        until_midnight=asked.until_midnight or usual.until_midnight,
        settles_for=usual.settles_for,
        rests_for=asked.rests_for or usual.rests_for,
    )
    with tempfile.TemporaryDirectory(prefix="accede-waiting-") as scratch:
        measured = measure(size, Path(scratch), plant=asked.plant)
    beside = {
        "size": vars(size),
        "acts": len(measured.acts),
        "rest_cpu": measured.rest_cpu,
        "drain_cpu": measured.drain_cpu,
        "told_cpu": measured.told_cpu,
        "small": asked.small,
        "planted": asked.plant,
    }
    return report("waiting", promises(size, measured), beside)


def promises(size: Size, found_: Found) -> list[Promise]:
    """Return what is promised of so many cases, with what was found."""
    late = sorted(found_.acts)
    p95 = round(late[int(len(late) * 0.95)] * 1000) if late else float("nan")
    open_cases = f"{size.cases} open cases"
    each = ", ".join(f"{name} {percent:.2f}" for name, percent in found_.rest_cpu.items())
    at_rest = f"{open_cases}: at rest ({each})" if each else f"{open_cases}: at rest"
    worker_kib = round(WORKER_KIB + WORKERS_GROW / size.cases)
    server_kib = round(SERVER_KIB + SERVER_GROWS / size.cases)
    return [
        Promise(
            "waiting.worker", f"{open_cases}: workers", round(found_.worker_kib, 1), worker_kib, "KiB a case"
        ),
        Promise(
            "waiting.server", f"{open_cases}: Temporal", round(found_.server_kib, 1), server_kib, "KiB a case"
        ),
        Promise("waiting.rest", at_rest, round(found_.at_rest, 2), AT_REST, "% of a core"),
        Promise("waiting.drain", f"{size.due} due in one second", round(found_.drained, 1), DRAINED_IN, "s"),
        Promise(
            "waiting.told", "everybody told of what was due", round(found_.all_told, 1), ALL_TOLD_IN, "s"
        ),
        Promise("waiting.acts", "p95 of an act meanwhile", p95, 2000, "ms"),
    ]


def measure(size: Size, scratch: Path, *, plant: str | None = None) -> Found:
    """Run an installation in a folder until everything due at midnight is recorded.

    With the plant `unheard` nothing is; with `restless` somebody asks all the time, who should be at rest.
    Once in a process, which lives in a time zone of its own from then on. Raises RuntimeError when midnight
    comes before all cases are open.
    """
    return asyncio.run(_measure(size, scratch, plant))


async def _measure(size: Size, scratch: Path, plant: str | None) -> Found:
    midnight = (datetime.now(UTC) + timedelta(seconds=size.until_midnight)).replace(microsecond=0)
    variables = midnight_at(midnight, scratch / "zones")
    process = published_in(scratch / "processes")
    settings = Settings(data_dir=scratch / "data", processes_dir=scratch / "processes", log_level="warning")
    settings.data_dir.mkdir()
    await prepare_record(settings)
    await found(settings)
    measured = Found()
    running = await Installation.up(settings.data_dir, {**_environment(settings.processes_dir), **variables})
    database = Database.open(settings.database_url)
    try:
        before = running.memory()
        waiting = size.cases - size.due
        due = 0 if plant == "unheard" else size.due
        crowd = await gather(database, process, midnight, due, waiting, say=_say)
        await until(lambda: _all_told(database), midnight)
        await settled(running, midnight, size.settles_for)
        after = running.memory()
        measured.worker_kib = (after["worker"] - before["worker"]) / size.cases
        measured.server_kib = (after["server"] - before["server"]) / size.cases
        async with unrest(running.api) if plant == "restless" else nullcontext():
            measured.rest_cpu = await rest(running, midnight, size.rests_for)
        measured.at_rest = sum(measured.rest_cpu.values())
        before_midnight = running.cpu_by_kind()
        measured.drained, measured.acts = await _drain(running.api, database, crowd, midnight, size)
        measured.drain_cpu = _used_since(before_midnight, running)
        measured.all_told = await until_told(database, midnight, size.gives_up_after)
        measured.told_cpu = _used_since(before_midnight, running)
    finally:
        await database.close()
        await running.stop()
    return measured


def _used_since(used: Mapping[str, float], running: Installation) -> dict[str, float]:
    """Return the processor seconds that each kind of process used beyond those `used` before."""
    return {kind: seconds - used[kind] for kind, seconds in running.cpu_by_kind().items()}


async def _drain(
    api: str, database: Database, crowd: Crowd, midnight: datetime, size: Size
) -> tuple[float, tuple[float, ...]]:
    """Act from midnight on until everything due is recorded; return how late the last was, and the acts."""
    await asyncio.sleep(max(0.0, (midnight - datetime.now(UTC)).total_seconds()))
    waits: list[float] = []
    async with httpx.AsyncClient(base_url=api, trust_env=False, timeout=60) as client:
        (await client.post("/v1/session", json={"login": LOGIN, "password": PASSWORD})).raise_for_status()
        acting = [asyncio.create_task(_act(client, case, waits)) for case in crowd.acted_on[:4]]
        # A few are recorded before anybody had an answer; what acts take then is still to be told.
        drained = await until_recorded(
            database, midnight, size.due, size.gives_up_after, meanwhile=lambda: bool(waits)
        )
        for one in acting:
            one.cancel()
        ended = await asyncio.gather(*acting, return_exceptions=True)
    for trouble in ended:
        if isinstance(trouble, Exception):
            raise trouble
    return drained, tuple(waits)


async def until_recorded(
    database: Database,
    midnight: datetime,
    due: int,
    within: float,
    *,
    meanwhile: Callable[[], bool] = lambda: True,
) -> float:
    """Wait until so many are recorded as overdue, and until something else came about.

    Return how many seconds after midnight the last was there to be read, or a little more; infinitely many
    where some are missing after all.
    """
    give_up_at = time.monotonic() + within
    while True:
        late = await database.read(partial(lateness, midnight=midnight))
        if (len(late) >= due and meanwhile()) or time.monotonic() > give_up_at:
            seen = (datetime.now(UTC) - midnight).total_seconds()
            # A moment is written down before it is committed, and by the clock of whoever records.
            return max(late[-1] if late else 0.0, seen) if len(late) >= due else float("inf")
        await asyncio.sleep(0.2)


async def until_told(database: Database, midnight: datetime, within: float) -> float:
    """Wait until all workflows are told and all messages delivered; return the seconds after midnight."""
    give_up_at = time.monotonic() + within
    while time.monotonic() < give_up_at:
        backlog = await database.read(partial(read_backlog, now=midnight))
        if backlog.outbox == 0 and backlog.messages == 0:
            return (datetime.now(UTC) - midnight).total_seconds()
        await asyncio.sleep(0.5)
    return float("inf")


async def _act(client: httpx.AsyncClient, case: str, waits: list[float]) -> None:
    """Act on one case, again and again, four times a second at most."""
    head = (await client.get(f"/v1/cases/{case}")).headers["etag"]
    number = 0
    while True:
        begun = time.perf_counter()
        number += 1
        sent = {"If-Match": head, "Idempotency-Key": f"{case}-{number}"}
        answer = await client.post(
            f"/v1/cases/{case}/steps/talk", json={"outcome": "postponed"}, headers=sent
        )
        answer.raise_for_status()
        waits.append(time.perf_counter() - begun)
        head = answer.headers["etag"]
        await asyncio.sleep(0.25)


async def _all_told(database: Database) -> bool:
    left = await database.read(untold)
    _say(f"{left} workflows are to be started")
    await asyncio.sleep(_SAYS_EVERY if left > _FEW else 0)
    return left == 0


def _say(line: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {line}\n")


def _environment(processes: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCEDE_")}
    return {**kept, "ACCEDE_PROCESSES_DIR": str(processes), "ACCEDE_LOG_LEVEL": "warning"}


if __name__ == "__main__":
    sys.exit(ended(main))
