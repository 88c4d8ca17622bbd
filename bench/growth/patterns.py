"""Patterns: the rows of a real case with its ids taken out, to be filled in again for any number of cases.

The demonstration is made by real acts, so its twelve cases have real snapshots, tasks and events. A seeded
case is one of them with other people in another branch.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from records import migrating
from records.database import Database
from records.definitions import read_library
from records.tables import metadata
from services import demo
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.parts import Parts

FIELD, ROW, NOTHING = "\x1f", "\x1e", "\x00"
"""What stands between fields, after rows, and for NULL."""

_OPEN, _CLOSE = "\x02", "\x03"
_SLOT = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")

Rows = Sequence[Mapping[str, str | None]]

_HANGING_ON_CASES = (
    "events",
    "case_people",
    "case_materials",
    "tasks",
    "stage_stays",
    "done_steps",
    "obligations",
    "outbox",
)
_MOST = {"obligations": 16, "case_materials": 6}
"""Rows of a case that are kept, where many are alike: what more of them would add is disk."""


@dataclass(frozen=True)
class Pattern:
    """Rows of one table as text with slots in it."""

    literals: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, table: str, rows: Rows) -> Pattern:
        """Return the pattern of rows whose values hold slots, as `slot` writes them."""
        columns = [column.name for column in metadata.tables[table].columns]
        lines = (FIELD.join(_written(row[name]) for name in columns) for row in rows)
        parts = _SLOT.split("".join(line + ROW for line in lines))
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the rows with a value in each slot. Raises KeyError for one that is missing."""
        made = [""] * (2 * len(self.slots) + 1)
        made[::2] = self.literals
        made[1::2] = [values[key] for key in self.slots]
        return "".join(made)


@dataclass(frozen=True)
class CasePattern:
    """Everything that hangs on one case."""

    tables: Mapping[str, Pattern]
    unit: str
    """The demonstration's unit it lies in."""
    is_open: bool
    stage: str
    events: int
    opened_on: str
    due: frozenset[str]
    """The days its tasks are due."""


@dataclass(frozen=True)
class Patterns:
    """What a record of any size is made from."""

    cases: tuple[CasePattern, ...]
    organisation: Mapping[str, tuple[Mapping[str, str | None], ...]]
    """The rows of the demonstration's organisation, without the twelve on their way, by table."""
    made_at: datetime


def slot(key: str) -> str:
    """Return the text that stands for a value to be filled in."""
    return f"{_OPEN}{key}{_CLOSE}"


def read_patterns(folder: Path) -> Patterns:
    """Make the demonstration in `folder`, in a few seconds, and return its patterns."""
    file = folder / "demonstration.db"
    moment = datetime.now(UTC)
    _demonstrate(file, moment)
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    every = {name: _rows(connection, name) for name in metadata.tables}
    connection.close()
    subjects = {row["subject_id"] for row in every["cases"]}
    organisation = {
        "units": every["units"],
        "unit_closure": every["unit_closure"],
        "people": [row for row in every["people"] if row["id"] not in subjects],
        "posts": every["posts"],
        "standings": [row for row in every["standings"] if row["person_id"] not in subjects],
    }
    cases = tuple(_case_pattern(row, every) for row in every["cases"])
    return Patterns(cases, {name: tuple(rows) for name, rows in organisation.items()}, moment)


def _demonstrate(file: Path, moment: datetime) -> None:
    file.unlink(missing_ok=True)
    address = f"sqlite:///{file}"
    migrating.upgrade(address)
    database = Database.open(address)
    library = read_library(Path(__file__).parents[2] / "processes")
    parts = Parts(database, library, StoredDocuments.at("memory:"), working_calendar, lambda: moment)
    asyncio.run(demo.seed(parts))
    database.close_now()


def _rows(connection: sqlite3.Connection, table: str) -> list[Mapping[str, str | None]]:
    found = connection.execute(f"SELECT * FROM {table}")
    return [{key: None if row[key] is None else str(row[key]) for key in row.keys()} for row in found]  # noqa: SIM118 - a Row is no mapping


def _case_pattern(
    case: Mapping[str, str | None], every: Mapping[str, list[Mapping[str, str | None]]]
) -> CasePattern:
    hanging = {
        table: [row for row in every[table] if row["case_id"] == case["id"]] for table in _HANGING_ON_CASES
    }
    for table, most in _MOST.items():
        hanging[table] = _some(hanging[table], most)
    hanging["obligations"] = [_told(row, number) for number, row in enumerate(hanging["obligations"])]
    hanging["outbox"] = [
        {**row, "driven_seq": row["seq"], "waiting_since": None} for row in hanging["outbox"]
    ]
    due = {row["due_on"] for row in (*hanging["tasks"], case)} - {None}
    hanging["tasks"] = [
        {**row, "due_on": None if row["due_on"] is None else slot(f"due/{row['due_on']}")}
        for row in hanging["tasks"]
    ]
    hanging["case_materials"] = [
        {**row, "sha256": slot("digest") + str(row["sha256"])[16:]} for row in hanging["case_materials"]
    ]
    hanging["standings"] = [
        {**row, "id": f"{slot('short')}{number:08x}"}
        for number, row in enumerate(every["standings"])
        if row["person_id"] == case["subject_id"]
    ]
    opened_on = str(case["opened_on"])
    dated = str(case["snapshot"]).replace(
        f'"opened_on":"{opened_on}","closed_on"', f'"opened_on":"{slot("opened")}","closed_on"', 1
    )
    first_due = None if case["due_on"] is None else slot(f"due/{case['due_on']}")
    hanging["cases"] = [{**case, "opened_on": slot("opened"), "snapshot": dated, "due_on": first_due}]
    ids = _ids(every, {str(case["id"]): "case", str(case["subject_id"]): "subject"})
    return CasePattern(
        tables={table: Pattern.of(table, _with_slots(rows, ids)) for table, rows in hanging.items()},
        unit=str(case["unit_id"]),
        is_open=case["status"] == "open",
        stage=str(case["stage"]),
        events=len(hanging["events"]),
        opened_on=opened_on,
        due=frozenset(str(day) for day in due),
    )


def _ids(every: Mapping[str, Rows], own: Mapping[str, str]) -> dict[str, str]:
    """Return the slot of every id of the organisation; those of the case itself have a name."""
    ids = {str(row["id"]): str(row["id"]) for name in ("units", "people", "posts") for row in every[name]}
    return ids | dict(own)


def _with_slots(rows: Iterable[Mapping[str, str | None]], ids: Mapping[str, str]) -> Rows:
    known = re.compile("|".join(ids))

    def replaced(text: str | None) -> str | None:
        return None if text is None else known.sub(lambda found: slot(ids[found.group()]), text)

    return [{key: replaced(value) for key, value in row.items()} for row in rows]


def _some(rows: list[Mapping[str, str | None]], most: int) -> list[Mapping[str, str | None]]:
    step = max(1, -(-len(rows) // most))
    return rows[::step]


def _told(row: Mapping[str, str | None], number: int) -> Mapping[str, str | None]:
    """Return a duty that was met; every fifth message is unread."""
    made = f"{slot('short')}{number:08x}"
    return {
        **row,
        "id": made,
        "message_id": f"{made}@accede",
        "status": "sent",
        "next_attempt_at": None,
        "sent_at": row["created_at"],
        "channel": "mail",
        "read_at": row["created_at"] if number % 5 else None,
    }


def _written(value: str | None) -> str:
    return NOTHING if value is None else value
