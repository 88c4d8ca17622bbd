"""Has the checker look at runs, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.chaos.household import PROJECT


async def verdict_on(folder: Path) -> dict[str, Any]:
    """Return what the checker found in one run."""
    (found,) = await verdicts_on([folder])
    return found


async def verdicts_on(folders: Sequence[Path], *, patience: float | None = None) -> list[dict[str, Any]]:
    """Return what the checker found in each run, one after another.

    `patience`: for how many seconds a workflow may be behind. As long as a kill may hold it up, if not said.
    """
    patient = [] if patience is None else ["--patience", str(patience)]
    checker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.chaos.checker",
        *patient,
        *map(str, folders),
        stdout=asyncio.subprocess.PIPE,
        cwd=PROJECT,
    )
    said, _ = await checker.communicate()
    found: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    if len(found) != len(folders):
        raise RuntimeError("the checker broke off: what it wrote stands above")
    return found
