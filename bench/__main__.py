"""`python -m bench`: every measurement in turn, a summary, and the pictures. Needs a quiet machine.

Each part is a process of its own, so that none of them finds the other's memory warm; those that ask a large
record share one. A part that fails does not keep the others from being measured; the exit code is that of the
worst.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.ending import ended, run_part
from bench.growth.opening import folder_for
from bench.promises import RESULTS

PARTS = (
    "act",
    "importing",
    "growth",
    "pages",
    "waiting",
    "proofs",
    "bringing",
    "startup",
    "patterns",
)
"""In the order of the table in docs/performance.md."""
_OF_A_LARGE_RECORD = ("growth", "pages")

Run = Callable[[str, Sequence[str]], int]


def main(argv: Sequence[str] | None = None, *, run: Run | None = None, results: Path = RESULTS) -> int:
    """Run the parts and draw the pictures; return 0 when every promise of every part was kept."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--small", action="store_true", help="does everything run; says nothing about speed")
    parser.add_argument(
        "--keep", type=Path, help="keep the seeded records in this folder, and use them again"
    )
    given = parser.parse_args(argv)
    measure = run or _run
    codes = {}
    with folder_for(given.keep) as folder:
        for part in given.parts:
            # What an earlier run found must not be taken for this one's.
            (results / f"{part}.json").unlink(missing_ok=True)
            shared = ("--keep", str(folder)) if part in _OF_A_LARGE_RECORD else ()
            codes[part] = _timed(measure, part, ["--small"] * given.small + [*shared])
    for part, code in codes.items():
        print("\n".join(_summary(results / f"{part}.json", part, code)))
    drawn = 0 if given.small else measure("plots", ())
    return max([*codes.values(), drawn])


def _timed(run: Run, part: str, arguments: Sequence[str]) -> int:
    print(f"\n== bench.{part}", flush=True)
    begun = time.monotonic()
    code = run(part, arguments)
    print(f"== bench.{part}: exit code {code} after {time.monotonic() - begun:.0f} s", flush=True)
    return code


def _run(part: str, arguments: Sequence[str]) -> int:
    return run_part([sys.executable, "-m", f"bench.{part}", *arguments])


def _summary(path: Path, part: str, code: int) -> list[str]:
    if not path.exists():
        return [f"FAILED  bench.{part}: left no results, exit code {code}"]
    promises = json.loads(path.read_text("utf-8"))["promises"]
    lines = [
        f"{'ok' if one['kept'] else 'MISSED':<6}  {part}: {one['says']}: {one['figure']:g} "
        f"({'at most' if one['at_most'] else 'at least'} {one['bound']:g}) {one['unit']}"
        for one in promises
    ]
    return lines or [f"FAILED  bench.{part}: no promises, exit code {code}"]


if __name__ == "__main__":
    sys.exit(ended(main))
