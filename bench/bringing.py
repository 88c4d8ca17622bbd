"""`python -m bench.bringing`: how long a whole organisation takes to come in from a file.

A tenth of 20,000 units, 200,000 people, 200,000 standings and 300,000 posts, and with --full all of it, as
CSV or XLSX: looked through without a change, brought in, and looked through again. Processor time is told
beside the clock's, because that is what remains the same on a busy machine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from bench.ending import ended
from bench.growth.opening import Shelf
from bench.growth.seeding import made_name
from bench.promises import RESULTS, Promise, report
from records.database import Database
from records.definitions import read_library
from services.books.exporting import Format, write_book
from services.books.importing import Bringing, ImportView, import_book
from services.books.sheets import Entry, SheetName
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.parts import Parts

_TENTH, _FULL = 2_000, 20_000
_WITHIN = {_TENTH: 60.0, _FULL: 600.0}
"""Seconds in which that many units with everybody in them are looked through and brought in."""
_SMALL = 40
_FOUNDED = date(1999, 1, 1)
_SEED = 20260511
_PEOPLE_EACH = 10
_POSTS_EACH = 15


@dataclass(frozen=True)
class Took:
    """What one pass over a book cost."""

    wall: float
    cpu: float
    view: ImportView


def main(arguments: Sequence[str] | None = None, *, into: Path = RESULTS) -> int:
    """Measure, print one line for each promise, leave results in a folder, and return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.bringing", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="all of it instead of a tenth")
    size.add_argument("--small", action="store_true", help="does it run; says nothing about speed")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--form", choices=("csv", "xlsx"), default="csv")
    parser.add_argument(
        "--plant", choices=["hasty"], help="a look that changes the record: it must be missed"
    )
    asked = parser.parse_args(arguments)
    units = _FULL if asked.full else _SMALL if asked.small else _TENTH
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    promises: list[Promise] = []
    details: dict[str, object] = {"small": asked.small, "planted": asked.plant}
    with tempfile.TemporaryDirectory(prefix="accede-bringing-") as folder, Shelf(Path(folder)) as shelf:
        book = _book(Path(folder), units, asked.form)
        for kind in kinds:
            passes = _measured(shelf.empty(kind, "bringing"), book, hasty=asked.plant is not None)
            promises += _promises(kind, units, passes)
            details[kind] = [{"wall_s": round(one.wall, 1), "cpu_s": round(one.cpu, 1)} for one in passes]
    return report("bringing", promises, details, into=into)


def _promises(kind: str, units: int, passes: Sequence[Took]) -> list[Promise]:
    dry, brought, _ = passes
    rows = sum(sheet.rows for sheet in dry.view.sheets)
    new = [sum(sheet.new for sheet in one.view.sheets) for one in passes]
    wrong = sum(not one.view.clean for one in passes)
    seconds = round(brought.wall, 1)
    bound = _WITHIN.get(units, _WITHIN[_TENTH])
    return [
        Promise(f"{kind}-brought", f"{rows} rows of {units} units brought in", seconds, bound, "s"),
        Promise(f"{kind}-looked", "the same looked through alone", round(dry.wall, 1), bound, "s"),
        Promise(f"{kind}-wrong", "refusals, or rows not brought in", wrong + new[2], 0, ""),
        Promise(f"{kind}-dry", "rows that looking through left to bring in", new[1], rows, "", at_most=False),
    ]


def _measured(address: str, book: Path, *, hasty: bool) -> list[Took]:
    database = Database.open(address)
    library = read_library(Path(__file__).parents[1] / "processes")
    parts = Parts(
        database, library, StoredDocuments.at("memory:"), working_calendar, lambda: datetime.now(UTC)
    )
    applying = (hasty, True, False)
    passes = [_pass(parts, book, Bringing(apply=apply, accept_doubts=True)) for apply in applying]
    database.close_now()
    return passes


def _pass(parts: Parts, book: Path, how: Bringing) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    with book.open("rb") as file:
        view = asyncio.run(import_book(parts, None, (file, book.name), how, language="en"))
    took = Took(time.perf_counter() - wall, time.process_time() - cpu, view)
    what = "brought in" if how.apply else "looked through"
    print(f"  {what}: {took.wall:.1f} s, {took.cpu:.1f} s of processor", flush=True)
    return took


def _book(folder: Path, units: int, form: Format) -> Path:
    path = folder / ("book.xlsx" if form == "xlsx" else "book.zip")
    with path.open("xb") as into:
        write_book(lambda sheet: _ROWS[sheet.name](units) if sheet.name in _ROWS else (), form, into)
    return path


def _units(units: int) -> Iterator[Entry]:
    """Yield a department, a base committee for every ten branches below it, and the branches."""
    for number in range(units):
        above = None if number == 0 else number // 10 * 10 if number % 10 else 0
        kind = "branch" if number % 10 else "base-committee" if number else "department"
        yield {
            "id": f"u-{number}",
            "kind": kind,
            "name": f"第{number}组织",
            "parent": None if above is None else f"u-{above}",
            "may_approve": kind != "branch",
            "temporary": False,
            "from": _FOUNDED,
            "to": None,
        }


def _people(units: int) -> Iterator[Entry]:
    chance = random.Random(_SEED)
    for number in range(units * _PEOPLE_EACH):
        yield {
            "id": f"p-{number}",
            "name": made_name(chance),
            "email": f"p{number}@example.org",
            "language": "zh",
            "born_on": date(1950 + number % 50, 1 + number % 12, 1 + number % 28),
        }


def _standings(units: int) -> Iterator[Entry]:
    for number in range(units * _PEOPLE_EACH):
        what, unit, person = "full-member", f"u-{number // _PEOPLE_EACH}", f"p-{number}"
        held = {"person": person, "standing": what, "unit": unit, "from": _FOUNDED, "to": None}
        yield {"id": f"s-{number}", **held}


def _posts(units: int) -> Iterator[Entry]:
    for number in range(units * _POSTS_EACH):
        unit, place = divmod(number, _POSTS_EACH)
        begun = _FOUNDED.replace(year=_FOUNDED.year + place)
        yield {
            "id": f"o-{number}",
            "person": f"p-{unit * _PEOPLE_EACH + place % _PEOPLE_EACH}",
            "role": "auditor",
            "unit": f"u-{unit}",
            "from": begun,
            "to": begun.replace(month=12, day=31),
        }


_ROWS: Final[Mapping[SheetName, Callable[[int], Iterator[Entry]]]] = {
    "units": _units,
    "people": _people,
    "standings": _standings,
    "posts": _posts,
}


if __name__ == "__main__":
    sys.exit(ended(main))
