"""Rows of a book of cases beside what the record has of those they name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from sqlalchemy import Connection

from domain.circumstances import Circumstances
from domain.library import UnknownProcess
from domain.process import Process
from records import bulk, erasures, imported, problems, registers
from records.registers import ActedOn
from services import overlays
from services.case_books.columns import Column
from services.case_books.reading import Line
from services.case_books.telling import Fact, case_key, facts_of, more_fact, people_in
from services.parts import Parts


@dataclass
class Row:
    """One row: the case it tells of, the facts it tells, and what of it cannot be taken."""

    line: Line
    case: str
    facts: list[Fact]
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """The column and the rule."""
    beside: list[tuple[int, str, str]] = field(default_factory=list)
    """What is wrong in the sheet for more: the line, the column and the rule."""

    @classmethod
    def of(
        cls, line: Line, columns: Sequence[Column], family: Sequence[Process], more: Sequence[Line] = ()
    ) -> Row:
        """Read a row, and the lines of the sheet for more that name its case."""
        wrong = [(fault.column, fault.rule) for fault in line.faults]
        facts = facts_of(line.says, columns, family, lambda column, rule: wrong.append((column, rule)))
        row = cls(_with_more(line, more), case_key(family[-1].process, line.says), facts, wrong)
        for one in more:
            row.beside += [(one.number, fault.column, fault.rule) for fault in one.faults]
            fact = None if one.faults else more_fact(one, family, partial(row.refuse_beside, one.number))
            facts += [] if fact is None else [fact]
        return row

    def refuse_beside(self, number: int, column: str, rule: str) -> None:
        """Note what is wrong in a line of the sheet for more."""
        self.beside.append((number, column, rule))

    @property
    def units(self) -> set[str]:
        """The units it names: where the case began, and where it moved to."""
        return {self.unit} | {fact.unit for fact in self.facts if fact.unit is not None}

    def unit_on(self, day: date) -> str:
        """Return the unit the case belonged to at the end of a day."""
        moves = sorted(
            (fact.on, fact.unit) for fact in self.facts if fact.unit is not None and fact.on <= day
        )
        return moves[-1][1] if moves else self.unit

    @property
    def person(self) -> str:
        """The id of whom it is about."""
        return str(self.line.says.get("person", ""))

    @property
    def unit(self) -> str:
        """The id of the unit it belongs to."""
        return str(self.line.says.get("unit", ""))

    @property
    def stage(self) -> str | None:
        """The stage it says was reached."""
        stage = self.line.says.get("stage")
        return None if stage is None else str(stage)

    @property
    def key(self) -> str:
        """The column that says which case it is."""
        return "key" if "key" in self.line.says else "person"

    def begun(self, process: Process) -> date | None:
        """Return the day of the first step."""
        return next((one.on for one in self.facts if one.step == process.first_step.id), None)


@dataclass
class Around:
    """What the record has of the people, units and cases that some rows name."""

    people: dict[str, bulk.Says]
    units: set[str]
    erased: set[str]
    here: dict[str, str]
    """Of the cases that are here already, the digest of the row they were brought in from."""
    open: set[str]
    """Those who have an open case of the process."""

    @classmethod
    def of(cls, connection: Connection, process: Process, rows: Sequence[Row]) -> Around:
        """Ask the record."""
        named = {row.person for row in rows} | {one for row in rows for one in people_in(row.facts)}
        subjects = {row.person for row in rows}
        one_open = process.one_open_case
        return cls(
            people=bulk.entries(connection, "people", named),
            units=bulk.known(connection, "units", {unit for row in rows for unit in row.units}),
            erased=erasures.erased_among(connection, named),
            here=imported.digests_of(connection, {row.case for row in rows}),
            open=_open(connection, process, subjects) if one_open else set(),
        )

    def check(self, row: Row, columns: Sequence[Column]) -> None:
        """Note what a row names and the record does not have, or has otherwise."""
        says = row.line.says
        if row.person and row.person not in self.people:
            row.wrong.append(("person", "person-unknown"))
        elif row.person in self.erased:
            row.wrong.append(("person", "erased"))
        elif row.person and says.get("name") not in {None, self.people[row.person]["name"]}:
            row.wrong.append(("name", "name-differs"))
        if row.unit and row.unit not in self.units:
            row.wrong.append(("unit", "unit-unknown"))
        row.wrong += self._unknown_beside(row)
        if row.person in self.open:
            row.wrong.append(("person", "case-open"))
        for column in columns:
            if column.part in {"people", "wrote", "by"} and not self._knows(
                str(says.get(column.key, "")).split()
            ):
                row.wrong.append((column.key, "person-unknown"))

    def _unknown_beside(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield what the lines of the sheet for more name and the record does not have."""
        beside = [fact for fact in row.facts if fact.is_beside]
        if any(unit not in self.units for unit in row.units - {row.unit}):
            yield "more.unit", "unit-unknown"
        if not all(self._knows((fact.by,)) for fact in beside if fact.by):
            yield "more.by", "person-unknown"
        if not all(self._knows(fact.wrote) for fact in beside):
            yield "more.wrote", "person-unknown"

    def _knows(self, people: Collection[str]) -> bool:
        return all(one in self.people and one not in self.erased for one in people)


def _with_more(line: Line, more: Sequence[Line]) -> Line:
    """Return a row with the digest of all that is told of its case."""
    if not more:
        return line
    whole = hashlib.sha256("".join((line.digest, *(one.digest for one in more))).encode()).hexdigest()
    return replace(line, digest=whole)


def process_of(connection: Connection, parts: Parts, process: str, unit: str, day: date) -> Process:
    """Return the edition a case that began on a day in a unit follows first, with its local overlay.

    The earliest one, if none was in force; what that means is then for the case to say.
    """
    try:
        return overlays.for_start(connection, parts, process, day, unit)
    except UnknownProcess:
        return next(one for one in parts.library.family(process) if one.overlay is None)


def known_on(
    connection: Connection,
    process: Process,
    row: Row,
    day: date,
    named: Collection[str] = (),
    *,
    unit: str | None = None,
) -> Circumstances | None:
    """Return what the registers say on a day, in the row's unit or another.

    None where they did not know the unit then.
    """
    days = ActedOn(on=day, today=day)
    try:
        return registers.circumstances(
            connection, process, unit or row.unit, "", days, subject=row.person, named=named
        )
    except problems.NotFound:
        return None


def _open(connection: Connection, process: Process, people: Collection[str]) -> set[str]:
    return imported.subjects_with_open_cases(connection, process.process, people)
