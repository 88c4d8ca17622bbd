"""One run: load and faults side by side, then rest, a day that passes at once, and the checker's verdict."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.chaos import killing, planting, recovery
from bench.chaos.acknowledgements import SyncedLog
from bench.chaos.asking import Door
from bench.chaos.household import Household, Kind
from bench.chaos.killing import Killer, Plan
from bench.chaos.membership import Load
from bench.chaos.resting import come_to_rest, let_a_day_pass
from bench.chaos.trials import rolling, storms
from bench.chaos.trials.staging import Stage
from bench.chaos.verdict import verdict_on
from bench.promises import Promise

_ZONE = ZoneInfo("Asia/Shanghai")
_CALM = 3.0
"""Seconds for requests that met the last kill to be answered."""
_HOW_FAR = 30.0
"""Seconds between two lines that tell how far a run is."""


@dataclass(frozen=True)
class Size:
    """How large a run is."""

    plan: Plan
    acts: int
    """Acknowledged acts, at the least: the load goes on until there are so many."""
    callers: int
    applicants: int
    sleepers: int
    outage: float
    """Seconds without Temporal and workers, in which acts are acknowledged all the same."""
    pause: float = 0.0
    """Seconds for which a caller thinks before an act."""
    storms: bool = False
    """Whether storms of one key and a rolling restart come after the kills."""


USUAL = Size(plan=killing.USUAL, acts=300, callers=8, applicants=1_500, sleepers=8, outage=5)
SMALL = Size(
    plan=killing.SMALL,
    acts=300,
    callers=6,
    applicants=1_000,
    sleepers=8,
    outage=3,
    pause=0.1,
    storms=True,
)
"""As many kills, and storms and a rolling restart after them, in the time that a test may take."""
LONG = Size(plan=killing.LONG, acts=20_000, callers=16, applicants=12_000, sleepers=40, outage=30)


@dataclass
class Run:
    """What one run came to."""

    seed: int
    kills: int = 0
    acknowledged: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    """Seconds and counts by name; see `recovery`."""
    verdict: dict[str, Any] = field(default_factory=dict)
    """What the checker found."""
    details: dict[str, Any] = field(default_factory=dict)
    more: list[Promise] = field(default_factory=list)
    """What storms and a rolling restart have to keep, where they were part of it."""


async def run(folder: Path, size: Size, kind: Kind, seed: int, plant: str | None = None) -> Run:
    """Do one run in an empty folder, with a fault planted at its end where one is named."""
    began = time.monotonic()
    done = Run(seed)
    async with Household(folder, kind, applicants=size.applicants) as household:
        with (
            SyncedLog(folder / "acknowledgements.jsonl") as log,
            SyncedLog(folder / "faults.jsonl") as faults,
        ):
            door = Door(household.addresses.apis, log, random.Random(f"{seed}/asking"))
            load = Load(door, household.branches, random.Random(f"{seed}/load"), datetime.now(_ZONE).date())
            load.pause = size.pause
            killer = Killer(household, faults, seed, door.tally)
            try:
                _say(began, "everything runs")
                done.more = await _under_load(load, killer, size, door, began)
                done.figures["catching_up_s"] = await come_to_rest(household)
                _say(began, "every workflow knows what is recorded")
                await let_a_day_pass(household)
                _say(began, "a day has passed")
                done.figures["mail_delivered_s"] = await come_to_rest(household, mails=True)
                _say(began, "every mail is delivered")
            finally:
                await door.close()
        if plant is not None:
            await planting.plant(plant, folder)
        done.verdict = await verdict_on(folder)
    done.kills = killer.done["kill"]
    done.acknowledged = door.tally.acknowledged
    done.figures |= recovery.figures(folder)
    done.figures["gave_up"] = door.tally.gave_up
    done.figures["refused_unexpectedly"] = len(load.surprises)
    done.figures["answers_of_500"] = len(door.tally.faults)
    done.details = {
        "record": kind,
        "seconds": round(time.monotonic() - began),
        "faults": dict(killer.done),
        "asked": vars(door.tally),
        "surprises": load.surprises[:20],
    }
    return done


async def _under_load(load: Load, killer: Killer, size: Size, door: Door, began: float) -> list[Promise]:
    more: list[Promise] = []
    await load.sleepers(size.sleepers)
    working = asyncio.create_task(load.run(size.callers))
    telling = asyncio.create_task(_tell_how_far(killer, size, door, began))
    try:
        await killer.carry_out(size.plan)
        _say(began, "the last kill is over")
        # What the last kill hit is back, so that whatever fails from here on failed for want of Temporal.
        await killer.household.until_ready()
        await asyncio.sleep(_CALM)
        if size.storms:
            stage = Stage(killer.household, door, load)
            more += await storms.blow(stage, 1)
            _say(began, "the storms are over")
            more += await rolling.roll(stage, 1)
            _say(began, "everything was restarted in turn")
        await killer.down(["temporal", "worker"], size.outage)
        while door.tally.acknowledged < size.acts and not working.done():  # noqa: ASYNC110 - by many callers
            await asyncio.sleep(0.2)
    finally:
        telling.cancel()
        load.stop.set()
        await working
    return more


async def _tell_how_far(killer: Killer, size: Size, door: Door, began: float) -> None:
    while True:
        await asyncio.sleep(_HOW_FAR)
        kills, acts = killer.done["kill"], door.tally.acknowledged
        _say(began, f"{kills} of {size.plan.kills} kills, {acts} of {size.acts} acts")


def _say(began: float, what: str) -> None:
    """Let whoever watches a run know how far it is."""
    print(f"{time.monotonic() - began:5.0f} s  {what}", flush=True)
