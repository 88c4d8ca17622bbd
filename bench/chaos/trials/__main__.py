"""`python -m bench.chaos.trials [NAME …]`: storms of one key, a rolling restart, a full disk, a held lock."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from bench.chaos.trials import disks, locks, rolling, small, storms
from bench.ending import ended
from bench.promises import Promise, report

Trial = Callable[[Path, int], Coroutine[Any, Any, list[Promise]]]

TRIALS: Final[dict[str, Trial]] = {
    "storm": lambda folder, seed: storms.trial(folder, "postgresql", seed),
    "storm-sqlite": lambda folder, seed: storms.trial(folder, "sqlite", seed),
    "rolling": lambda folder, seed: rolling.trial(folder, "postgresql", seed),
    "disk": disks.trial,
    "lock": locks.trial,
}
SMALL: Final[dict[str, Trial]] = {"small-sqlite": small.on_sqlite}
"""Several of them in a minute, for the tests; only run when it is named."""


def main() -> int:
    """Run the trials named, or all; 0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos.trials", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*TRIALS, *SMALL)))
    parser.add_argument("--seed", type=int, default=None, help="do again what a run with this seed did")
    parser.add_argument("--keep", action="store_true", help="keep logs and databases")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(2**31)
    print(f"seed {seed}", flush=True)
    promises = [promise for name in asked.names or TRIALS for promise in run_one(name, seed, keep=asked.keep)]
    return report("chaos-trials", promises, {"seed": seed})


def run_one(name: str, seed: int, *, keep: bool = False) -> list[Promise]:
    """Run one trial in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"accede-{name}-"))
    try:
        return asyncio.run({**TRIALS, **SMALL}[name](folder, seed))
    finally:
        if keep:
            print(f"everything is kept in {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(ended(main))
