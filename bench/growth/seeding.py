"""Seeds: an organisation of thousands of branches and its cases, as text that either database loads in bulk.

The demonstration's committee, with its three branches and everybody in them, stands there hundreds of times,
under ten departments with one more above them.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from bench.growth.patterns import FIELD, NOTHING, ROW, CasePattern, Patterns
from records.names import endings, searchable
from records.tables import metadata

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰红梅"
    "鑫波宇浩然子涵雨桐思远晨光诗韵若溪清越书知夏"
)

ROOT = "0" * 32
"""The unit above every other."""

DEPARTMENT = "department"
OVERSEER, HALF, SUBSTITUTE = "overseer", "half", "substitute"
"""People whose ids are known: a post at the root, posts in every second department, a lent post alone."""

_KNOWN = {OVERSEER: "总审计", HALF: "审计员", SUBSTITUTE: "代理人"}
_SINCE = "2010-01-01"
_SEED = 20260511
_CLOSED = 0.05
"""Cases that have ended, beside the open ones, as a share of them."""

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Size:
    """How much is seeded."""

    name: str
    departments: int
    committees: int
    open_cases: int
    predecessors: int = 0
    """How many people held each post before whoever holds it now."""


FULL = Size("full", departments=10, committees=667, open_cases=100_000)
WIDE = Size("wide", departments=10, committees=4_000, open_cases=100_000, predecessors=4)
"""The same cases among 20,000 units, 200,000 people and 340,000 posts."""
SMALL = Size("small", departments=4, committees=20, open_cases=2_000)
EMPTY = Size("empty", departments=1, committees=1, open_cases=1_000)
"""Enough to act on, and nothing beside it."""


@dataclass
class Batch:
    """Rows of several tables, as text, and how many cases are among them."""

    tables: dict[str, str] = field(default_factory=dict)
    cases: int = 0


class Seeds:
    """All rows of one size, the same each time."""

    def __init__(self, patterns: Patterns, size: Size) -> None:
        """Make the seeds of a record of that size."""
        self._patterns = patterns
        self._size = size
        known = patterns.organisation
        units = {row["id"] for row in known["units"] if row["kind"] == DEPARTMENT}
        self._of_department = frozenset(
            units
            | {row["id"] for row in known["posts"] if row["unit_id"] in units}
            | {row["person_id"] for row in known["standings"] if row["unit_id"] in units}
        )
        self._ids = cache(self._made_ids)

    def unit(self, demo_unit: str, committee: int = 0) -> str:
        """Return the id of one of the demonstration's units below one committee, or of its department."""
        return self._ids(committee)[demo_unit]

    def organisation(self) -> Iterator[Batch]:
        """Return the rows of units, people, posts and standings."""
        root = self._root()
        yield Batch(
            {table: _text(table, rows) for table, rows in root.items()} | _with_endings(root["people"])
        )
        for number in range(self._size.departments):
            yield self._part(number, of_department=True)
        for number in range(self._size.committees):
            yield self._part(number, of_department=False)

    def cases(self) -> Iterator[Batch]:
        """Return the rows of cases, with what hangs on them, in the order of their ids."""
        chance = random.Random(_SEED)
        plan = [
            (_id(kind, str(number)), patterns[number % len(patterns)])
            for kind, patterns, cases in (
                ("case", [one for one in self._patterns.cases if one.is_open], self._size.open_cases),
                (
                    "closed",
                    [one for one in self._patterns.cases if not one.is_open],
                    int(self._size.open_cases * _CLOSED),
                ),
            )
            for number in range(cases)
        ]
        for case_id, pattern in sorted(plan, key=lambda planned: planned[0]):
            yield self._case(case_id, pattern, chance)

    def _ended(self, held: list[Row], people: list[str]) -> list[Row]:
        """Return who held posts before: colleagues, each for a year."""
        return [
            {
                **row,
                "id": _id(f"{row['id']}/before", str(number)),
                "person_id": people[(place + number + 1) % len(people)],
                "from_on": f"{2005 + number}-01-01",
                "to_on": f"{2005 + number}-12-31",
            }
            for place, row in enumerate(held)
            for number in range(self._size.predecessors)
        ]

    def _root(self) -> dict[str, list[Row]]:
        """Return the unit above all departments, and the people whose ids are known."""
        demo_department = next(iter(self._patterns.organisation["units"]))["id"]
        departments = [
            self.unit(str(demo_department), number) for number in range(0, self._size.departments, 2)
        ]
        officer = next(row for row in self._patterns.organisation["posts"] if row["role"] == "officer")
        lent = self.unit(str(officer["id"]))
        top: Row = {"id": ROOT, "kind": DEPARTMENT, "name": "总部", "temporary": "0", "may_approve": "0"}
        return {
            "units": [top],
            "unit_closure": [_above(ROOT, ROOT, 0)],
            "people": [_person(one, name) for one, name in _KNOWN.items()],
            "posts": [
                _auditor(OVERSEER, ROOT),
                *(_auditor(HALF, unit) for unit in departments),
            ],
            "delegations": [{"id": "lent", "post_id": lent, "substitute_id": SUBSTITUTE, "from_on": _SINCE}],
        }

    def _case(self, case_id: str, pattern: CasePattern, chance: random.Random) -> Batch:
        subject = _id("subject", case_id)
        earlier = chance.randrange(60)
        values = {
            **self._ids(chance.randrange(self._size.committees)),
            "case": case_id,
            "subject": subject,
            "short": case_id[:24],
            "digest": case_id[:16],
            "opened": _shifted(pattern.opened_on, chance.randrange(90)),
        }
        values |= {f"due/{day}": _shifted(day, earlier) for day in pattern.due}
        name = made_name(chance)
        tables = {table: rows.filled(values) for table, rows in pattern.tables.items()}
        return Batch(_with_endings([_person(subject, name)]) | tables, 1)

    def _made_ids(self, committee: int) -> dict[str, str]:
        """Return what stands for each id of the demonstration, in one committee and its department."""
        department = committee % self._size.departments
        known = self._patterns.organisation
        every = (str(row["id"]) for name in ("units", "people", "posts") for row in known[name])
        return {
            one: _id("department", f"{department}/{one}")
            if one in self._of_department
            else _id("committee", f"{committee}/{one}")
            for one in every
        }

    def _part(self, number: int, *, of_department: bool) -> Batch:
        """Return the organisation of one department, or of one committee with all below it."""
        ids = self._ids(number)
        made: dict[str, list[Row]] = defaultdict(list)
        for table, rows in self._patterns.organisation.items():
            for place, row in enumerate(rows):
                own = row[
                    "person_id" if table == "standings" else "unit_id" if table == "unit_closure" else "id"
                ]
                if (own in self._of_department) is of_department:
                    made[table].append(_replaced(row, ids, _id(f"{own}/{place}", str(number))))
        for row in made["units"]:
            depth = 1 + sum(1 for pair in made["unit_closure"] if pair["unit_id"] == row["id"]) - 1
            made["unit_closure"].append(_above(ROOT, str(row["id"]), depth))
        if of_department:
            made["units"] = [{**row, "parent_id": ROOT} for row in made["units"]]
        made["posts"] += self._ended(made["posts"], [str(row["id"]) for row in made["people"]])
        texts = {table: _text(table, rows) for table, rows in made.items()}
        return Batch(texts | _with_endings(made["people"]))


def _replaced(row: Row, ids: Mapping[str, str], new_id: str) -> Row:
    """Return a row with the ids of its place; a row whose own id nobody knows gets a new one."""
    made = {key: value if value is None else ids.get(value, value) for key, value in row.items()}
    if "id" in row and row["id"] not in ids:
        made["id"] = new_id
    return made


def _above(ancestor: str, unit: str, depth: int) -> Row:
    return {"ancestor_id": ancestor, "unit_id": unit, "depth": str(depth)}


def _with_endings(rows: list[Row]) -> dict[str, str]:
    """Return people, and the parts of their names by which they are found."""
    parts: list[Row] = [
        {"ending": ending, "person_id": row["id"]}
        for row in rows
        for ending in sorted(endings(str(row["name_search"])))
    ]
    return {"people": _text("people", rows), "name_endings": _text("name_endings", parts)}


def _person(person: str, name: str) -> Row:
    return {
        "id": person,
        "name": name,
        "name_search": searchable(name),
        "language": "zh",
        "born_on": "1996-05-04",
    }


def _auditor(person: str, unit: str) -> Row:
    return {
        "id": _id("post", unit),
        "person_id": person,
        "role": "auditor",
        "unit_id": unit,
        "from_on": _SINCE,
    }


def _text(table: str, rows: list[Row]) -> str:
    columns = [column.name for column in metadata.tables[table].columns]
    lines = (
        FIELD.join(NOTHING if row.get(one) is None else str(row[one]) for one in columns) for row in rows
    )
    return "".join(line + ROW for line in lines)


def _id(kind: str, name: str) -> str:
    return hashlib.blake2b(f"{kind}/{name}".encode(), digest_size=16).hexdigest()


@cache
def _shifted(day: str, earlier: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=earlier)).isoformat()


def made_name(chance: random.Random) -> str:
    """Return a name as people have them: many share one."""
    return chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2))))
