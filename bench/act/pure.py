"""What the domain costs in an act, without SQL and HTTP: CPU of each of its functions, by length of the case.

Real membership cases (bench/act/lives.py), a short and a long one of each sort, measured in turn. The promise
is about the work of one act: the snapshot read, what is due let happen, decided, folded in, waited for, told,
shown, and the snapshot written.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.act.lives import LIVES, Life, next_act
from bench.promises import Promise, report
from domain.acts import StepAct
from domain.case import Case
from domain.deciding import decide
from domain.evolving import replay
from domain.moments import dates
from domain.obligations import obligations
from domain.permitting import why_not
from domain.waiting import open_steps, waiting
from tests.domain.world import at

MOST_GROWTH: Final = 1.2
"""What an act on a long case may cost, measured by one on a short case."""

_BATCH_LASTS: Final = 0.004

Work = Callable[[], object]


@dataclass(frozen=True)
class Measured:
    """CPU of one function in microseconds, for the short and the long case."""

    short: float
    long: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each sort of life and the promise about all of them. Returns the exit code."""
    asked = _asked(arguments)
    lengths = (asked.short, min(asked.long, 300) if asked.small else asked.long)
    details: dict[str, object] = {"lengths": lengths}
    promises = []
    for name, live in LIVES.items():
        short, long = (_works(name, live(length), plant=asked.plant) for length in lengths)
        table = _measured(short, long, 3 if asked.small else asked.rounds)
        _print(name, lengths, table)
        details[name] = {what: vars(one) for what, one in table.items()}
        whole = table["act"]
        says = f"the pure work of an act, {lengths[1]} events against {lengths[0]}, {name}"
        growth = round(whole.long / whole.short, 3)
        promises.append(Promise(f"pure-growth-{name}", says, growth, MOST_GROWTH, "x"))
    return report("act-pure", promises, details)


def _works(name: str, life: Life, *, plant: str | None) -> dict[str, Work]:
    """Return what is measured on a case, by name; `act` is all that an act does, one after another.

    Every time on a copy of the case: what is remembered of one and the same counts only inside an act.
    """
    process, case, now = life.process, life.case, at(life.day)
    act: StepAct = next_act(name, life)
    new = decide(process, case, act, now)
    after = replay(process, new, case)
    snapshot = case.model_dump_json()

    def read() -> Case:
        if plant == "no-snapshot":
            return replay(process, life.events)
        return Case.model_validate_json(snapshot, extra="ignore")

    def whole() -> object:
        before = read()
        left = decide(process, before, act, now)
        then = replay(process, left, before)
        waiting(process, then, now)
        obligations(process, left, then)
        shown(then)
        dates(process, then)
        return then.model_dump_json()

    def shown(then: Case) -> object:
        return [why_not(process, then, one.step, act.known, now) for one in open_steps(process, then, now)]

    return {
        "load": read,
        "decide": lambda: decide(process, case.model_copy(), act, now),
        "evolve": lambda: replay(process, new, case.model_copy()),
        "waiting": lambda: waiting(process, after.model_copy(), now),
        "obligations": lambda: obligations(process, new, after.model_copy()),
        "why_not": lambda: shown(after.model_copy()),
        "dates": lambda: dates(process, after.model_copy()),
        "dump": after.model_dump_json,
        "act": whole,
    }


def _measured(short: Mapping[str, Work], long: Mapping[str, Work], rounds: int) -> dict[str, Measured]:
    """Measure both cases in turn, A B A B, and return the medians."""
    found: dict[str, Measured] = {}
    for what in short:
        times = [_batch(short[what]), _batch(long[what])]
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for side, work in enumerate((short[what], long[what])):
                taken[side].append(_timed(work, times[side]))
        found[what] = Measured(*(round(statistics.median(side), 1) for side in taken))
    return found


def _batch(work: Work) -> int:
    """Return how often to do something in one measurement, which also warms it up."""
    return max(1, min(2000, int(_BATCH_LASTS * 1e6 / _timed(work, 3))))


def _timed(work: Work, times: int) -> float:
    """Return CPU in microseconds of doing something once."""
    gc.collect(0)
    begun = time.process_time_ns()
    for _ in range(times):
        work()
    return max(0.01, (time.process_time_ns() - begun) / times / 1e3)


def _print(name: str, lengths: tuple[int, int], table: Mapping[str, Measured]) -> None:
    print(f"{name}: CPU in us, {lengths[0]} and {lengths[1]} events")
    for what, one in table.items():
        print(f"  {what:<12} {one.short:9.1f} {one.long:9.1f}   {one.long / one.short:5.2f} x")


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.act.pure", description=__doc__)
    parser.add_argument("--short", type=int, default=30, help="events of the short case")
    parser.add_argument("--long", type=int, default=1000, help="events of the long case")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--small", action="store_true", help="does it run; says little about speed")
    parser.add_argument("--plant", choices=("no-snapshot",), help="a fault that has to break the promise")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
