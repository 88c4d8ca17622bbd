"""The trials of SQLite in small, in one household: one start, one verdict, and then planted faults."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from bench.chaos import proving
from bench.chaos.household import Household
from bench.chaos.trials import disks, locks, storms
from bench.chaos.trials.staging import at_work
from bench.promises import Promise

_APPLICANTS = 200
_PAUSE = 0.05


async def on_sqlite(folder: Path, seed: int) -> list[Promise]:
    """A storm of each kind, a lock held for a short time, a disk that is full; then every planted fault.

    Nothing is promised of a full disk where none can be mounted.
    """
    with ExitStack() as mounted:
        try:
            disk = mounted.enter_context(disks.small_disk(folder / "disk"))
        except disks.NeedsRoot:
            disk = None
        async with Household(folder, "sqlite", applicants=_APPLICANTS, data=disk) as household:
            async with at_work(household, seed, callers=3, sleepers=2, pause=_PAUSE) as stage:
                found = [*await storms.blow(stage, 1), *await locks.lock(stage, [1.5])]
                if disk is not None:
                    found += await disks.fill(stage, seed)
            return [*stage.promises("small"), *found, *await proving.plant_each(folder)]
