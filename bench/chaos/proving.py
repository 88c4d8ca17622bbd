"""Proves that the checker has teeth: one honest run, and every fault planted into a copy of what it left."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.chaos import planting
from bench.chaos.checker.findings import KINDS
from bench.chaos.household import Household
from bench.chaos.trials.staging import at_work
from bench.chaos.verdict import verdicts_on
from bench.promises import Promise

_ACTS = 60
_PATIENCE = 3.0
"""Seconds for workflows that knew everything before the fault was planted: nothing holds them up."""
_LOGS = ("acknowledgements.jsonl", "mail.jsonl")


async def prove(folder: Path, seed: int) -> list[Promise]:
    """Do a short run on SQLite, then plant each fault into a copy."""
    async with Household(folder, "sqlite", applicants=60) as household:
        async with at_work(household, seed, callers=4, sleepers=2) as stage:
            await stage.acknowledged(_ACTS, within=120)
        clean = sum(stage.verdict[kind] for kind in KINDS)
        for kind, places in stage.verdict["places"].items():
            print(f"  {kind}: {'; '.join(places)}")
        promise = Promise("prove.honest", "findings where nothing was planted", clean, 0, "findings")
        return [promise, *await plant_each(folder)]


async def plant_each(folder: Path) -> list[Promise]:
    """Plant each fault into a copy of an honest run that has come to rest, in a household that is still up.

    Return one promise for each: it was found.
    """
    # The workflow that is ended stays ended, so that one comes last.
    first = [fault for fault in planting.EXPECTED if fault != planting.STALE]
    found = [*await _planted(folder, first), *await _planted(folder, [planting.STALE])]
    return [
        Promise(
            f"prove.{fault}",
            f"{fault} planted, found as {planting.EXPECTED[fault]}",
            verdict[planting.EXPECTED[fault]],
            1,
            "findings",
            at_most=False,
        )
        for fault, verdict in zip((*first, planting.STALE), found, strict=True)
    ]


async def _planted(folder: Path, faults: Sequence[str]) -> list[dict[str, Any]]:
    copies = [await asyncio.to_thread(_copied, folder, fault) for fault in faults]
    for fault, copy in zip(faults, copies, strict=True):
        await planting.plant(fault, copy)
    return await verdicts_on(copies, patience=_PATIENCE)


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
