"""One round: callers act for a while, then everything is awaited, then the rows are compared."""

from __future__ import annotations

import asyncio
import math
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.act.client import Connection
from bench.act.processor_time import used_by
from bench.act.systems import Kept, System
from bench.act.walking import STEPS, ActRefused, Tally, walk


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of one system found."""

    callers: int
    acts: int
    acting: float
    """Seconds in which callers acted."""
    settling: float
    """Seconds from the last answer until every effect was done."""
    waits: tuple[float, ...]
    """Seconds each caller waited, sorted."""
    waits_by_step: Mapping[str, float]
    """The median for each step of the walk, in seconds."""
    cpu: Mapping[str, float]
    """Processor seconds by group of processes, until the rows said that everything was told."""
    seen_again: int
    left: int
    """Effects that were not done after all patience."""
    wrong: int
    """Acknowledged acts that are missing from the rows, there twice, or in another order."""

    @property
    def per_second(self) -> float:
        """Acts a second, counted until every effect was done."""
        return self.acts / (self.acting + self.settling)

    @property
    def acknowledged_per_second(self) -> float:
        """Acts a second, counted until the last answer."""
        return self.acts / self.acting

    def wait(self, share: float) -> float:
        """Return how long that share of the callers waited at most, in milliseconds."""
        return self.waits[max(math.ceil(share * len(self.waits)) - 1, 0)] * 1000

    def cpu_per_act(self) -> dict[str, float]:
        """Return processor milliseconds for each act, by group."""
        return {name: seconds * 1000 / self.acts for name, seconds in self.cpu.items()}


async def measure(system: System, callers: int, seconds: float) -> Round:
    """Let callers act on cases of their own for so long, and wait for every effect. Raises ActRefused."""
    tally = Tally()
    connections = [await Connection.to(system.address) for _ in range(callers)]
    before = _cpu(system)
    begun = time.monotonic()
    until = begun + seconds
    await asyncio.gather(*(walk(one, system.script, system.cases, until, tally) for one in connections))
    answered = time.monotonic()
    if not tally.seconds:
        raise ActRefused("no act was answered in the time of the round")
    left = await system.settled(list(tally.heads))
    told = time.monotonic()
    after = _cpu(system)
    # Nobody waits any more: what is asked from here on is not counted.
    at_work = await system.at_work(list(tally.heads))
    for connection in connections:
        connection.close()
    return Round(
        callers=callers,
        acts=len(tally.seconds),
        acting=answered - begun,
        settling=max(told, at_work.until) - answered,
        waits=tuple(sorted(waited for _, waited in tally.seconds)),
        waits_by_step=_by_step(tally.seconds),
        cpu={name: after[name] - before[name] for name in after},
        seen_again=tally.seen_again,
        left=left + at_work.left,
        wrong=differences(tally, system.kept(list(tally.heads))),
    )


def differences(tally: Tally, rows: Mapping[str, Kept]) -> int:
    """Return how many acts are amiss: acknowledged and not in the rows, there twice, or in another order."""
    wrong = 0
    for case, acknowledged in tally.heads.items():
        kept = rows.get(case, Kept())
        found = [digest for digest in kept.heads if digest in set(acknowledged)]
        missing = len(acknowledged) - len(set(found))
        out_of_order = not missing and found != acknowledged
        wrong += missing + out_of_order + (not out_of_order and _steps_amiss(kept.steps, tally.done[case]))
    return wrong


def _steps_amiss(steps: Sequence[str], done: int) -> int:
    """Return how many steps of the walk are recorded beyond those acknowledged, or out of their order."""
    return max(len(steps) - done, int(list(steps[:done]) != list(STEPS[: len(steps)])))


def _cpu(system: System) -> dict[str, float]:
    return {"client": used_by([os.getpid()], descend=False)} | {
        name: used_by(pids) for name, pids in system.groups().items()
    }


def _by_step(seconds: Sequence[tuple[int, float]]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for position, waited in seconds:
        found.setdefault(STEPS[position], []).append(waited)
    return {step: statistics.median(waits) for step, waits in found.items()}
