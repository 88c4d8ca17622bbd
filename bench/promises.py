"""Promises with figures: each is one line in the terminal and one entry in a file of results."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Promise:
    """One figure and the bound it has to keep.

    `figure` and `bound` are in `unit`. With `at_most` the figure may not be above the bound, without it the
    figure may not be below.
    """

    id: str
    says: str
    figure: float
    bound: float
    unit: str
    at_most: bool = True

    @property
    def kept(self) -> bool:
        """Whether the figure keeps its bound. A figure that is no number keeps nothing."""
        return self.figure <= self.bound if self.at_most else self.figure >= self.bound

    def line(self) -> str:
        """Return the one line that says what was promised, what was measured, and whether it was kept."""
        side = "at most" if self.at_most else "at least"
        verdict = "ok" if self.kept else "MISSED"
        return f"{verdict:<6}  {self.id:<24} {self.says}: {self.figure:g} ({side} {self.bound:g}) {self.unit}"


def report(
    part: str,
    promises: Sequence[Promise],
    details: Mapping[str, object] | None = None,
    *,
    into: Path = RESULTS,
) -> int:
    """Print one line per promise, write `<part>.json` into a folder, and return the exit code.

    0 when there are promises and all are kept, 1 otherwise: a run that measured nothing has failed.
    """
    for promise in promises:
        print(promise.line())
    into.mkdir(exist_ok=True)
    found = {
        "part": part,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "promises": [asdict(promise) | {"kept": promise.kept} for promise in promises],
        "details": dict(details or {}),
    }
    text = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    (into / f"{part}.json").write_text(text + "\n", "utf-8")
    return 0 if promises and all(promise.kept for promise in promises) else 1


def machine() -> dict[str, object]:
    """Name the machine: processor, cores this process may use, memory in GiB, system, Python."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages / 2**30, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
