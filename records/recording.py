"""Records acts: the only way a case changes.

Everything here runs inside the caller's transaction, which is one: lock the case, decide, append.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select

from domain.acts import Act, Due
from domain.case import Case
from domain.chain import GENESIS
from domain.deciding import decide
from domain.events import AnswerGiven, EntryAdded, PeopleReplaced, StepCompleted, Warned
from domain.evolving import replay
from domain.library import Library, UnknownProcess
from domain.moments import local_day
from domain.process import Process
from domain.waiting import Waiting, waiting
from records.appending import appended
from records.owing import ask_ahead
from records.places import keep_place
from records.prepared import Prepared, Sent, at_once
from records.problems import HeadMoved, NotFound
from records.snapshots import latest, read_snapshot
from records.stored import Sealing, StoredEvent, events_after
from records.tables import cases, events
from records.tasks import Tasks, ask_for_tasks, opened_moments, tasks_in
from records.telling_ahead import AskedAhead, Like

_WAITED: Final = timedelta(minutes=1)
"""Longer than anybody waits for a lock."""

# Rows of other tables may go on naming the case meanwhile, as those of messages do when they change.
_LOCK = Prepared(
    select(cases.c.snapshot, cases.c.head, cases.c.changed_at)
    .where(cases.c.id == bindparam("of_case"))
    .with_for_update(key_share=True)
)


@dataclass(frozen=True, slots=True)
class LockedCase:
    """A case nobody else can change before this transaction ends."""

    process: Process
    """The earliest edition that leads to the one the case follows: what deciding takes."""
    case: Case
    head: str
    tasks: Tasks
    changed_at: datetime
    """When its latest event was recorded, UTC."""
    ahead: AskedAhead | None = None
    """Whom an act on it will most likely tell, asked with the lock."""


@dataclass(frozen=True, slots=True)
class Locking:
    """A case whose lock was asked for."""

    case_id: str
    row: Sent
    tasks: Sent
    ahead: AskedAhead | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an act left behind. `events` is empty where nothing was to be recorded."""

    case: Case
    head: str
    events: tuple[StoredEvent, ...]
    warnings: tuple[Warned, ...]
    expected: Waiting
    """What the case waits for now."""
    opened: Mapping[tuple[str, int], datetime]
    """When each open step was opened, by step and round."""
    is_to_carry: bool = False
    """Whether a message waits for somebody to deliver it."""

    @property
    def next_moment(self) -> datetime | None:
        """When something happens by itself, UTC; None when nothing will."""
        return None if self.case.is_closed else self.expected.next_moment


def lock(connection: Connection, library: Library, case_id: str) -> LockedCase:
    """Lock a case for the rest of the transaction and return it as it is now.

    Raises:
        NotFound: there is no such case.
        domain.library.UnknownProcess: its definition is not published here.
    """
    with at_once(connection):
        asked = ask_to_lock(connection, case_id)
    return locked(connection, library, asked)


def ask_to_lock(connection: Connection, case_id: str) -> Locking:
    """Ask for the lock; what is asked of the database afterwards sees what its holders before committed."""
    row = _LOCK.send(connection, {"of_case": case_id})
    return Locking(case_id, row, ask_for_tasks(connection, case_id))


def ask_whom_to_tell(  # noqa: PLR0917 - what is asked ahead of which act
    connection: Connection,
    asked: Locking,
    guess: tuple[Process, Case] | None,
    step: str,
    outcome: str | None,
    now: datetime,
) -> Locking:
    """Ask ahead, after the lock, who is told when a step of the guessed case is done with an outcome."""
    if guess is None:
        return asked
    process, case = guess
    like, today = Like(case.digest, step, outcome), local_day(now, process.time_zone)
    return replace(asked, ahead=ask_ahead(connection, case, like, today))


def guessed(library: Library, case_id: str) -> tuple[Process, Case] | None:
    """Return what `locked` will most likely return, if this process read or wrote the case a while ago.

    What is asked of the database by it goes in the same round as the lock, and counts only where the very
    same case is found to be locked.
    """
    case = latest(case_id)
    try:
        return None if case is None else (library.for_case(case), case)
    except UnknownProcess:
        return None


def locked(connection: Connection, library: Library, asked: Locking) -> LockedCase:
    """Return the case whose lock was asked for. Raises the same as `lock`."""
    for snapshot, head, changed_at in asked.row.rows():
        case = read_snapshot(connection, library, asked.case_id, snapshot)
        latest = datetime.fromisoformat(changed_at)
        return LockedCase(library.for_case(case), case, head, tasks_in(asked.tasks), latest, asked.ahead)
    raise NotFound("no such case")


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
    sealing: Sealing | None = None,
    beside: Callable[[Recorded], None] = lambda _recorded: None,
) -> Recorded:
    """Decide an act and append what it leaves behind, with every row that follows from it.

    `locked` comes from `lock` in the same transaction, or is None for a `Start`; `process` is the edition in
    force that day for a start, else `locked.process`. `now` is aware, UTC. `expected_head` is the head the
    actor saw. `sealing` keeps apart what is personal in what is appended. `beside` writes what has to be kept
    with it, and costs no round to the database of its own.

    Raises:
        RuleViolation: the act is refused; nothing is kept.
        HeadMoved: the case is not where the actor saw it.
        OneOpenCase: the subject has an open case of this process.
    """
    if locked is not None:
        check_head(connection, locked, expected_head)
        now = _in_order(now, locked.changed_at)
    before = None if locked is None else locked.case
    head = GENESIS if locked is None else locked.head
    new = decide(process, before, act, now)
    if not new:
        if before is None:
            raise AssertionError("a start leaves events behind")
        opened = {} if locked is None else opened_moments(locked.tasks)
        nothing = Recorded(before, head, (), (), waiting(process, before, now), opened)
        beside(nothing)
        return nothing
    after = replay(process, new, before)
    tasks = [] if locked is None else locked.tasks
    with appended(
        connection,
        process,
        before=before,
        head=head,
        new=new,
        after=after,
        now=now,
        tasks=tasks,
        sealing=sealing,
        ahead=None if locked is None else locked.ahead,
    ) as done:
        warnings = _warnings(done.events)
        recorded = Recorded(
            after, done.head, done.events, warnings, done.expected, done.opened, done.is_to_carry
        )
        beside(recorded)
    keep_place(connection, after.id, after.seq, now)
    return recorded


def _in_order(now: datetime, latest: datetime) -> datetime:
    """Return `now`, or the moment of the latest event where that lies a little later.

    Whoever read the clock may have waited for the lock while somebody else recorded, and the clocks of two
    machines are never quite alike: what is recorded after something is not recorded before it. A clock that
    is wrong by more than that is left to be seen.
    """
    return latest if now < latest <= now + _WAITED else now


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
