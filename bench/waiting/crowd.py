"""Open cases in bulk: a small club, and people who wait in it, some of them for the coming midnight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from bench.waiting.midnight import ZONE
from commands.opening import opened_parts
from domain.acts import Due
from domain.case import Case
from domain.circumstances import PersonFacts
from domain.deciding import decide
from domain.evolving import replay
from domain.library import Library
from domain.moments import local_day
from domain.process import Process
from domain.reading import read_process
from domain.waiting import waiting
from records import organisation, recording
from records.database import Database
from records.tables import events, outbox
from services import accounts
from settings import Settings
from tests.builders import READING_CIRCLE, SECRETARY, a_start, known_to
from tests.records.organisations import an_organisation

LOGIN: Final = "secretary"
PASSWORD: Final = "only-for-the-bench"  # noqa: S105 - of an invented person, on this machine, for minutes
_AT_ONCE: Final = 10
"""Cases recorded in one transaction, and ..."""
_PAUSE: Final = 0.02
"""... seconds after it: on SQLite workers wait for it to write down whom they told."""
_TOLD_EVERY: Final = 1000
"""Cases between two lines about how far the record is."""
_WHY: Final = "entered late"
_FILE: Final = "reading-circle/1.yaml"


@dataclass(frozen=True)
class Crowd:
    """The cases there are: those due at the coming midnight, those that wait for longer, those to act on."""

    due: tuple[str, ...]
    later: tuple[str, ...]
    acted_on: tuple[str, ...]


def published_in(folder: Path) -> Process:
    """Publish the club's process in a folder, in the zone of the bench, and return it."""
    text = READING_CIRCLE.format(version="1", first="2020-01-01", replaces=f"time_zone: {ZONE}")
    file = folder / _FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return read_process(text, _FILE)


async def found(settings: Settings) -> None:
    """Make the organisation, and give its secretary a login."""
    async with opened_parts(settings) as parts:
        await parts.write(an_organisation)
        await accounts.add_account(parts, LOGIN, SECRETARY, PASSWORD)


async def gather(
    database: Database,
    process: Process,
    midnight: datetime,
    due: int,
    later: int,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Crowd:
    """Record the starts of all cases; their workflows are started by the workers' relays, a few at once."""
    soon, far = _days(process, midnight)
    crowd = Crowd(
        due=tuple(f"due-{number}" for number in range(due)),
        later=tuple(f"later-{number}" for number in range(later)),
        acted_on=tuple(f"act-{number}" for number in range(20)),
    )
    wanted = [(case, soon) for case in crowd.due]
    wanted += [(case, far) for case in (*crowd.later, *crowd.acted_on)]
    for first in range(0, len(wanted), _AT_ONCE):
        if first % _TOLD_EVERY == 0:
            say(f"{first} of {len(wanted)} cases are recorded")
        await database.write(partial(_start, process=process, wanted=wanted[first : first + _AT_ONCE]))
        await asyncio.sleep(_PAUSE)
    return crowd


def untold(connection: Connection) -> int:
    """Return how many cases have a workflow that is yet to be told."""
    query = sa.select(sa.func.count()).where(outbox.c.driven_seq < outbox.c.seq)
    return int(connection.execute(query).scalar_one())


def lateness(connection: Connection, midnight: datetime) -> list[float]:
    """Return for each case due how many seconds after midnight that was recorded, in order."""
    first = sa.func.min(events.c.recorded_at).label("at")
    query = sa.select(first).where(events.c.case_id.like("due-%"), events.c.type == "became-overdue")
    found = connection.execute(query.group_by(events.c.case_id)).scalars()
    return sorted((moment.astimezone(UTC) - midnight).total_seconds() for moment in found)


def _days(process: Process, midnight: datetime) -> tuple[date, date]:
    """Return the day on which cases begin whose deadline passes at midnight, and one for cases that wait.

    Reminders come spread over a day; only a deadline passes for everybody at once.
    """
    today = local_day(datetime.now(UTC), ZONE)
    soon = next(day for day in _before(today) if _next(process, day) == midnight)
    return soon, today


def _before(today: date) -> Iterator[date]:
    return (today - timedelta(days=days) for days in range(25, 40))


def _next(process: Process, day: date) -> datetime | None:
    now = datetime.now(UTC)
    case: Case = replay(process, decide(process, None, a_start("probe", on=day, reason=_WHY), now))
    case = replay(process, decide(process, case, Due(), now), case)
    return waiting(process, case, now).next_moment


def _start(connection: Connection, process: Process, wanted: list[tuple[str, date]]) -> None:
    now, library = datetime.now(UTC), Library.of([process])
    for case, day in wanted:
        subject = f"of-{case}"
        organisation.add_person(connection, id=subject, name="某人", born_on=date(1990, 1, 1))
        known = known_to(subject)
        facts = PersonFacts(id=subject, standing="guest", born_on=date(1990, 1, 1))
        known = known.model_copy(update={"people": (*known.people, facts)})
        start = a_start(case, on=day, subject=subject, known=known, reason=_WHY)
        recording.record(connection, process, None, start, now)
        # What was due in the past of the case comes at once, so that all it waits for is ahead.
        recording.record(connection, process, recording.lock(connection, library, case), Due(), now)
