"""Reads tests/access/table.yaml: who may ask what. Every row becomes one expected status for every caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("table.yaml")

FIELDS_FILE = FILE.with_name("fields.yaml")

Fields = dict[str, Any]
"""What tests/access/fields.yaml says: `viewers` and `groups` with what they mean, and the `table` itself."""

ANSWERS = frozenset({200, 201, 202, 204, 303, 401, 403, 404, 409, 412, 422})
"""The statuses the head of the table explains."""


class Unclear(Exception):
    """The table says something that cannot be read in one way only."""


@cache
def the_fields() -> Fields:
    """Return the table of fields."""
    fields: Fields = YAML(typ="safe", pure=True).load(FIELDS_FILE.read_text("utf-8"))
    return fields


@dataclass(frozen=True, order=True)
class Caller:
    """Somebody who asks: a role at a place, or a person of a certain sort without one."""

    who: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.who} in {self.place}" if self.place else self.who


@dataclass(frozen=True)
class Row:
    """One question and what each caller is answered."""

    route: str
    when: str
    says: str
    answers: Mapping[Caller, int]

    @property
    def name(self) -> str:
        return f"{self.route}, {self.when}" if self.when else self.route


@dataclass(frozen=True)
class Table:
    """The whole table: its callers, in the order written, and its rows."""

    roles: Mapping[str, str]
    places: Mapping[str, str]
    people: Mapping[str, str]
    rows: tuple[Row, ...]

    @property
    def callers(self) -> tuple[Caller, ...]:
        return tuple(_callers(self.roles, self.places, self.people))


@cache
def the_table() -> Table:
    """The table as it is written."""
    return read(FILE.read_text("utf-8"))


def read(text: str) -> Table:
    """Return the table of a text. Raises Unclear, and whatever ruamel.yaml finds, such as a key twice."""
    given: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    callers = tuple(_callers(given["roles"], given["places"], given["people"]))
    rows = tuple(_row(given, callers, row) for row in given["rows"])
    names = [row.name for row in rows]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Unclear(f"asked twice: {sorted(twice)}")
    return Table(given["roles"], given["places"], given["people"], rows)


def _callers(
    roles: Mapping[str, str], places: Mapping[str, str], people: Mapping[str, str]
) -> Iterator[Caller]:
    yield from (Caller(role, place) for role in roles for place in places)
    yield from map(Caller, people)


def read_row(given: dict[str, Any], row: dict[str, Any]) -> Row:
    """Return one row, for everybody of the table. Raises Unclear."""
    return _row(given, tuple(_callers(given["roles"], given["places"], given["people"])), row)


def _row(given: dict[str, Any], callers: tuple[Caller, ...], row: dict[str, Any]) -> Row:
    unknown = set(row) - {"route", "when", "says", "like", "answers"}
    if unknown:
        raise Unclear(f"{row['route']} says {sorted(unknown)}")
    lines = [*given["patterns"][row["like"]].items()] if "like" in row else []
    found: dict[Caller, int] = {}
    for selector, status in [*lines, *row.get("answers", {}).items()]:
        if status not in ANSWERS:
            raise Unclear(f"{row['route']} answers {status}")
        found.update(dict.fromkeys(_selected(given, callers, selector), status))
    missing = [str(caller) for caller in callers if caller not in found]
    if missing:
        raise Unclear(f"{row['route']} does not say what {missing} are answered")
    return Row(row["route"], row.get("when", ""), row["says"], found)


def _selected(given: dict[str, Any], callers: tuple[Caller, ...], selector: str) -> list[Caller]:
    """Return whom "officers, auditor in own, parent" means."""
    left, _, right = selector.partition(" in ")
    who = set(_members(given["groups"], left))
    where = set(_members(given["areas"], right)) if right else {"", *given["places"]}
    found = [caller for caller in callers if caller.who in who and caller.place in where]
    known_who = {caller.who for caller in callers}
    if not found or not who <= known_who or not where <= {"", *given["places"]}:
        raise Unclear(f"nobody is {selector!r}")
    return found


def _members(groups: Mapping[str, list[str]], words: str) -> Iterator[str]:
    for word in words.split(", "):
        yield from groups.get(word, [word])
