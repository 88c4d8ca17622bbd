"""The ledger of cases that will be short of people: what was found, told once, and gone again.

The same people missing in several steps of a case are one shortage, that of the first step. It is told when
that step comes near, to the secretaries of the two nearest units that have one: each gets one notice a day
for a unit, with every case in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.case import Case
from domain.library import Library
from domain.obligations import Obligation
from domain.process import Process
from domain.staffing import Shortage
from domain.staffing import shortages as shortages_of
from domain.waiting import Assignee
from records.digests import Addressee, Line, gather, let_go
from records.owing import holders_of
from records.staffing import OpenCase, open_cases, picture_of
from records.tables import shortages

AHEAD: Final = timedelta(days=45)
"""How long before a step needs people it is told that they will be missing."""
SECRETARY: Final = "secretary"
"""The role of those who are told."""
UNDERSTAFFED: Final = "understaffed"
"""The kind of notice."""
_UNITS: Final = 2
"""How many units are told: the nearest with a secretary, and the next above it."""
_WHO_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class Found:
    """A shortage of a case that is told now, or that is gone."""

    process: Process
    """The earliest edition that leads to the one the case follows."""
    case: Case
    who: str
    number: int
    shortage: Shortage | None
    """None where it is gone."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One page of open cases that was looked at."""

    cases: int
    short: int
    """Cases that will be short of people, by now or later."""
    news: tuple[Found, ...]
    last: str | None
    """The case to go on after; None where there is no more."""


def look(connection: Connection, library: Library, today: date, *, after: str, limit: int) -> Looked:
    """Return what is new about a page of open cases. Writes nothing."""
    page, last = open_cases(connection, library, after=after, limit=limit)
    picture = picture_of(connection, page, today)
    known = _known(connection, [one.case.id for one in page])
    news: list[Found] = []
    short = 0
    for one in page:
        found = shortages_of(one.process, one.case, picture, today)
        short += bool(found)
        news += _news(one, found, known.get(one.case.id, {}), today)
    return Looked(len(page), short, tuple(news), last)


def keep(connection: Connection, news: Sequence[Found], now: datetime, today: date) -> int:
    """Write down what is new, put it into the notices of the day, and return how many lines those gained.

    Twice does no harm. The notices wait until `tell` lets them go.
    """
    told: dict[Addressee, list[Line]] = {}
    for one in news:
        there = sa.and_(
            shortages.c.case_id == one.case.id,
            shortages.c.who == one.who,
            shortages.c.number == one.number,
        )
        if one.shortage is None:
            connection.execute(sa.update(shortages).where(there).values(gone_at=now))
        elif connection.execute(sa.select(shortages.c.number).where(there)).first() is None:
            connection.execute(sa.insert(shortages).values(_row(one, one.shortage, now)))
            for who, line in _lines(connection, one, one.shortage, today):
                told.setdefault(who, []).append(line)
    return gather(connection, told, now, today)


def tell(connection: Connection, now: datetime) -> int:
    """Let the notices go once every case was looked at, and return how many there are."""
    return let_go(connection, UNDERSTAFFED, now)


def _news(
    one: OpenCase, found: Sequence[Shortage], known: dict[str, tuple[int, bool]], today: date
) -> list[Found]:
    """Return what begins and what is gone; `known` says of each the last number and whether it goes on."""
    first: dict[str, Shortage] = {}
    for shortage in sorted(found, key=lambda each: each.first):
        first.setdefault(shortage.who[:_WHO_LENGTH], shortage)
    near = {who: each for who, each in first.items() if each.first <= today + AHEAD}
    begun = [
        Found(one.process, one.case, who, known.get(who, (0, False))[0] + 1, each)
        for who, each in near.items()
        if not known.get(who, (0, False))[1]
    ]
    gone = [
        Found(one.process, one.case, who, number, None)
        for who, (number, on) in known.items()
        if on and who not in first
    ]
    return begun + gone


def _known(connection: Connection, cases: Sequence[str]) -> dict[str, dict[str, tuple[int, bool]]]:
    found: dict[str, dict[str, tuple[int, bool]]] = {}
    query = sa.select(shortages.c.case_id, shortages.c.who, shortages.c.number, shortages.c.gone_at)
    query = query.where(shortages.c.case_id.in_(cases)).order_by(shortages.c.number)
    for row in connection.execute(query) if cases else ():
        found.setdefault(row.case_id, {})[row.who] = (row.number, row.gone_at is None)
    return found


def _row(one: Found, shortage: Shortage, now: datetime) -> dict[str, Any]:
    return {
        "case_id": one.case.id,
        "who": one.who,
        "number": one.number,
        "step": shortage.step,
        "from_on": shortage.first,
        "to_on": shortage.last,
        "needed": shortage.needed,
        "have": shortage.have,
        "found_at": now,
    }


def _lines(
    connection: Connection, one: Found, shortage: Shortage, today: date
) -> Iterator[tuple[Addressee, Line]]:
    """Yield whom to tell of it, and what."""
    path = one.case.path
    holders = holders_of(connection, one.case, [(unit.id, SECRETARY) for unit in path], today)
    told = 0
    for unit in path:
        if told == _UNITS:
            return
        owed = Obligation(
            kind=UNDERSTAFFED,
            seq=one.case.seq,
            step=shortage.step,
            round=shortage.round,
            due_on=shortage.first,
            assignee=Assignee(actor=f"{unit.kind}.{SECRETARY}", unit=unit.id, role=SECRETARY),
        )
        secretaries = holders.told(one.process, one.case, owed)
        told += bool(secretaries)
        for person, owner in secretaries.items():
            if person is not None:
                yield Addressee(unit.id, person, owner), Line(one.case.id, owed)
