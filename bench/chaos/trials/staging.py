"""What every trial has: a household under load, and the checker's verdict when it is over."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.chaos.acknowledgements import SyncedLog
from bench.chaos.asking import Door
from bench.chaos.household import Household, Kind
from bench.chaos.membership import Load
from bench.chaos.resting import come_to_rest, let_a_day_pass
from bench.chaos.verdict import verdict_on
from bench.promises import Promise

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Stage:
    """A household under load."""

    household: Household
    door: Door
    load: Load
    verdict: dict[str, Any] = field(default_factory=dict)
    """What the checker found; filled in at the end."""

    async def acknowledged(self, more: int, within: float) -> bool:
        """Wait for so many more acts sent from now on; False where they did not come in `within` seconds."""
        wanted = self.door.tally.acknowledged + more
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.door.tally.acknowledged < wanted:  # noqa: ASYNC110 - by many callers
                    await asyncio.sleep(0.02)
                return True
        return False

    def promises(self, trial: str) -> list[Promise]:
        """Return what every trial has to keep."""
        findings = sum(
            self.verdict[kind] for kind in ("lost", "doubled", "different", "late", "missed", "stale")
        )
        tally = self.door.tally
        unanswered = tally.gave_up + len(tally.faults) + len(self.load.surprises)
        return [
            Promise(
                f"{trial}.findings", "lost, doubled, different, late, missed, stale", findings, 0, "findings"
            ),
            Promise(
                f"{trial}.failed", "requests failed after the client's retries", unanswered, 0, "requests"
            ),
            Promise(f"{trial}.acts", "acts acknowledged", tally.acknowledged, 20, "acts", at_most=False),
        ]


@asynccontextmanager
async def at_work(
    household: Household, seed: int, *, callers: int = 6, sleepers: int = 0, pause: float = 0.0
) -> AsyncIterator[Stage]:
    """Have callers at work in a household; at the end let it come to rest, and have it checked."""
    with SyncedLog(household.folder / "acknowledgements.jsonl") as log:
        door = Door(household.addresses.apis, log, random.Random(f"{seed}/asking"))
        load = Load(door, household.branches, random.Random(f"{seed}/load"), datetime.now(_ZONE).date())
        load.pause = pause
        stage = Stage(household, door, load)
        await load.sleepers(sleepers)
        working = asyncio.create_task(load.run(callers))
        try:
            await stage.acknowledged(20, within=60)
            yield stage
        finally:
            load.stop.set()
            await working
        await come_to_rest(household)
        await let_a_day_pass(household)
        await come_to_rest(household, mails=True)
        await door.close()
    stage.verdict = await verdict_on(household.folder)


@asynccontextmanager
async def staged(
    folder: Path,
    kind: Kind,
    seed: int,
    *,
    callers: int = 6,
    applicants: int = 800,
    data: Path | None = None,
) -> AsyncIterator[Stage]:
    """Start a household with callers at work; at the end let it come to rest, and have it checked."""
    async with (
        Household(folder, kind, applicants=applicants, data=data) as household,
        at_work(household, seed, callers=callers) as stage,
    ):
        yield stage
