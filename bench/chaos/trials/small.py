"""The trials in small: those of one database share a household, and with it one start and one verdict."""

from __future__ import annotations

from pathlib import Path

from bench.chaos.trials import disks, locks, rolling, storms
from bench.chaos.trials.staging import staged
from bench.promises import Promise

_APPLICANTS = 200


async def on_postgresql(folder: Path, seed: int) -> list[Promise]:
    """A storm of each kind, and one restart of everything, one after another."""
    async with staged(folder, "postgresql", seed, callers=3, applicants=_APPLICANTS) as stage:
        found = [*await storms.blow(stage, 1), *await rolling.roll(stage, 1)]
    return [*stage.promises("small"), *found]


async def on_sqlite(folder: Path, seed: int) -> list[Promise]:
    """A storm of each kind, a lock held for a short time, and a disk that is full. Raises NeedsRoot."""
    with disks.small_disk(folder / "disk") as disk:
        async with staged(folder, "sqlite", seed, callers=3, applicants=_APPLICANTS, data=disk) as stage:
            found = [
                *await storms.blow(stage, 1),
                *await locks.lock(stage, [1.5]),
                *await disks.fill(stage, seed),
            ]
        return [*stage.promises("small"), *found]
