"""Turns a row of a book of cases into what is told of a case, step by step. Judges nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from domain.acts import EntryRecord, MeetingRecord, Opinion, Told
from domain.circumstances import Circumstances
from domain.process import Process
from domain.steps import NoticeStep
from domain.values import Scalar
from services.books.cells import Wrong
from services.case_books.columns import COUNTS, ENTRIES, WHOLE, Column, Whole
from services.case_books.reading import ALL, Line

_NEEDED: Final = ("eligible", "present", "yes")


@dataclass
class Fact:
    """What a row tells of one step, or of one entry in it."""

    step: str
    on: date
    by: str = ""
    outcome: str | None = None
    fields: dict[str, Scalar] = field(default_factory=dict)
    papers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    wrote: tuple[str, ...] = ()
    """Who handed in an opinion in writing."""
    entry: str | None = None
    whole: Whole | None = None
    reason: str | None = None
    unit: str | None = None
    """Where the case moved to."""
    is_beside: bool = False
    """It stands in the sheet for more."""

    def told(self, known: Circumstances) -> Told:
        """Return it as the case is told it; `known` is what the registers say of its day."""
        return Told(
            step=self.step,
            on=self.on,
            known=known.model_copy(update={"actor": self.by}),
            outcome=self.outcome,
            fields=self.fields,
            papers=self.papers,
            people=self.people,
            meeting=self._met(),
            entry=None if self.entry is None else EntryRecord(kind=self.entry, fields=self._said()),
            whole=self.whole,
            reason=self.reason if self.whole is not None else None,
        )

    def _met(self) -> MeetingRecord | None:
        if not self.counts:
            return None
        opinions = tuple(Opinion(person=one) for one in self.wrote)
        return MeetingRecord.model_validate({**self.counts, "opinions": opinions})

    def _said(self) -> dict[str, Scalar]:
        return {} if self.reason is None else {"summary": self.reason}


def case_key(process: str, says: Mapping[str, object]) -> str:
    """Return the id of the case a row tells of: the same whenever the row is read."""
    return hashlib.sha256(f"accede/cases/{process}/{named_by(says)}".encode()).hexdigest()[:32]


def named_by(says: Mapping[str, object]) -> str:
    """Return by what lines of the sheet for more name the case of a row."""
    return str(says.get("key") or says.get("person", ""))


def facts_of(
    says: Mapping[str, object],
    columns: Sequence[Column],
    editions: Sequence[Process],
    wrong: Callable[[str, str], None],
) -> list[Fact]:
    """Return what a row tells, the steps in the order of its columns.

    `wrong` takes the column and the rule of whatever is told without its day, or half.
    """
    found: dict[str, Fact] = {}
    entries: list[Fact] = []
    for column in columns:
        value = says.get(column.key)
        if column.part == "on" and isinstance(value, date):
            found[column.step] = Fact(column.step, value)
    for column in columns:
        value = says.get(column.key)
        if value is None or column.part in {"case", "on"}:
            continue
        if column.part == "entry":
            days = value if isinstance(value, tuple) else (value,)
            entries += [Fact(column.step, day, entry=column.name) for day in days]
        elif column.step in found:
            _put(found[column.step], column, value)
        elif column.part == "papers" and (own := [one for one in entries if one.step == column.step]):
            own[0].papers = _words(value)
        else:
            wrong(column.key, "without-a-day")
    facts = [*entries, *found.values()]
    for fact in facts:
        _check(fact, editions, wrong)
    return facts


def more_fact(line: Line, editions: Sequence[Process], wrong: Callable[[str, str], None]) -> Fact | None:
    """Return what a line of the sheet for more tells; None where it cannot be taken, which `wrong` hears."""
    says = {key.removeprefix("more."): value for key, value in line.says.items()}
    on, what = says["on"], str(says["what"])
    if not isinstance(on, date):
        return None
    fact = Fact(
        str(says.get("step", "")),
        on,
        by=str(says.get("by", "")),
        reason=None if says.get("says") is None else str(says["says"]),
        is_beside=True,
    )
    for whole in WHOLE:
        if what == whole:
            return _of_all(fact, whole, says, wrong)
    known = [edition.steps[fact.step] for edition in editions if fact.step in edition.steps]
    if not known or (what in ENTRIES and not isinstance(known[-1], NoticeStep)):
        wrong("more.step", "more-of-no-step")
        return None
    return replace(fact, entry=what) if what in ENTRIES else _another_round(fact, says, wrong)


def _of_all(
    fact: Fact, what: Whole, says: Mapping[str, object], wrong: Callable[[str, str], None]
) -> Fact | None:
    unit = None if says.get("unit") is None else str(says["unit"])
    if what == "transferred" and unit is None:
        wrong("more.unit", "missing")
        return None
    return replace(fact, step="", whole=what, unit=unit if what == "transferred" else None)


def _another_round(fact: Fact, says: Mapping[str, object], wrong: Callable[[str, str], None]) -> Fact | None:
    counts = {name: int(str(says[name])) for name in COUNTS if name in says}
    missing = _missing(counts)
    if missing is not None:
        wrong(f"more.{missing}", "missing")
        return None
    outcome = None if says.get("outcome") is None else str(says["outcome"])
    wrote = _words(says["wrote"]) if "wrote" in says else ()
    return replace(fact, outcome=outcome, counts=counts, wrote=wrote, reason=None)


def people_in(facts: Iterable[Fact]) -> set[str]:
    """Return everybody a row names beside the person it is about."""
    named = {person for fact in facts for person in (*fact.people, *fact.wrote)}
    return named | {fact.by for fact in facts if fact.by}


def _put(fact: Fact, column: Column, value: object) -> None:
    match column.part:
        case "outcome":
            fact.outcome = str(value)
        case "people":
            fact.people = _words(value)
        case "wrote":
            fact.wrote = _words(value)
        case "papers":
            fact.papers = _words(value)
        case "by":
            fact.by = str(value)
        case "count":
            fact.counts[column.name] = int(str(value))
        case _:
            fact.fields[column.name] = value.isoformat() if isinstance(value, date) else _scalar(value)


def _check(fact: Fact, editions: Sequence[Process], wrong: Callable[[str, str], None]) -> None:
    steps = [edition.steps[fact.step] for edition in editions if fact.step in edition.steps]
    asked = {ref.id for step in steps for ref in step.materials}
    asked |= {ref.id for step in steps for duty in getattr(step, "entries", ()) for ref in duty.materials}
    if fact.papers == (ALL,):
        fact.papers = tuple(sorted(asked))
    if not asked.issuperset(fact.papers):
        wrong(f"{fact.step}.papers", "paper-unknown")
        fact.papers = tuple(one for one in fact.papers if one in asked)
    missing = _missing(fact.counts)
    if missing is not None:
        wrong(f"{fact.step}.{missing}", "missing")
        fact.counts = {}


def _missing(counts: Mapping[str, int]) -> str | None:
    """Return the first number that a vote has to have and this one lacks; None where no vote is told of."""
    return next((name for name in _NEEDED if counts and name not in counts), None)


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(value).split())


def _scalar(value: object) -> Scalar:
    if isinstance(value, str | int | bool):
        return value
    raise Wrong("wrong-type")
