"""Digests: one notice for everything of a kind that a post is told of on one day, and the cases it lists.

The notice is a row of `obligations`, with the first case; its lines say which cases there are. It waits until
everything of the day was gathered, so that nobody is sent a part of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.obligations import Obligation
from records.dialects import insert_new
from records.owing import obligation_row, put_owed
from records.tables import cases, notice_lines, obligations, people

_GATHERING: Final = timedelta(hours=6)
"""How long a notice waits at most, where nobody came to say that everything was gathered."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told: somebody who holds a post in a unit, or a substitute of his."""

    unit: str
    person: str
    owner: str | None
    """Whose substitute it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody is told of one case."""

    case: str
    owed: Obligation


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line as it is read."""

    case: str
    subject: str
    subject_name: str
    digest: str
    """Of the definition the case follows."""
    step: str
    from_on: date


def gather(
    connection: Connection, told: Mapping[Addressee, Sequence[Line]], now: datetime, today: date
) -> int:
    """Put lines into the notices of the day, and return how many there are; twice does no harm."""
    for who, lines in told.items():
        first = lines[0]
        made = _open_notice(connection, who, first.owed.kind, today)
        row = obligation_row(made, first.case, first.owed, who.person, who.owner, now)
        put_owed(connection, [row | {"next_attempt_at": now + _GATHERING}])
        rows = [
            {"notice_id": made, "case_id": one.case, "step": one.owed.step, "from_on": one.owed.due_on}
            for one in lines
        ]
        connection.execute(insert_new(connection, notice_lines), rows)
    return sum(len(lines) for lines in told.values())


def let_go(connection: Connection, kind: str, now: datetime) -> int:
    """Let the notices that were gathered be delivered, and return how many there are."""
    gathered = sa.update(obligations).where(
        obligations.c.status == "waiting",
        obligations.c.next_attempt_at > now,
        obligations.c.kind == kind,
        obligations.c.attempts == 0,
    )
    return connection.execute(gathered.values(next_attempt_at=now)).rowcount


def lines_of(connection: Connection, notices: Iterable[str]) -> dict[str, tuple[ToldLine, ...]]:
    """Return the lines of notices that have any, the soonest first."""
    wanted = sorted(set(notices))
    query = (
        sa.select(notice_lines, cases.c.subject_id, cases.c.digest, people.c.name)
        .join(cases, cases.c.id == notice_lines.c.case_id)
        .join(people, people.c.id == cases.c.subject_id)
        .where(notice_lines.c.notice_id.in_(wanted))
        .order_by(notice_lines.c.from_on, notice_lines.c.case_id, notice_lines.c.step)
    )
    found: dict[str, tuple[ToldLine, ...]] = {}
    for row in connection.execute(query) if wanted else ():
        line = ToldLine(row.case_id, row.subject_id, row.name, row.digest, row.step, row.from_on)
        found[row.notice_id] = (*found.get(row.notice_id, ()), line)
    return found


def _open_notice(connection: Connection, who: Addressee, kind: str, today: date) -> str:
    """Return the id of the day's notice; a further one where that was let go already."""
    number = 0
    while True:
        parts = "\n".join((kind, who.unit, today.isoformat(), str(number), who.person, who.owner or ""))
        made = hashlib.sha256(parts.encode()).hexdigest()[:32]
        query = sa.select(obligations.c.status, obligations.c.created_at, obligations.c.next_attempt_at)
        row = connection.execute(query.where(obligations.c.id == made)).first()
        if row is None or (row.status == "waiting" and row.next_attempt_at >= row.created_at + _GATHERING):
            return made
        number += 1
