"""Measures acts over HTTP: systems in turns, round by round, first on SQLite, then on PostgreSQL."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.act.client import ConnectionLost
from bench.act.lineup import DATABASES, FAULTS, ON_POSTGRESQL_ALONE, PEERS, Ground, lineup
from bench.act.measuring import Round, measure
from bench.act.organisation import Organisation
from bench.act.others import PEERS_PYTHON
from bench.act.promised import ALONE, CROWD, OURS, Place, promises
from bench.act.systems import System
from bench.act.table import table, values
from bench.act.walking import WALKS, ActRefused
from bench.promises import machine, report

_SPARE = 2
"""How many more cases are prepared than the last round used."""


class Broken(Exception):
    """A system answered an act with something else than its success. Ends with what its processes wrote."""


@dataclass(frozen=True)
class Plan:
    """What is measured, and for how long."""

    databases: Sequence[str]
    systems: Sequence[str]
    callers: Sequence[int]
    rounds: int
    alone: float
    """Seconds of a round with one caller."""
    crowd: float
    """Seconds of a round with many."""
    plant: str | None = None
    applicants: int = 30_000
    is_small: bool = False
    walk: str = "today"

    @property
    def results(self) -> str:
        """Under which name the results are kept: a look at a part of it leaves those of the whole alone."""
        asked = (set(self.databases), set(self.callers), self.walk, self.plant)
        whole = (set(DATABASES), {ALONE, CROWD}, "today", None)
        peers = {OURS, *PEERS}
        return "act" if asked == whole and (self.is_small or set(self.systems) == peers) else "act-partly"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print a table and the promises, and return the exit code."""
    plan = plan_of(argv)
    if lacks_peers(plan):
        sys.stderr.write("bench.act: the libraries of DBOS and viewflow are missing: run .ci/install-peers\n")
        return 2
    started = time.monotonic()
    results = uvloop.run(run(plan))
    print(f"\n{table(results)}\n")
    details = {
        "seconds": round(time.monotonic() - started),
        "planted": plan.plant,
        "small": plan.is_small,
        "walk": plan.walk,
        "results": values(results),
    }
    print(f"on {machine()['processor']}, {machine()['cores']} cores; {details['seconds']} seconds in all")
    return report(plan.results, promises(results), details)


def lacks_peers(plan: Plan, python: Path = PEERS_PYTHON) -> bool:
    """Whether a plan has peers whose own libraries are not installed."""
    asked = "postgresql" in plan.databases and not ON_POSTGRESQL_ALONE.isdisjoint(plan.systems)
    return asked and not python.exists()


async def run(plan: Plan) -> dict[Place, list[Round]]:
    """Measure every system of the plan, and return the rounds."""
    results: dict[Place, list[Round]] = {}
    folder = Path(tempfile.mkdtemp(prefix="accede-bench-"))
    try:
        for database in plan.databases:
            async with _running(plan, database, folder) as systems:
                await _rounds(plan, database, systems, results)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return results


@asynccontextmanager
async def _running(plan: Plan, database: str, folder: Path) -> AsyncIterator[list[System]]:
    scenery = Organisation(branches=5, applicants=plan.applicants)
    async with AsyncExitStack() as stopping:
        systems = []
        ground = Ground(database, folder / database, scenery, plan.plant)
        for system in lineup(ground, plan.systems, stopping):
            say(f"{database}: starting {system.name}")
            system.walk = WALKS[plan.walk]
            stopping.push_async_callback(system.stop)
            await system.start()
            systems.append(system)
        yield systems


async def _rounds(
    plan: Plan, database: str, systems: Sequence[System], results: dict[Place, list[Round]]
) -> None:
    for number in range(plan.rounds):
        for callers in plan.callers:
            for system in systems:
                place = (database, system.name, callers)
                found = await _round(plan, system, callers, results.setdefault(place, []))
                say(
                    f"{database}: round {number + 1}/{plan.rounds}, {callers:2} x {system.name:<9}"
                    f"{found.per_second:7.1f} acts/s, median wait {found.wait(0.5):.1f} ms"
                )


async def _round(plan: Plan, system: System, callers: int, before: list[Round]) -> Round:
    seconds = plan.alone if callers == 1 else plan.crowd
    # Enough cases for what was done last time, and some more; the first time for a fast machine.
    acts = max((_SPARE * found.acts for found in before), default=system.fastest * seconds)
    await system.prepare(callers + int(acts / system.walk.length) + 1)
    try:
        found = await measure(system, callers, seconds)
    except (ActRefused, ConnectionLost, IndexError) as trouble:
        raise Broken(f"{system.name}, {callers} callers: {trouble!r}\n{logs(system.folder)}") from trouble
    before.append(found)
    return found


def plan_of(argv: Sequence[str] | None) -> Plan:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="bench.act", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a short run without DBOS and viewflow")
    parser.add_argument("--databases", type=_words, default=DATABASES)
    parser.add_argument("--systems", type=_words, default=(OURS, *PEERS))
    parser.add_argument("--callers", type=_numbers, default=(ALONE, CROWD))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15, help="of a round with many callers")
    parser.add_argument(
        "--walk", choices=WALKS, default="today", help="acts of today, or a past case of the tour"
    )
    parser.add_argument("--plant", choices=FAULTS, help="a fault that the promises must notice")
    given = parser.parse_args(argv)
    if given.small:
        few = tuple(name for name in given.systems if name in {OURS, "plain", "temporal"})
        return Plan(
            given.databases, few, given.callers, 1, 1, 1.5, given.plant, 2000, is_small=True, walk=given.walk
        )
    alone = min(given.seconds, 3)
    return Plan(
        given.databases,
        given.systems,
        given.callers,
        given.rounds,
        alone,
        given.seconds,
        given.plant,
        walk=given.walk,
    )


def logs(folder: Path) -> str:
    """Return the ends of all logs in a folder, the longest last."""
    files = sorted(folder.rglob("*.log"), key=lambda path: path.stat().st_size)
    return "\n".join(f"{path.name}: {path.read_text('utf-8', errors='replace')[-1500:]}" for path in files)


def say(line: str) -> None:
    """Tell how far it is, at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))
