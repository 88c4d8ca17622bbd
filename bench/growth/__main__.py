"""`python -m bench.growth`: what acts and lists cost in a long case and in a large record."""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.ending import ended
from bench.growth import seeding
from bench.growth.acting import Costs, act, grow, in_fresh_processes, in_turns, places
from bench.growth.asking import Times, ask_all, p99
from bench.growth.opening import Shelf, folder_for, opened
from bench.growth.plans import overheard, scans, without_index
from bench.growth.questions import look_around, questions
from bench.growth.seeding import Size
from bench.growth.told_plans import PAGE, Ways, heard_by_list, ways, with_plans
from bench.promises import Promise, report
from services.parts import Parts

_RATIO, _MILLISECONDS = 1.2, 100.0
_LISTS = ("inbox", "cases", "search", "history", "people", "posts", "messages", "case", "findings")
_PLANTS = {"no-index": "ix_obligations_person_id_created_at_id"}


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    size: Size
    rounds: int
    acts: int
    processes: int
    events: int
    judges_lists: bool
    """Whether lists have to keep their time: a small record says nothing about that."""
    measures_acts: bool = True
    """Whether acts are compared, too; a wide organisation is about lists."""


_FULL = Effort(seeding.FULL, rounds=12, acts=400, processes=7, events=1000, judges_lists=True)
_WIDE = replace(_FULL, size=seeding.WIDE, measures_acts=False)
_SMALL = Effort(seeding.SMALL, rounds=2, acts=20, processes=2, events=200, judges_lists=False)


def main() -> int:
    """Measure what was asked for and return the exit code."""
    asked = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    size = asked.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_true", help="2,000 cases instead of 100,000; for CI")
    size.add_argument(
        "--wide", action="store_true", help="among 20,000 units, 200,000 people and 340,000 posts"
    )
    asked.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    asked.add_argument("--keep", type=Path, help="keep the seeded records in this folder, and use them again")
    asked.add_argument(
        "--plans", action="store_true", help="write how lists are found into docs/performance.md"
    )
    asked.add_argument("--plant", choices=sorted(_PLANTS), help="a fault that must make it fail")
    options = asked.parse_args()
    kinds = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    with folder_for(options.keep) as folder, Shelf(folder) as shelf:
        promises: list[Promise] = []
        details: dict[str, object] = {"small": options.small, "planted": options.plant}
        plans: dict[str, Ways] = {}
        for kind in kinds:
            effort = _SMALL if options.small else _WIDE if options.wide else _FULL
            began = time.monotonic()
            large = shelf.record(kind, effort.size)
            empty = shelf.record(kind, seeding.EMPTY) if effort.measures_acts else large
            print(f"{kind}: seeded, or found, in {time.monotonic() - began:.0f} s", flush=True)
            if options.plans:
                plans[kind] = asyncio.run(_plans(large))
            with _planted(large, options.plant):
                kept, found = asyncio.run(_measured(kind, large, empty, effort))
            print(f"{kind}: done after {time.monotonic() - began:.0f} s", flush=True)
            promises += kept
            details[kind] = found
    if plans:
        PAGE.write_text(with_plans(PAGE.read_text("utf-8"), plans), "utf-8")
    return report("growth", promises, details)


async def _plans(address: str) -> Ways:
    with opened(address) as parts:
        world = await parts.read(look_around)
        return ways(address, await heard_by_list(parts, world))


async def _measured(
    kind: str, large: str, empty: str, effort: Effort
) -> tuple[list[Promise], dict[str, object]]:
    # As the service does when it is loaded.
    gc.freeze()
    with opened(large) as here, opened(empty) as there:
        spent: list[float] = []
        times, read_through = await _asked(large, here, effort, spent)
        promises = _list_promises(kind, times, read_through, effort)
        if effort.judges_lists:
            # That of the clock says little on a machine that has other things to do.
            says = "processor time of a request in this process, p99"
            promises.append(Promise(f"{kind}-processor", says, p99(spent), _MILLISECONDS, "ms"))
        found: dict[str, object] = {"lists": _slowest(times), "scans": read_through}
        print("\n".join(_told(kind, times)), flush=True)
        if effort.measures_acts:
            kept, acts = await _acts(kind, empty, (here, there), effort)
            promises, found = kept + promises, found | {"acts": acts}
    return promises, found


async def _acts(
    kind: str, empty: str, opened_ones: tuple[Parts, Parts], effort: Effort
) -> tuple[list[Promise], dict[str, object]]:
    here, there = opened_ones
    longer = await _long_and_short(there, effort)
    larger = await _large_and_empty(here, there, effort)
    colder = await _cold(empty, there, effort)
    promises = [
        Promise(
            f"{kind}-act-long-{name}",
            f"an act on a case with {effort.events} events, {name}, against one with 30",
            ratio,
            _RATIO,
            "times",
        )
        for name, ratio in (("warm", longer[0].times(longer[1])), ("cold", colder[0].times(colder[1])))
    ]
    promises.append(
        Promise(
            f"{kind}-act-many",
            f"an act among {effort.size.open_cases} open cases, against an empty record",
            larger[0].times(larger[1]),
            _RATIO,
            "times",
        )
    )
    return promises, _medians({"long": longer, "cold": colder, "many": larger})


def _list_promises(kind: str, times: Times, read_through: dict[str, str], effort: Effort) -> list[Promise]:
    cases = effort.size.open_cases
    promises = [
        Promise(f"{kind}-{name}", f"{name}, p99 among {cases} open cases", p99(taken), _MILLISECONDS, "ms")
        for name in _LISTS
        if effort.judges_lists
        and (taken := [one for (list_kind, _), some in times.items() if list_kind == name for one in some])
    ]
    promises.append(
        Promise(f"{kind}-scans", "list statements that read a large table through", len(read_through), 0, "")
    )
    return promises


def _told(kind: str, times: Times) -> Iterator[str]:
    """Yield a line for each list: how often it was asked, and how long that took in milliseconds."""
    by_list: dict[str, list[float]] = {}
    for (name, _), taken in times.items():
        by_list.setdefault(name, []).extend(taken)
    yield f"{kind}: {'list':<12} {'asked':>7} {'median':>8} {'p99':>8} {'slowest':>8}  ms"
    for name, taken in sorted(by_list.items()):
        figures = f"{median(taken):>8.1f} {p99(taken):>8.1f} {max(taken):>8.1f}"
        yield f"{kind}: {name:<12} {len(taken):>7} {figures}"


async def _asked(
    address: str, parts: Parts, effort: Effort, spent: list[float]
) -> tuple[Times, dict[str, str]]:
    world = await parts.read(look_around)
    with overheard() as heard:
        # The first round fills the caches that a service which runs has filled.
        await ask_all(parts, (questions(world, 0),))
    times = await ask_all(parts, (questions(world, number + 1) for number in range(effort.rounds)), spent)
    return times, scans(address, heard)


async def _long_and_short(parts: Parts, effort: Effort) -> tuple[Costs, Costs]:
    long, short = (await parts.read(lambda c: places(c, 2)))[:2]
    await grow(parts, long, effort.events)
    await grow(parts, short, 30)
    return await in_turns((parts, [long]), (parts, [short]), effort.acts)


async def _large_and_empty(here: Parts, there: Parts, effort: Effort) -> tuple[Costs, Costs]:
    many, few = await here.read(lambda c: places(c, 400)), await there.read(lambda c: places(c, 400))
    # The first two are the long case and the short one beside it.
    both = (here, many[2:]), (there, few[2:])
    for parts, where in both:
        # The first assessment of a case puts off when the next one is due, which those after it do not:
        # like is compared with like, wherever somebody acted before.
        for place in where:
            await act(parts, place)
    return await in_turns(*both, effort.acts)


async def _cold(address: str, parts: Parts, effort: Effort) -> tuple[Costs, Costs]:
    long, short = (await parts.read(lambda c: places(c, 2)))[:2]
    return await in_fresh_processes(address, long, short, effort.processes)


def _slowest(times: Times) -> list[dict[str, object]]:
    ordered = sorted(times.items(), key=lambda item: -max(item[1]))
    return [
        {
            "list": kind,
            "of": name,
            "median_ms": round(median(taken), 1),
            "p99_ms": round(p99(taken), 1),
            "slowest_ms": round(max(taken), 1),
        }
        for (kind, name), taken in ordered[:40]
    ]


def _medians(acts: dict[str, tuple[Costs, Costs]]) -> dict[str, object]:
    return {
        name: [
            {"wall_ms": round(median(one.wall), 2), "cpu_ms": round(median(one.cpu), 2)} for one in compared
        ]
        for name, compared in acts.items()
    }


@contextmanager
def _planted(address: str, fault: str | None) -> Iterator[None]:
    """Plant a fault for the length of a block, where one is named."""
    if fault is None:
        yield
        return
    with without_index(address, _PLANTS[fault]):
        yield


if __name__ == "__main__":
    raise SystemExit(ended(main))
