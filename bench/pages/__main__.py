"""`python -m bench.pages`: what pages cost among 100,000 open cases, and what a browser makes of them."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from bench.ending import ended
from bench.growth import seeding
from bench.growth.opening import Shelf, folder_for, opened
from bench.pages.addresses import MAIN
from bench.pages.browsing import Seen, see
from bench.pages.furnishing import furnish
from bench.pages.visiting import Cost, Look, Visitor, look, visitors
from bench.promises import RESULTS, Promise, report
from services.counting_ahead import count_ahead
from services.memory import keep_what_is_loaded
from services.parts import Parts

_MILLISECONDS, _BYTES, _PAINTED, _SHIFTED = 80.0, 100_000, 1_000.0, 0.0
_ROUNDS, _OPENED = 20, 3
_PLANTS = ("slow", "heavy", "shifting")

Costs = dict[tuple[str, Look], list[Cost]]


class Planted:
    """A fault around the pages: each answer later, or larger."""

    def __init__(self, app: ASGIApp, fault: str) -> None:
        self._app, self._fault = app, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if self._fault == "slow":
            await asyncio.sleep(0.1)
        elif self._fault == "heavy" and scope["type"] == "http":
            scope["headers"] = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
        await self._app(scope, receive, send)


def main(argv: Sequence[str] | None = None, *, into: Path = RESULTS) -> int:
    """Measure what was asked for and return the exit code."""
    asked = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    asked.add_argument("--small", action="store_true", help="2,000 cases: says nothing about speed")
    asked.add_argument("--rounds", type=int, default=_ROUNDS)
    asked.add_argument("--keep", type=Path, help="keep the seeded record in this folder, and use it again")
    asked.add_argument("--no-browser", action="store_true", help="the server's part alone")
    asked.add_argument("--no-server", action="store_true", help="the browser's part alone")
    asked.add_argument("--only", default="", help="pages whose route has this in it")
    asked.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="what the bound is of; cpu: on a machine that has other things to do",
    )
    asked.add_argument("--plant", choices=_PLANTS, help="a fault that must make it fail")
    options = asked.parse_args(argv)
    size = seeding.SMALL if options.small else seeding.FULL
    with folder_for(options.keep) as folder, Shelf(folder) as shelf:
        address = shelf.record("sqlite", size)
        with opened(address) as parts:
            return asyncio.run(_measured(parts, options, into))


async def _measured(parts: Parts, options: argparse.Namespace, into: Path) -> int:
    known = await parts.write(visitors)
    app: ASGIApp = create_app(parts)
    async with _asking(app) as client:
        people = await furnish(parts, client, known)
    # As a service does that has been running for some minutes.
    await count_ahead(parts)
    keep_what_is_loaded()
    if options.plant in {"slow", "heavy"}:
        app = Planted(app, options.plant)
    promises: list[Promise] = []
    costs: Costs = {}
    if not options.no_server:
        costs = await _served(app, people, options.only, 0 if options.small else options.rounds)
        print("\n".join(_told(costs)), flush=True)
        promises += _small(costs)
        if not options.small or options.plant == "slow":
            promises += _quick(costs, options.clock)
    seen: dict[str, tuple[Seen, Seen]] = {}
    if not options.no_browser:
        seen = await _seen(app, people[0], options)
        promises += _looked(seen, judges_speed=not options.small)
    details = {
        f"{viewer} {at.address}": [_figures_of(one) for one in some] for (viewer, at), some in costs.items()
    }
    told = {"costs": details, "seen": {page: str(one) for page, one in seen.items()}, "clock": options.clock}
    told |= {"small": options.small, "planted": options.plant}
    return report("pages", promises, told, into=into)


async def _served(app: ASGIApp, people: list[Visitor], only: str, rounds: int) -> Costs:
    """Return what each look cost, in so many rounds after one that fills the caches; without any, in that."""
    found: Costs = {}
    async with _asking(app) as client:
        for number in range(rounds + 1):
            for person in people:
                for at in person.looks():
                    if only not in at.page:
                        continue
                    cost = await look(client, person, at)
                    # The first round fills the caches that a service which runs has filled.
                    if number or not rounds:
                        found.setdefault((person.name, at), []).append(cost)
    return found


async def _seen(app: ASGIApp, person: Visitor, options: argparse.Namespace) -> dict[str, tuple[Seen, Seen]]:
    looks: dict[str, Look] = {}
    for one in person.looks():
        if one.page in MAIN and options.only in one.page:
            # Of several addresses of a page the first, which asks for nothing more.
            looks.setdefault(one.page, one)
    shifting = options.plant == "shifting"
    times = 1 if options.small else _OPENED
    async with _listening(app) as address:
        return await see(
            address, person, list(looks.values()), times=times, shifting=shifting, light=options.small
        )


def _by_page(costs: Costs) -> dict[str, list[Cost]]:
    found: dict[str, list[Cost]] = {}
    for (_, at), some in costs.items():
        found.setdefault(at.page, []).extend(some)
    return found


def _small(costs: Costs) -> Iterator[Promise]:
    for page, some in _by_page(costs).items():
        largest = max(one.size for one in some)
        yield Promise(f"size {page}", f"{page}, the largest on the wire", largest, _BYTES, "bytes")


def _quick(costs: Costs, clock: str) -> Iterator[Promise]:
    kind = "p95 on the server" if clock == "wall" else "p95 of processor time"
    for page, some in _by_page(costs).items():
        figure = _p95([one.wall if clock == "wall" else one.cpu for one in some])
        yield Promise(f"p95 {page}", f"{page}, {kind}", figure, _MILLISECONDS, "ms")


def _looked(seen: dict[str, tuple[Seen, Seen]], *, judges_speed: bool) -> Iterator[Promise]:
    for page, (fresh, known) in seen.items():
        print(
            f"{page:<36} painted {fresh.painted:>6.0f} ms at first, {known.painted:>5.0f} ms then, "
            f"moved {fresh.shifted:.4f} and {known.shifted:.4f}",
            flush=True,
        )
        if judges_speed:
            says = f"{page}, painted on a slow line"
            yield Promise(f"first {page}", f"{says}, with an empty cache", fresh.painted, _PAINTED, "ms")
            yield Promise(f"paint {page}", f"{says} once styles are known", known.painted, _PAINTED, "ms")
        moved = max(fresh.shifted, known.shifted)
        yield Promise(f"shift {page}", f"{page}, how much moves while it loads", moved, _SHIFTED, "")


def _told(costs: Costs) -> Iterator[str]:
    heads = f"{'median':>7} {'p95':>7} {'CPU':>6} {'p95':>6} {'SQL':>4} {'bytes':>7}"
    yield f"{'viewer':<13} {'page':<44} {heads}"
    for (viewer, at), some in costs.items():
        walls, used = [one.wall for one in some], [one.cpu for one in some]
        shown = at.page if at.address.partition("?")[0] != at.page else at.address
        mark = "  above" if _p95(used) > _MILLISECONDS else ""
        yield (
            f"{viewer:<13} {shown:<44} {median(walls):>7.1f} {_p95(walls):>7.1f} {median(used):>6.1f} "
            f"{_p95(used):>6.1f} {some[-1].statements:>4} {some[-1].size:>7}{mark}"
        )


def _p95(given: list[float]) -> float:
    return sorted(given)[max(0, -(-95 * len(given) // 100) - 1)]


def _figures_of(cost: Cost) -> list[float]:
    return [round(cost.wall, 1), round(cost.cpu, 1), cost.statements, cost.size]


@asynccontextmanager
async def _asking(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://accede.bench") as client:
        yield client


@asynccontextmanager
async def _listening(app: ASGIApp) -> AsyncIterator[str]:
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag alone
        await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


if __name__ == "__main__":
    raise SystemExit(ended(main))
