"""`python -m bench.importing`: how long 10,000 cases take to be brought in half-way, and again."""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types

from bench.ending import ended
from bench.promises import RESULTS, Promise, report
from commands.opening import opened_parts
from commands.showing import shown_progress
from records import additions, bulk, migrating
from services.case_books.columns import columns_of
from services.case_books.findings import CaseBookView
from services.case_books.importing import Bringing, import_cases
from services.case_books.template import CASES, MARK, heading
from services.demo import fill_organisation
from services.demo_organisation import PEOPLE, UNITS
from services.parts import Parts
from settings import Settings

_PROCESS: Final = "membership-development"
_SECONDS: Final = 600.0
_SEED: Final = 20260511
_BEGAN: Final = date(2023, 3, 1)
_WAY: Final = (
    ("apply", 0),
    ("first-talk", 20),
    ("recommend", 190),
    ("activist-decision", 210),
    ("activist-filing", 220),
    ("contacts", 225),
    ("cultivation.assessment", 400),
)
"""Steps, and how many days after the application they are told to have happened."""

_Row = dict[str, object]


def main(arguments: Sequence[str] | None = None, *, into: Path = RESULTS) -> int:
    """Measure, print one line for each promise, leave results in a folder, and return the exit code."""
    asked = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    asked.add_argument("--small", action="store_true", help="200 rows; says nothing about speed")
    is_small = asked.parse_args(arguments).small
    rows = 200 if is_small else 10_000
    with tempfile.TemporaryDirectory(prefix="accede-bench-") as folder:
        address = f"sqlite:///{Path(folder) / 'accede.db'}"
        migrating.upgrade(address)
        first, again, seconds, once_more = asyncio.run(_measured(Settings(database_url=address), rows))
    kept = first.taken == again.same == rows and again.taken == 0
    promises = [
        Promise("importing-rows", f"{rows} cases are brought in", seconds, _SECONDS, "s"),
        Promise("importing-again", "the same file again", once_more, _SECONDS / 5, "s"),
        Promise("importing-once", "rows that are there twice or not at all", 0 if kept else 1, 0, "rows"),
    ]
    details = {"rows": rows, "gaps": first.gap_count, "small": is_small}
    return report("importing", promises, details, into=into)


async def _measured(settings: Settings, rows: int) -> tuple[CaseBookView, CaseBookView, float, float]:
    async with opened_parts(settings) as parts:
        await parts.write(fill_organisation)
        rest: bulk.Says = {"email": None, "language": "zh", "born_on": date(1995, 1, 1)}
        people: list[bulk.Says] = [{"id": f"bench-{one}", "name": f"某{one}", **rest} for one in range(rows)]
        await parts.write(lambda connection: additions.add_people(connection, people))
        file = _book(parts, rows)
        how = Bringing(by=PEOPLE[0].id, apply=True, as_it_was=True)
        begun = time.monotonic()
        first = await _brought(parts, file, how)
        middle = time.monotonic()
        again = await _brought(parts, file, how)
        return first, again, round(middle - begun, 1), round(time.monotonic() - middle, 1)


async def _brought(parts: Parts, file: IO[bytes], how: Bringing) -> CaseBookView:
    with shown_progress() as told:
        return await import_cases(parts, file, how, lambda more: told("cases, rows", more, 0))


def _book(parts: Parts, rows: int) -> IO[bytes]:
    """Return a filled workbook; each case got some way along."""
    columns = columns_of(parts.library.family(_PROCESS))
    places = {column.key: place for place, column in enumerate(columns)}
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        page = workbook.add_worksheet(CASES)
        page.write_row(0, 0, [heading(column) for column in columns])
        page.write_row(1, 0, [f"{MARK} {_PROCESS}"])
        for number, row in enumerate(_rows(rows), 2):
            for key in sorted(row, key=lambda key: places[key]):
                page.write_string(number, places[key], str(row[key]))
    return file


def _rows(number: int) -> Iterator[_Row]:
    chance = random.Random(_SEED)
    branches = [unit.id for unit in UNITS if unit.kind == "branch"]
    members = [person.id for person in PEOPLE if person.standing == "full-member"]
    for one in range(number):
        began = _BEGAN + timedelta(days=chance.randrange(300))
        told = chance.randint(1, len(_WAY))
        row: _Row = {"person": f"bench-{one}", "unit": chance.choice(branches), "apply.papers": "全部"}
        row |= {step: (began + timedelta(days=after)).isoformat() for step, after in _WAY[:told]}
        if "activist-decision" in row:
            row |= {"activist-decision.eligible": 5, "activist-decision.present": 5}
            row |= {"activist-decision.yes": 5}
        if "contacts" in row:
            row["contacts.people"] = chance.choice(members)
        yield row


if __name__ == "__main__":
    raise SystemExit(ended(main))
