"""`python -m bench.chaos`: kills and other faults under load, and whether anything was lost.

See docs/reliability.md. Prints the seed, one line for each promise, and writes `bench/results/chaos.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.chaos import planting
from bench.chaos.promised import promises
from bench.chaos.proving import prove
from bench.chaos.running import LONG, SMALL, USUAL, Size, run
from bench.ending import ended
from bench.promises import report


def main() -> int:
    """Do what the command line says; 0 when every promise was kept."""
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(2**31)
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="accede-chaos-"))
    try:
        if asked.prove:
            return report("chaos-prove", asyncio.run(prove(folder, seed)), {"seed": seed})
        done = asyncio.run(run(folder, _size(asked), asked.database, seed, asked.plant))
    finally:
        if asked.keep:
            print(f"everything is kept in {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    part = "chaos-long" if asked.long else "chaos"
    details = {"seed": done.seed, "verdict": done.verdict, "figures": done.figures, **done.details}
    return report(part, [*promises(done, _size(asked), timed=asked.timed), *done.more], details)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--long", action="store_true", help="300 kills and 20,000 acts")
    parser.add_argument(
        "--small",
        action="store_true",
        help="25 kills in quick succession, then storms and a rolling restart: for the tests",
    )
    parser.add_argument("--seed", type=int, help="do again what a run with this seed did")
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--kills", type=int, help="another number of kills")
    parser.add_argument("--acts", type=int, help="another number of acknowledged acts")
    parser.add_argument("--plant", choices=sorted(planting.EXPECTED), help="a fault the checker has to find")
    parser.add_argument("--prove", action="store_true", help="plant every fault, and see each one found")
    parser.add_argument("--keep", action="store_true", help="keep logs and databases")
    parser.add_argument("--timed", action="store_true", help="promise the times of recovery, too")
    return parser.parse_args()


def _size(asked: argparse.Namespace) -> Size:
    size = LONG if asked.long else SMALL if asked.small else USUAL
    if asked.kills is not None:
        size = replace(size, plan=replace(size.plan, kills=asked.kills))
    return size if asked.acts is None else replace(size, acts=asked.acts)


if __name__ == "__main__":
    sys.exit(ended(main))
