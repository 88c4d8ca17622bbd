"""Brings cases in that are half-way, row by row: each is judged by the case itself, and recorded once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from typing import IO, Final

from sqlalchemy import Connection

from domain.acts import BringIn, Told
from domain.circumstances import Circumstances
from domain.deciding import decide
from domain.events import CaseImported, Event, Gap
from domain.importing import BrokeRules, asks_the_registers
from domain.library import UnknownProcess
from domain.process import Process
from domain.refusals import RuleViolation
from domain.values import Language
from records import recording
from services.books.faults import WORDS
from services.books.opening import Unreadable
from services.case_books.columns import Column, columns_of, more_columns_of
from services.case_books.findings import CaseBookView, Findings
from services.case_books.reading import CaseBook, Line, digest_of, open_case_book
from services.case_books.rows import Around, Row, known_on, process_of
from services.case_books.telling import Fact, named_by
from services.parts import Parts
from services.seeing import sealing_of

Watch = Callable[[int], None]

_AT_ONCE: Final = 20
"""Rows of one transaction: whoever works on cases meanwhile waits no longer than for these."""


@dataclass(frozen=True)
class Bringing:
    """How cases are brought in."""

    by: str
    """The person who brings them in."""
    apply: bool = False
    as_it_was: bool = False
    """Bring in what broke a rule of its day, too."""
    process: str | None = None
    """None: the one the file names."""
    most: int = 2_000
    """Problems that are listed."""


async def import_cases(
    parts: Parts,
    file: IO[bytes],
    how: Bringing,
    watch: Watch = lambda _more: None,
    *,
    language: Language = "zh",
) -> CaseBookView:
    """Look at every row, list what is wrong with it, and bring the others in where that is asked.

    What was brought in before is left alone, so whoever is stopped half way, or mends some rows, begins
    again.
    """
    found = Findings(how.most)
    digest = await asyncio.to_thread(digest_of, file)
    try:
        with open_case_book(file) as book:
            try:
                family = parts.library.family(how.process or book.process or "")
            except UnknownProcess:
                found.refuse(0, "", "process-unknown", WORDS["process-unknown"])
            else:
                await _Work(parts, how, digest, found, family, columns_of(family)).run(book, watch)
    except Unreadable as unreadable:
        found.refuse(0, "", unreadable.rule, WORDS[unreadable.rule])
    return found.view(language, applied=how.apply)


@dataclass
class _Work:
    """One book on its way into the record."""

    parts: Parts
    how: Bringing
    file: str
    """The digest of the file."""
    found: Findings
    family: Sequence[Process]
    columns: tuple[Column, ...]
    seen: set[str] = field(default_factory=set)
    """The cases that rows before tell of."""
    more: dict[str, list[Line]] = field(default_factory=dict)
    """Lines of the sheet for more, by the case they name."""

    async def run(self, book: CaseBook, watch: Watch) -> None:
        """Go through all rows, some at a time, unless the headings are wrong."""
        self.more = await asyncio.to_thread(book.more, more_columns_of(self.family))
        left = set(self.more)
        lines = book.lines(self.columns)
        some = await asyncio.to_thread(_some, lines)
        while some and not book.faults:
            work = partial(self._look, some)
            found, seen = await (self.parts.write(work) if self.how.apply else self.parts.read(work))
            self.found.add(found)
            self.seen |= seen
            watch(len(some))
            left.difference_update(named_by(line.says) for line in some)
            some = await asyncio.to_thread(_some, lines)
        for name in sorted(left):
            for line in self.more[name]:
                self.found.refuse(line.number, "more.case", "more-of-nobody", WORDS["more-of-nobody"])
        for fault in book.faults:
            self.found.refuse(fault.row, fault.column, fault.rule, WORDS[fault.rule])

    def _look(self, lines: Sequence[Line], connection: Connection) -> tuple[Findings, set[str]]:
        """Look at some rows in one transaction, and return what is found and the cases they tell of.

        Leaves nothing behind but in the record, so that it can be run again.
        """
        rows = [Row.of(line, self.columns, self.family, self._beside(line)) for line in lines]
        around = Around.of(connection, self.family[-1], rows)
        found, seen = Findings(self.found.most), set(self.seen)
        for row in rows:
            found.rows += 1
            if row.case in seen:
                row.wrong.append((row.key, "case-twice"))
            seen.add(row.case)
            self._look_at(connection, row, around, found)
        return found, seen

    def _beside(self, line: Line) -> Sequence[Line]:
        return self.more.get(named_by(line.says), ())

    def _look_at(self, connection: Connection, row: Row, around: Around, found: Findings) -> None:
        number, here = row.line.number, around.here.get(row.case)
        if here == row.line.digest and not (row.wrong or row.beside):
            found.same += 1
            return
        if here is not None and not row.wrong:
            row.wrong.append((row.key, "case-differs"))
        elif here is None:
            around.check(row, self.columns)
        if row.wrong or row.beside:
            found.refused += 1
            for line, column, rule in row.beside:
                found.refuse(line, column, rule, WORDS[rule])
            for column, rule in row.wrong:
                found.refuse(number, column, rule, WORDS[rule])
            return
        try:
            gaps = self._bring_in(connection, row)
        except BrokeRules as refused:
            found.broken(number, self.columns, refused.gaps)
        except RuleViolation as refused:
            found.violated(number, self.columns, refused)
        else:
            found.took(number, gaps)
            around.open.add(row.person)

    def _bring_in(self, connection: Connection, row: Row) -> Sequence[Gap]:
        """Ask the case, record its answer where that is wanted, and return the gaps. Raises RuleViolation."""
        parts, latest, today = self.parts, self.family[-1], self.parts.today()
        begun = row.begun(latest) or today
        process = process_of(connection, parts, latest.process, row.unit, begun)
        now = known_on(connection, process, row, today)
        if now is None:
            raise AssertionError("a unit the record knows is known today")
        act = BringIn(
            known=now.model_copy(update={"actor": self.how.by}),
            case=row.case,
            subject=row.person,
            calendar=parts.calendars(process.calendar, begun),
            stage=row.stage,
            told=self._told(connection, process, row, now),
            file=self.file,
            row=row.line.number,
            digest=row.line.digest,
            as_it_was=self.how.as_it_was,
        )
        if not self.how.apply:
            return _gaps(decide(process, None, act, parts.clock()))
        sealing = sealing_of(parts)
        recorded = recording.record(connection, process, None, act, parts.clock(), sealing=sealing)
        return _gaps([stored.event for stored in recorded.events])

    def _told(
        self, connection: Connection, process: Process, row: Row, now: Circumstances
    ) -> tuple[Told, ...]:
        """Return the facts, each with what the registers say of its day where that is asked."""
        asked: dict[date, Circumstances] = {}
        found = []
        for fact in row.facts:
            known = now
            if fact.unit is not None:
                there = known_on(connection, process, row, fact.on, unit=fact.unit)
                known = now.model_copy(update={"path": ()}) if there is None else there
            elif self._asks(fact) and fact.on <= self.parts.today():
                if fact.on not in asked or fact.people:
                    unit = row.unit_on(fact.on)
                    asked[fact.on] = (
                        known_on(connection, process, row, fact.on, fact.people, unit=unit) or now
                    )
                known = asked[fact.on]
            found.append(fact.told(known))
        return tuple(found)

    def _asks(self, fact: Fact) -> bool:
        return fact.entry is None and any(
            asks_the_registers(edition.steps[fact.step])
            for edition in self.family
            if fact.step in edition.steps
        )


def _some(lines: Iterator[Line]) -> Sequence[Line]:
    return tuple(islice(lines, _AT_ONCE))


def _gaps(events: Sequence[Event]) -> Sequence[Gap]:
    body = events[-1].body
    return body.gaps if isinstance(body, CaseImported) else ()
