"""`python -m bench.patterns`: looks for patterns over 100,000 cases of a record, and in honest organisations.

Every pattern is planted once in the record and has to be found there. What honest organisations raise is
counted in memory, with 20,000 cases each.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress

from bench.ending import ended
from bench.patterns.filling import fill
from bench.patterns.organisation import PROCESS, TODAY, Organisation
from bench.promises import RESULTS, Promise, report
from domain.library import Library
from domain.patterns.catalogue import PATTERNS
from domain.patterns.copies import Place, really_alike
from domain.patterns.counting import Counts
from domain.patterns.facts import shapes_of
from domain.patterns.judging import judge
from domain.patterns.thresholds import limits
from domain.working_days import WorkingCalendar
from records import migrating, pattern_runs
from records.database import Database
from records.definitions import read_library
from records.pattern_runs import Audited
from services.documents import StoredDocuments
from services.parts import Parts
from services.pattern_counting import Source
from services.pattern_runs import Asked, look
from services.person_keys import keys_of
from services.sealing import SealingPlace

MINUTES = 5.0
FALSE_ALARMS = 0.02
MEMORY = 1024.0
"""MiB that a look may add to what the process had before."""
_FAULTS: Final[Mapping[str | None, dict[str, float]]] = {
    "blind": {"copied-texts.texts": 1e9},
    "hasty": {"late-entries.share": 0.01, "certainty": 10.0},
}
"""One sees no copies, the other takes whatever is above a low share for a pattern."""
_HONEST: Final = (31, 32, 33, *range(61, 68))
"""Seeds of honest organisations: of fewer than ten one alarm would be more than 2 % of the looks."""
_VERSION: Final = "2026.1"
_NOW: Final = datetime.combine(date.fromordinal(TODAY), datetime.min.time(), UTC)


def main(arguments: Sequence[str] | None = None, *, into: Path = RESULTS) -> int:
    """Measure, print one line for each promise, leave results in a folder, and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.patterns", description=__doc__)
    parser.add_argument("--small", action="store_true", help="few cases; says nothing about speed")
    parser.add_argument("--plant", choices=["blind", "hasty"], help="a fault that the promises must notice")
    asked = parser.parse_args(arguments)
    library = read_library(Path("processes"))
    thresholds = _FAULTS.get(asked.plant, {})
    planted = Organisation(1, 2_500 if asked.small else 100_000, tuple(PATTERNS))
    seeds, cases = (_HONEST[:2], 500) if asked.small else (_HONEST, 20_000)
    honest = [Organisation(seed, cases) for seed in seeds]
    with tempfile.TemporaryDirectory(prefix="accede-patterns-") as scratch, _shown() as progress:
        raised = [_judged(one, library, thresholds, progress) for one in honest]
        looked = asyncio.run(_looked(Path(scratch), planted, library, thresholds, progress))
    alarms = sum(map(len, raised)) / (len(honest) * len(PATTERNS))
    promises = [
        Promise("patterns.found", "planted patterns found", looked.found, 1.0, "of all", at_most=False),
        Promise(
            "patterns.honest", "looks at honest organisations that raise", alarms, FALSE_ALARMS, "of all"
        ),
        Promise("patterns.minutes", "a look over the record", round(looked.seconds / 60, 2), MINUTES, "min"),
        Promise("patterns.memory", "memory it adds", looked.memory, MEMORY, "MiB"),
    ]
    details = {"raised_by_honest": [sorted(one) for one in raised], **asdict(looked)}
    details |= {"small": asked.small, "planted": asked.plant}
    return report("patterns", promises, details | {"load_average": os.getloadavg()}, into=into)


@dataclass(frozen=True)
class _Looked:
    found: float
    seconds: float
    cpu_seconds: float
    """Of this process: what remains the same on a busy machine."""
    memory: float
    events: int
    missed: list[str]


async def _looked(
    folder: Path, planted: Organisation, library: Library, thresholds: dict[str, float], progress: Progress
) -> _Looked:
    address = f"sqlite:///{folder / 'accede.db'}"
    migrating.upgrade(address)
    sealing: SealingPlace = {"keys": base64.b64encode(os.urandom(32)).decode(), "file": None}
    parts = Parts(
        database=Database.open(address),
        library=library,
        documents=StoredDocuments.at("memory:///"),
        calendars=lambda _name, _day: WorkingCalendar(version="none"),
        clock=lambda: _NOW,
        keys=keys_of(sealing),
    )
    filling = progress.add_task("filling a record", total=None)
    digest = library.find(PROCESS, _VERSION).digest
    events = await parts.database.write(lambda c: fill(c, planted, digest, parts.keys))
    progress.update(filling, total=1, completed=1)
    bars = {what: progress.add_task(f"looking at {what}", total=None) for what in ("cases", "texts")}
    before, begun, used = _memory(), time.perf_counter(), time.process_time()
    most = before

    def told(what: str, done: int, of: int) -> None:
        nonlocal most
        most = max(most, _memory())
        progress.update(bars[what], completed=done, total=of)

    run = await look(parts, Asked(changed=thresholds), told, source=Source(address, sealing))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    everything = Audited(everything=True, units=())
    page = await parts.read(lambda c: pattern_runs.list_results(c, run.id, everything, limit=10_000))
    found = {(one.pattern, one.unit) for one in page.items}
    missed = [pattern for pattern in planted.planted.items() if pattern not in found]
    share = 1 - len(missed) / len(planted.planted)
    names = [pattern for pattern, _ in missed]
    return _Looked(share, round(seconds, 1), round(cpu, 1), round(most - before, 1), events, names)


def _judged(
    honest: Organisation, library: Library, thresholds: dict[str, float], progress: Progress
) -> set[str]:
    """Return the patterns that an honest organisation raises."""
    bar = progress.add_task("an honest organisation", total=honest.cases)
    figures = limits(thresholds)
    shape = shapes_of(library)[library.find(PROCESS, _VERSION).digest]
    counts = Counts({"digest": shape}, honest.posts, figures, TODAY, beside=honest.beside())
    texts = {}
    for head, lines in honest.histories():
        counts.add(head, lines)
        progress.advance(bar)
        for line in lines:
            if "texts" in line.data:
                texts[Place(head.id, line.seq, "texts.opinion")] = line.data["texts"]["opinion"]
    least = figures["copied-texts.likeness"]
    alike = {whose: really_alike(some, texts, least) for whose, some in counts.copies.likely().items()}
    return {one.pattern for one in judge(counts, honest.around(), alike).raised}


@contextmanager
def _shown() -> Iterator[Progress]:
    with Progress(console=Console(stderr=True)) as progress:
        yield progress


def _memory() -> float:
    """Return the memory this process has, in MiB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    sys.exit(ended(main))
