"""`python -m bench.pages`: what pages cost among 100,000 open cases, and what a browser makes of them."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from bench.ending import ended
from bench.growth import seeding
from bench.growth.opening import Shelf, opened
from bench.pages.browsing import Seen, see
from bench.pages.visiting import Cost, Visitor, look, visitors
from bench.promises import RESULTS, Promise, report
from services.parts import Parts

_MILLISECONDS, _CPU, _BYTES, _PAINTED, _SHIFTED = 80.0, 30.0, 100_000, 1_000.0, 0.02
_ROUNDS = 20
_MAIN = ("/inbox", "/cases", "/board", "/calendar", "/cases/{case_id}", "/reports/stages", "/units/{unit_id}")
_PLANTS = ("slow", "heavy", "shifting")

Costs = dict[tuple[str, str], list[Cost]]


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
    asked.add_argument(
        "--small", action="store_true", help="300 cases, two pages in the browser: says nothing about speed"
    )
    asked.add_argument("--rounds", type=int, default=_ROUNDS)
    asked.add_argument("--keep", type=Path, help="keep the seeded record in this folder, and use it again")
    asked.add_argument("--no-browser", action="store_true", help="the server's part alone")
    asked.add_argument("--plant", choices=_PLANTS, help="a fault that must make it fail")
    options = asked.parse_args(argv)
    size = seeding.FEW if options.small else seeding.FULL
    with _folder(options.keep) as folder, Shelf(folder) as shelf:
        address = shelf.record("sqlite", size)
        with opened(address) as parts:
            return asyncio.run(_measured(parts, options, into))


async def _measured(parts: Parts, options: argparse.Namespace, into: Path) -> int:
    people = await parts.write(visitors)
    app: ASGIApp = create_app(parts)
    if options.plant in {"slow", "heavy"}:
        app = Planted(app, options.plant)
    costs = await _served(parts, app, people, options.rounds)
    print("\n".join(_told(costs)), flush=True)
    promises = list(_kept(costs, judges_speed=not options.small or options.plant == "slow"))
    seen: dict[str, tuple[Seen, Seen]] = {}
    if not options.no_browser:
        looks = [one for one in people[0].looks() if one.page in _MAIN]
        if options.small:
            looks = looks[:2]
        async with _listening(app) as address:
            seen = await see(address, people[0], looks, shifting=options.plant == "shifting")
        promises += _looked(seen)
    details = {
        f"{viewer} {page}": [_figures_of(one) for one in some] for (viewer, page), some in costs.items()
    }
    told = {"costs": details, "seen": {page: str(one) for page, one in seen.items()}}
    return report("pages", promises, told, into=into)


async def _served(parts: Parts, app: ASGIApp, people: list[Visitor], rounds: int) -> Costs:
    found: Costs = {}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://accede.bench") as client:
        for number in range(rounds + 1):
            for person in people:
                for at in person.looks():
                    cost = await look(client, parts, person, at, again=number > 1)
                    # The first round fills the caches that a service which runs has filled.
                    if number:
                        found.setdefault((person.name, at.page), []).append(cost)
    return found


def _kept(costs: Costs, *, judges_speed: bool) -> Iterator[Promise]:
    largest = max(one.size for some in costs.values() for one in some)
    yield Promise("size", "the largest page on the wire", largest, _BYTES, "bytes")
    if not judges_speed:
        return
    for page in dict.fromkeys(page for _, page in costs):
        some = [one for (_, name), each in costs.items() if name == page for one in each]
        yield Promise(
            f"p95 {page}", f"{page}, p95 on the server", _p95([one.wall for one in some]), _MILLISECONDS, "ms"
        )


def _looked(seen: dict[str, tuple[Seen, Seen]]) -> Iterator[Promise]:
    for page, (_, known) in seen.items():
        says = f"{page}, painted on a slow line once styles are known"
        yield Promise(f"paint {page}", says, known.painted, _PAINTED, "ms")
    moved = max(one.shifted for both in seen.values() for one in both)
    yield Promise("shift", "the most that a page moves while it loads", moved, _SHIFTED, "")
    for page, (fresh, known) in seen.items():
        print(
            f"{page:<36} painted {fresh.painted:>6.0f} ms at first, {known.painted:>5.0f} ms then, "
            f"moved {fresh.shifted:.3f} and {known.shifted:.3f}",
            flush=True,
        )


def _told(costs: Costs) -> Iterator[str]:
    heads = f"{'median':>7} {'p95':>7} {'CPU':>6} {'most':>6} {'SQL':>4} {'bytes':>7}"
    yield f"{'viewer':<11} {'page':<34} {heads}"
    for (viewer, page), some in costs.items():
        walls, used = [one.wall for one in some], [one.cpu for one in some]
        mark = "  above" if median(used) > _CPU else ""
        yield (
            f"{viewer:<11} {page:<34} {median(walls):>7.1f} {_p95(walls):>7.1f} {median(used):>6.1f} "
            f"{max(used):>6.1f} {some[-1].statements:>4} {some[-1].size:>7}{mark}"
        )


def _p95(given: list[float]) -> float:
    return sorted(given)[max(0, -(-95 * len(given) // 100) - 1)]


def _figures_of(cost: Cost) -> list[float]:
    return [round(cost.wall, 1), round(cost.cpu, 1), cost.statements, cost.size]


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


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="accede-pages-") as made:
        yield Path(made)


if __name__ == "__main__":
    raise SystemExit(ended(main))
