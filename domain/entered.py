"""What was entered in a step: every entry, packed, and what rules ask of them at once.

A period may gather hundreds of entries in its years, and its case is read and written with every act. Rules
ask how many entries of a kind there are and when the latest was, so that is kept beside them; one by one they
are needed only when a value is corrected, a period ends, or an objection is answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from domain.values import Scalar, Value


class Entry(Value):
    """One entry of a duty or a notice: what rules need of it."""

    seq: int
    kind: str
    on: date
    ref: str | None = None
    values: Mapping[str, Scalar] = Field(default_factory=dict)


class Tally(NamedTuple):
    """How many entries of one kind there are, and the latest of their days."""

    number: int
    latest: date


class Entries:
    """The entries of a step in its present round, in the order of recording. An immutable value."""

    __slots__ = ("_last", "_packed", "_tallies")

    _last: tuple[int, int]
    """The seq of the last entry, and its day as an ordinal: what the next one is counted from."""
    _packed: str
    _tallies: dict[str, Tally]
    """By kind, in the order of first appearance, which numbers the kinds in what is packed."""

    def __init__(self) -> None:
        """Begin without any."""
        self._last, self._packed, self._tallies = (0, 0), "", {}

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Entries:
        """Return these entries, in this order."""
        found = cls()
        for entry in entries:
            found = found.with_entry(entry)
        return found

    def with_entry(self, entry: Entry) -> Entries:
        """Return the entries and one more."""
        day = entry.on.toordinal()
        before = self._tallies.get(entry.kind)
        tally = (
            Tally(1, entry.on) if before is None else Tally(before.number + 1, max(before.latest, entry.on))
        )
        after = Entries()
        after._tallies = {**self._tallies, entry.kind: tally}
        kind = list(after._tallies).index(entry.kind)
        after._packed = self._packed + _packed(entry, entry.seq - self._last[0], day - self._last[1], kind)
        after._last = (entry.seq, day)
        return after

    def number(self, kind: str) -> int:
        """Return how many entries of a kind there are."""
        tally = self._tallies.get(kind)
        return 0 if tally is None else tally.number

    def latest(self, kind: str) -> date | None:
        """Return the latest day of the entries of a kind, or None where there is none."""
        tally = self._tallies.get(kind)
        return None if tally is None else tally.latest

    def of_kind(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind."""
        return tuple(entry for entry in self if entry.kind == kind) if kind in self._tallies else ()

    def unanswered(self) -> tuple[Entry, ...]:
        """Return the objections to a notice that no answer names."""
        answered = {entry.ref for entry in self.of_kind("answer")}
        return tuple(entry for entry in self.of_kind("objection") if str(entry.seq) not in answered)

    def __bool__(self) -> bool:
        return bool(self._tallies)

    def __len__(self) -> int:
        return sum(tally.number for tally in self._tallies.values())

    def __iter__(self) -> Iterator[Entry]:
        return iter(_unpacked(self._packed, tuple(self._tallies)))

    def __getitem__(self, place: int) -> Entry:
        return _unpacked(self._packed, tuple(self._tallies))[place]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Entries):
            return self._packed == other._packed and self._tallies == other._tallies
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._packed)

    def __repr__(self) -> str:
        return f"Entries.of({list(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(_written)
        return core_schema.no_info_plain_validator_function(_read, serialization=written)


NONE = Entries()
"""No entries: what a step begins with."""


def _written(entries: Entries) -> object:
    """Return entries as JSON; none are written as releases before did."""
    if not entries:
        return []
    tallies = {kind: [tally.number, tally.latest.toordinal()] for kind, tally in entries._tallies.items()}  # noqa: SLF001 - how it is written is told here
    return {"tallies": tallies, "last": list(entries._last), "packed": entries._packed}  # noqa: SLF001 - the same


def _read(given: Any) -> Entries:  # noqa: ANN401 - pydantic hands over whatever was written
    """Return entries out of JSON; a list of them, one by one, is how releases before wrote them.

    Raises ValueError where it is neither.
    """
    if isinstance(given, Entries):
        return given
    if isinstance(given, list | tuple):
        return Entries.of(Entry.model_validate(one) for one in given) if given else NONE
    found = Entries()
    try:
        found._tallies = {  # noqa: SLF001 - how it is read is told here
            kind: Tally(number, date.fromordinal(latest))
            for kind, (number, latest) in given["tallies"].items()
        }
        seq, day = given["last"]
        found._last, found._packed = (seq, day), given["packed"]  # noqa: SLF001 - the same
    except (AttributeError, KeyError, TypeError) as error:
        message = "entries are a list, or packed"
        raise ValueError(message) from error
    return found


def _packed(entry: Entry, seq: int, day: int, kind: int) -> str:
    """Return one entry as `seq,day,kind,rest;`, seq and day counted from the entry before.

    Zeros at the end are left out, for most entries differ in little.
    """
    parts = [str(seq), str(day), str(kind), ""]
    if entry.ref is not None or entry.values:
        parts[3] = _escaped(json.dumps([entry.ref, dict(entry.values)], separators=(",", ":")))
    else:
        while parts and parts[-1] in {"", "0"}:
            parts.pop()
    return ",".join(parts) + ";"


def _escaped(text: str) -> str:
    """Return a text without the signs that part one entry, and its parts, from the next."""
    return text.replace("%", "%25").replace(",", "%2C").replace(";", "%3B")


def _plain(escaped: str) -> str:
    return escaped.replace("%3B", ";").replace("%2C", ",").replace("%25", "%")


@lru_cache(maxsize=64)
def _unpacked(packed: str, kinds: tuple[str, ...]) -> tuple[Entry, ...]:
    found: list[Entry] = []
    seq, day = 0, 0
    for one in packed.split(";")[:-1]:
        parts = one.split(",")
        seq += int(parts[0] or 0)
        day += int(parts[1]) if len(parts) > 1 else 0
        kind = kinds[int(parts[2]) if len(parts) > 2 else 0]  # noqa: PLR2004 - the third part
        ref, values = json.loads(_plain(parts[3])) if len(parts) > 3 else (None, {})  # noqa: PLR2004 - the rest
        found.append(Entry(seq=seq, kind=kind, on=date.fromordinal(day), ref=ref, values=values))
    return tuple(found)
