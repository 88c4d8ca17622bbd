"""The calendar: which open steps of cases a caller sees are due, or become possible, on which day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from domain.values import Language, Text
from records import duties
from records.duties import Kind
from records.scope import Scope
from services.counting import Onlooker
from services.parts import Caller, Parts
from services.scoping import scope_of

_MOST_IN_A_FEED = 1_000
_PAST = timedelta(days=31)
_AHEAD = timedelta(days=366)
_SOME = 1_000
"""Of so much in a month the numbers are kept for some minutes; what there is to do is read for each look."""
_OCTETS = 75
"""Of a line of a feed, without its end (RFC 5545, 3.1)."""


@dataclass(frozen=True)
class Duty:
    """A step on one day."""

    on: date
    kind: Kind
    case: str
    step: str
    title: str
    round: int
    subject_name: str
    unit_name: str


class Days(NamedTuple):
    """From one day to another, both of them counted; of a unit and all below it, or of everywhere."""

    first: date
    last: date
    unit: str | None = None


@dataclass(frozen=True)
class Month:
    """What there is to do from the first to the last of some days: all of it in numbers, the first of it."""

    duties: tuple[Duty, ...]
    due: dict[date, int]
    possible: dict[date, int]
    counted_at: datetime | None = None
    """When the numbers were counted; None: for this look."""

    @property
    def all(self) -> int:
        """How much there is."""
        return sum(self.due.values()) + sum(self.possible.values())


async def between(parts: Parts, caller: Caller, days: Days, *, limit: int) -> Month:
    """Return what is due and what becomes possible from one day to another.

    Of much, the numbers are counted now and then, as in reports.
    """

    def work(connection: Connection) -> Month:
        scope = scope_of(connection, caller, parts.today())
        now = parts.clock()
        looks = Onlooker(connection, caller, parts.figures, now)
        counts, at = _counted(looks, scope, days)
        return Month(
            first_of(connection, parts, caller.language, scope, days, limit),
            {on: number for (on, kind), number in counts.items() if kind == "due"},
            {on: number for (on, kind), number in counts.items() if kind == "possible"},
            at if at < now else None,
        )

    return await parts.read(work)


def first_of(  # noqa: PLR0917 - what a look is about
    connection: Connection, parts: Parts, language: Language, scope: Scope, days: Days, limit: int
) -> tuple[Duty, ...]:
    """Return the first of what is due and what becomes possible, uncounted.

    What a definition says that is not published here is passed over.
    """
    found = duties.list_duties(connection, scope, days.first, days.last, unit=days.unit, limit=limit)
    return tuple(_titled(parts, one, language) for one in found if parts.library.publishes(one.digest))


async def feed(parts: Parts, caller: Caller) -> str:
    """Return the same for programs that keep calendars: a month back, a year ahead, and nobody's name."""
    today = parts.today()
    days = Days(today - _PAST, today + _AHEAD)

    def work(connection: Connection) -> tuple[Duty, ...]:
        scope = scope_of(connection, caller, today)
        return first_of(connection, parts, caller.language, scope, days, _MOST_IN_A_FEED)

    found = await parts.read(work)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Accede//Duties//ZH", "METHOD:PUBLISH"]
    for one in found:
        lines += _event(one, parts.clock(), caller.language)
    lines.append("END:VCALENDAR")
    return "".join(f"{line}\r\n" for each in lines for line in _folded(each))


def _counted(looks: Onlooker, scope: Scope, days: Days) -> tuple[Mapping[tuple[date, Kind], int], datetime]:
    """Return how much there is on each day, and when that was counted."""
    return looks.counted(
        ("duties", scope.of_anybody(), days),
        lambda: duties.count_duties(looks.connection, scope, days.first, days.last, unit=days.unit),
        lambda counts: sum(counts.values()),
        many=_SOME,
    )


def _titled(parts: Parts, found: duties.Duty, language: Language) -> Duty:
    step = parts.library.by_digest(found.digest).steps[found.step]
    return Duty(
        on=found.on,
        kind=found.kind,
        case=found.case,
        step=found.step,
        title=step.title.in_language(language),
        round=found.round,
        subject_name=found.subject_name,
        unit_name=found.unit_name,
    )


def _event(duty: Duty, now: datetime, language: Language) -> Iterable[str]:
    says = _SAYS[duty.kind].in_language(language)
    return (
        "BEGIN:VEVENT",
        f"UID:{duty.case}/{duty.step}/{duty.round}/{duty.kind}@accede",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{duty.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{duty.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{duty.title} ({says})')}",
        f"DESCRIPTION:{_escaped(duty.case)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> Iterable[str]:
    """Give a line in pieces of few enough octets; those after the first begin with a space."""
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > _OCTETS:
            yield piece
            piece = " "
        piece += sign
    yield piece


_SAYS: dict[Kind, Text] = {
    "due": Text(zh="到期", en="due"),
    "possible": Text(zh="可以办理", en="may be done"),
}
