"""Another program holds the write lock of the SQLite file: acts wait, or are refused, and none is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bench.chaos.trials.staging import Stage, staged
from bench.promises import Promise

_SHORT = 3.0
_LONG = 13.0
"""Longer than a writer waits for a lock."""


async def trial(folder: Path, seed: int) -> list[Promise]:
    """Hold the lock for a short and for a long time, under load."""
    async with staged(folder, "sqlite", seed) as stage:
        found = await lock(stage, (_SHORT, _LONG))
    return [*stage.promises("lock"), *found]


async def lock(stage: Stage, times: Sequence[float]) -> list[Promise]:
    """Hold the lock for so many seconds each time, and return what is promised of the time after."""
    recovered = 0
    for seconds in times:
        await asyncio.to_thread(_hold, stage.household.data / "accede.db", seconds)
        recovered += await stage.acknowledged(10, within=30)
    says = f"times acts went on after a lock, of {len(times)}"
    return [Promise("lock.recovered", says, recovered, len(times), "", at_most=False)]


def _hold(file: Path, seconds: float) -> None:
    import time  # noqa: PLC0415 - in a thread of its own

    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()
