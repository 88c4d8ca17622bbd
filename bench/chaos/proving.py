"""Proves that the checker has teeth: one honest run, and every fault planted into a copy of what it left."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.chaos import planting
from bench.chaos.acknowledgements import SyncedLog
from bench.chaos.asking import Door
from bench.chaos.checker.findings import KINDS
from bench.chaos.household import Household
from bench.chaos.killing import SMALL, Killer
from bench.chaos.membership import Load
from bench.chaos.resting import come_to_rest, let_a_day_pass
from bench.chaos.running import verdict_on
from bench.promises import Promise

_ACTS = 60
_KILLS = 1
_PLAN = replace(SMALL, kills=_KILLS, gap=(0.5, 1.0), pauses=0, moods=0)
_LOGS = ("acknowledgements.jsonl", "mail.jsonl")


async def prove(folder: Path, seed: int, faults: Sequence[str] = tuple(planting.EXPECTED)) -> list[Promise]:
    """Do a short run on SQLite, then plant each fault into a copy. One promise for each: it was found."""
    async with Household(folder, "sqlite", applicants=60) as household:
        await _honest_run(household, folder, seed)
        honest = await verdict_on(folder)
        clean = sum(honest[kind] for kind in KINDS)
        for kind, places in honest["places"].items():
            print(f"  {kind}: {'; '.join(places)}")
        promises = [Promise("prove.honest", "findings where nothing was planted", clean, 0, "findings")]
        # The workflow that is ended stays ended, so that one comes last.
        for fault in sorted(faults, key=lambda name: name == planting.STALE):
            copy = await asyncio.to_thread(_copied, folder, fault)
            await planting.plant(fault, copy)
            found = await verdict_on(copy)
            kind = planting.EXPECTED[fault]
            says = f"{fault} planted, found as {kind}"
            promises.append(Promise(f"prove.{fault}", says, found[kind], 1, "findings", at_most=False))
    return promises


async def _honest_run(household: Household, folder: Path, seed: int) -> None:
    with SyncedLog(folder / _LOGS[0]) as log, SyncedLog(folder / "faults.jsonl") as faults:
        door = Door(household.addresses.apis, log, random.Random(f"{seed}/asking"))
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        load = Load(door, household.branches, random.Random(f"{seed}/load"), today)
        killer = Killer(household, faults, seed, door.tally)
        await load.sleepers(2)
        working = asyncio.create_task(load.run(4))
        try:
            await killer.carry_out(_PLAN)
            while door.tally.acknowledged < _ACTS:  # noqa: ASYNC110 - by many callers
                await asyncio.sleep(0.1)
        finally:
            load.stop.set()
            await working
            await door.close()
        await come_to_rest(household)
        await let_a_day_pass(household)
        await come_to_rest(household, mails=True)


def _copied(folder: Path, fault: str) -> Path:
    """Return a folder with a copy of the logs, the documents and the database; Temporal is the same one."""
    run: dict[str, Any] = json.loads((folder / "run.json").read_text("utf-8"))
    copy = folder / f"planted-{fault}"
    copy.mkdir()
    for name in _LOGS:
        shutil.copy(folder / name, copy / name)
    shutil.copytree(run["documents"], copy / "materials")
    with (
        closing(sqlite3.connect(run["database"].removeprefix("sqlite:///"))) as there,
        closing(sqlite3.connect(copy / "accede.db")) as here,
    ):
        there.backup(here)
    placed = {**run, "database": f"sqlite:///{copy / 'accede.db'}", "documents": str(copy / "materials")}
    (copy / "run.json").write_text(json.dumps(placed), "utf-8")
    return copy
