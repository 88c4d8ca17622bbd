"""Records acts: the only way a case changes.

Everything here runs inside the caller's transaction, which is one: lock the case, decide, append.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from domain.acts import Act, Due
from domain.case import Case
from domain.chain import GENESIS
from domain.deciding import decide
from domain.events import AnswerGiven, EntryAdded, PeopleReplaced, StepCompleted, Warned
from domain.evolving import replay
from domain.library import Library
from domain.process import Process
from records.appending import Appended, append
from records.problems import HeadMoved, NotFound
from records.snapshots import read_snapshot
from records.stored import StoredEvent, events_after
from records.tables import cases, events

_LOCK = select(cases.c.snapshot, cases.c.head).where(cases.c.id == bindparam("of_case")).with_for_update()


@dataclass(frozen=True, slots=True)
class LockedCase:
    """A case nobody else can change before this transaction ends."""

    process: Process
    """The earliest edition that leads to the one the case follows: what deciding takes."""
    case: Case
    head: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an act left behind. `events` is empty where nothing was to be recorded."""

    case: Case
    head: str
    events: tuple[StoredEvent, ...]
    warnings: tuple[Warned, ...]
    next_moment: datetime | None
    """When something happens by itself, UTC; None when nothing will, or when nothing was recorded."""


def lock(connection: Connection, library: Library, case_id: str) -> LockedCase:
    """Lock a case for the rest of the transaction and return it as it is now.

    Raises:
        NotFound: there is no such case.
        domain.library.UnknownProcess: its definition is not published here.
    """
    row = connection.execute(_LOCK, {"of_case": case_id}).one_or_none()
    if row is None:
        raise NotFound("no such case")
    case = read_snapshot(connection, library, case_id, row.snapshot)
    return LockedCase(library.for_case(case), case, row.head)


def check_head(connection: Connection, locked: LockedCase, expected_head: str | None) -> None:
    """Raise HeadMoved unless the case is where the actor saw it; None: anywhere.

    `record` checks it too. Whoever has more to look up first asks here, so that losing a race costs little.
    """
    if expected_head is not None and expected_head != locked.head:
        raise HeadMoved(locked.head, _since(connection, locked.case.id, expected_head))


def record(
    connection: Connection,
    process: Process,
    locked: LockedCase | None,
    act: Act,
    now: datetime,
    *,
    expected_head: str | None = None,
) -> Recorded:
    """Decide an act and append what it leaves behind, with every row that follows from it.

    `locked` comes from `lock` in the same transaction, or is None for a `Start`; `process` is the edition in
    force that day for a start, else `locked.process`. `now` is aware, UTC. `expected_head` is the head the
    actor saw.

    Raises:
        RuleViolation: the act is refused; nothing is kept.
        HeadMoved: the case is not where the actor saw it.
        OneOpenCase: the subject has an open case of this process.
    """
    if locked is not None:
        check_head(connection, locked, expected_head)
    before = None if locked is None else locked.case
    head = GENESIS if locked is None else locked.head
    new = decide(process, before, act, now)
    if not new:
        if before is None:
            raise AssertionError("a start leaves events behind")
        return Recorded(before, head, (), (), None)
    after = replay(process, new, before)
    done: Appended = append(connection, process, before=before, head=head, new=new, after=after, now=now)
    return Recorded(after, done.head, done.events, _warnings(done.events), done.next_moment)


def record_due(connection: Connection, library: Library, case_id: str, now: datetime) -> Recorded:
    """Record what happens by itself up to `now`; nothing the second time. Raises NotFound."""
    locked = lock(connection, library, case_id)
    return record(connection, locked.process, locked, Due(), now)


def _since(connection: Connection, case_id: str, head: str) -> tuple[StoredEvent, ...]:
    seen = select(events.c.seq).where(events.c.case_id == case_id, events.c.hash == head)
    return events_after(connection, case_id, connection.execute(seen).scalar() or 0)


def _warnings(recorded: tuple[StoredEvent, ...]) -> tuple[Warned, ...]:
    bodies = (stored.event.body for stored in recorded)
    with_warnings = (StepCompleted, AnswerGiven, EntryAdded, PeopleReplaced)
    return tuple(warned for body in bodies if isinstance(body, with_warnings) for warned in body.warnings)
