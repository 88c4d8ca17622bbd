"""`python -m bench.proofs`: what proofs from a log of 200,000 and of 5,000,000 events cost."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from bench.ending import ended
from bench.growth.opening import Shelf
from bench.promises import RESULTS, Promise, report
from domain.tree import (
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    root,
    root_from_inclusion,
)
from records import log
from records.database import Database

_SEED: Final = 6962
_MILLISECONDS: Final = 50.0
_STATEMENTS: Final = 8
_RATIO: Final = 2.0
_SIZES: Final = (200_000, 5_000_000)
_SMALL: Final = (3_000, 70_000)
_FILLS: Final = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT :begin UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end) "
    "INSERT INTO log_leaves SELECT i, 'bench-' || (i / 50), i % 50 + 1, printf('%064x', i) FROM n",
    "postgresql": "INSERT INTO log_leaves SELECT i, 'bench-' || (i / 50), i % 50 + 1, "
    "lpad(to_hex(i), 64, '0') FROM generate_series(:begin, :end - 1) AS i",
}


@dataclass(frozen=True)
class Cost:
    """What one kind of proof cost, over many of them."""

    milliseconds: float
    """Of 95 in 100."""
    middle: float
    """Milliseconds, the median."""
    processor: float
    """Milliseconds of processor time, the median: others on the machine change it little."""
    statements: int
    """The most that one took."""


def main(arguments: Sequence[str] | None = None, *, into: Path = RESULTS) -> int:
    """Measure, print one line for each promise, leave results in a folder, and return the exit code."""
    asked = argparse.ArgumentParser(prog="python -m bench.proofs", description=__doc__)
    asked.add_argument("--small", action="store_true", help="70,000 events; says nothing about speed")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = asked.parse_args(arguments)
    sizes, rounds = (_SMALL, 20) if given.small else (_SIZES, 300)
    with tempfile.TemporaryDirectory(prefix="accede-bench-") as folder, Shelf(Path(folder)) as shelf:
        database = Database.open(shelf.empty(given.database, "proofs"))
        try:
            costs = {size: measured(database, before, size, rounds) for before, size in _steps(sizes)}
        finally:
            database.close_now()
    promises = [*_of_one_size(sizes[-1], costs[sizes[-1]])]
    for kind in costs[sizes[0]]:
        few, many = (costs[size][kind].processor for size in sizes)
        says = f"{kind}: {sizes[-1]:,} events beside {sizes[0]:,}"
        promises.append(Promise(f"proofs-{kind}-grows", says, round(many / few, 2), _RATIO, "times"))
    details = {"database": given.database, "costs": costs, "small": given.small}
    return report("proofs", promises, details, into=into)


def _steps(sizes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    yield from zip((0, *sizes), sizes, strict=False)


def _of_one_size(size: int, costs: dict[str, Cost]) -> Iterator[Promise]:
    for kind, cost in costs.items():
        says = f"{kind}, {size:,} events, 95 of 100"
        yield Promise(f"proofs-{kind}", says, round(cost.milliseconds, 2), _MILLISECONDS, "ms")
        yield Promise(
            f"proofs-{kind}-asks",
            f"{kind}, asked of the database",
            cost.statements,
            _STATEMENTS,
            "statements",
        )


def measured(database: Database, before: int, size: int, rounds: int) -> dict[str, Cost]:
    """Let the log grow to a size, and return what each kind of proof costs there."""
    begun = time.monotonic()
    for begin in range(before, size, 500_000):
        database.write_now(partial(_grow, begin=begin, end=min(begin + 500_000, size)))
    print(f"{size:,} events stand in the log after {time.monotonic() - begun:.0f} s", flush=True)
    chance = random.Random(_SEED)
    whole = database.read_now(lambda c: root(size, log.tree_of(c)))

    def inclusion(connection: Connection) -> None:
        place = chance.randrange(size)
        path = inclusion_path(place, size, log.tree_of(connection))
        own = leaf_hash(place.to_bytes(32, "big"))
        if root_from_inclusion(own, place, size, path) != whole:
            raise AssertionError("a proof does not hold")

    def consistency(connection: Connection) -> None:
        earlier = chance.randrange(1, size)
        tree = log.tree_of(connection)
        path = consistency_path(earlier, size, tree)
        if not is_consistent(earlier, root(earlier, tree), size, whole, path):
            raise AssertionError("a proof does not hold")

    def checkpoint(connection: Connection) -> None:
        if root(log.log_size(connection), log.tree_of(connection)) != whole:
            raise AssertionError("the root is another")

    kinds = {"inclusion": inclusion, "consistency": consistency, "checkpoint": checkpoint}
    return {name: _cost(database, ask, rounds) for name, ask in kinds.items()}


def _grow(connection: Connection, begin: int, end: int) -> None:
    connection.execute(sa.text(_FILLS[connection.dialect.name]), {"begin": begin, "end": end})
    log.keep_subtrees(connection, begin, end)


def _cost(database: Database, ask: Callable[[Connection], None], rounds: int) -> Cost:
    times, spent, most = [], [], 0
    for _ in range(rounds):
        with _counted() as statements:
            begun, before = time.perf_counter(), time.process_time()
            database.read_now(ask)
            times.append((time.perf_counter() - begun) * 1000)
            spent.append((time.process_time() - before) * 1000)
        most = max(most, len(statements))
    return Cost(quantiles(times, n=20)[-1], median(times), median(spent), most)


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Hear which statements reach a database meanwhile; setting a connection up is none."""
    heard: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            heard.append(statement)

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


if __name__ == "__main__":
    sys.exit(ended(main))
