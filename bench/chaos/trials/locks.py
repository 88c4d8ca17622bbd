"""Another program holds the write lock of the SQLite file: acts wait, or are refused, and none is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from bench.chaos.trials.staging import staged
from bench.promises import Promise

_SHORT = 3.0
_LONG = 13.0
"""Longer than a writer waits for a lock."""


async def trial(folder: Path, seed: int) -> list[Promise]:
    """Hold the lock for a short and for a long time, under load."""
    recovered = 0
    async with staged(folder, "sqlite", seed) as stage:
        for seconds in (_SHORT, _LONG):
            await asyncio.to_thread(_hold, stage.household.data / "accede.db", seconds)
            recovered += await stage.acknowledged(10, within=30)
    return [
        *stage.promises("lock"),
        Promise("lock.recovered", "times acts went on after a lock, of 2", recovered, 2, "", at_most=False),
    ]


def _hold(file: Path, seconds: float) -> None:
    import time  # noqa: PLC0415 - in a thread of its own

    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()
