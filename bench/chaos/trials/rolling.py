"""A release: every API and every worker is asked to stop and starts again, one after another, under load."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from bench.chaos.household import Kind
from bench.chaos.processes import Program
from bench.chaos.trials.staging import Stage, staged
from bench.promises import Promise
from commands.nursery import Born

_ROUNDS = 2


async def trial(folder: Path, kind: Kind, seed: int) -> list[Promise]:
    """Restart everything of ours twice, each when the one before is back."""
    async with staged(folder, kind, seed) as stage:
        found = await roll(stage, _ROUNDS)
    return [*stage.promises("rolling"), *found]


async def roll(stage: Stage, rounds: int) -> list[Promise]:
    """Restart everything of ours so often, and return what is promised of that."""
    # One API where the record is a file, and two where it is a server's.
    ours = (*stage.household.named("api"), *stage.household.named("worker"))
    before = sum(program.starts for program in ours)
    for _ in range(rounds):
        for program in ours:
            await _restart(stage, program)
    restarted = sum(program.starts for program in ours) - before
    says, wanted = "processes restarted under load", rounds * len(ours)
    return [Promise("rolling.restarts", says, restarted, wanted, "restarts", at_most=False)]


async def _restart(stage: Stage, program: Program) -> None:
    before = program.starts
    program.send(signal.SIGTERM)
    while program.starts == before:  # noqa: ASYNC110 - rare, and seconds long
        await asyncio.sleep(0.05)
    await stage.household.until_ready()
    # A worker has no door: it says itself that it is ready. The next one is not taken away before.
    while isinstance(program.process, Born) and program in stage.household.named("worker"):
        if program.process.is_ready:
            return
        await asyncio.sleep(0.05)
