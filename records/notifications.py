"""Notifications: obligations to inform, from being owed to being delivered, and the list a person reads.

An obligation is `waiting` until it is `sent`, or `failed` once it was tried in vain too often; `nobody` where
no person could be found for it, `not-owed` where its receiver keeps out since of what it is about. Its
message id never changes, so that a receiver can tell a repetition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Select

from domain.chain import moment_text
from domain.obligations import NOT_WITHOUT
from domain.preferences import Preferences
from records.cursors import Page, cursor_of, place_of
from records.door_tables import preferences
from records.inbox import Closed
from records.preferences import preferences_in
from records.tables import cases, obligations, people, units

LEASE = timedelta(minutes=5)
"""How long a claimed obligation is left to whoever claimed it."""

TRIES = 12
"""Attempts before an obligation is given up."""

_TOGETHER = 500
"""Messages that are claimed for those who get several in one mail."""
_BY_UNREAD = "INDEXED BY ix_obligations_unread"
"""Told to SQLite, which goes by how many rows a person has on average. Most have nothing unread, so they are
not in that index, and it looks like the longer way: every message of whoever has thousands was read instead.
"""

_SUBJECTS, _OWNERS = people.alias(), people.alias()
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing one person is to be told, with what a message needs."""

    id: str
    message_id: str
    kind: str
    attempts: int
    """Attempts before this one."""
    case: str
    process: str
    version: str
    digest: str
    seq: int
    step: str | None
    round: int | None
    outcome: str | None
    due_on: date | None
    actor: str
    person: str
    person_name: str
    email: str | None
    language: str
    subject: str
    subject_name: str
    unit: str
    unit_name: str
    created_at: datetime
    on_behalf_of: str | None = None
    """Whose substitute is told."""
    owner_name: str | None = None
    """The name of that person."""
    preferences: Preferences | None = None
    """What the person chose of mails."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of a person's own list."""

    owed: Owed
    status: str
    sent_at: datetime | None
    read_at: datetime | None


def claim(
    connection: Connection,
    now: datetime,
    limit: int = 50,
    *,
    by_itself: Callable[[Owed], str | None] = lambda _owed: None,
    later: Callable[[Owed], datetime | None] = lambda _owed: None,
    together: Callable[[Owed], bool] = lambda _owed: False,
    no_more: Callable[[Sequence[Owed]], Collection[str]] = lambda _owed: (),
) -> tuple[Owed, ...]:
    """Claim what is to be sent now, oldest first, for the time of `LEASE`, and count the attempt.

    `by_itself` names the channel of what is delivered by being there, for which nobody has to come back: it
    is written down as accepted instead. What is `later` is put off until then, and not claimed. For whom
    something goes `together` with others, all that is ready is claimed, however much. What is owed `no_more`,
    by its ids, is written down as that, and never sent.
    """
    ids = _ready(connection, now, limit)
    if not ids:
        return ()
    found = _owed_by(connection, ids)
    gathered = {one.person for one in found.values() if together(one) and later(one) is None}
    if gathered:
        found |= _owed_by(
            connection, _ready(connection, now, _TOGETHER, obligations.c.person_id.in_(gathered))
        )
    dropped = no_more(tuple(found.values()))
    _drop(connection, dropped)
    found = {each: owed for each, owed in found.items() if each not in dropped}
    put_off: dict[datetime, list[str]] = {}
    channels: dict[str | None, list[str]] = {}
    for each, owed in found.items():
        channel = by_itself(owed)
        moment = later(owed) if channel is None else None
        if moment is None:
            channels.setdefault(channel, []).append(each)
        else:
            put_off.setdefault(moment, []).append(each)
    for channel, its in channels.items():
        outcome = {"next_attempt_at": now + LEASE} if channel is None else _accepted(now, channel)
        tried = sa.update(obligations).where(obligations.c.id.in_(its))
        connection.execute(tried.values(attempts=obligations.c.attempts + 1, **outcome))
    for moment, its in put_off.items():
        connection.execute(
            sa.update(obligations).where(obligations.c.id.in_(its)).values(next_attempt_at=moment)
        )
    waits = {each for its in put_off.values() for each in its}
    return tuple(owed for each, owed in found.items() if each not in waits)


def delivered(connection: Connection, ids: Collection[str], now: datetime, channel: str) -> None:
    """Write down that messages were accepted by `channel`; the first proof stays."""
    if ids:
        connection.execute(
            sa.update(obligations)
            .where(obligations.c.id.in_(sorted(ids)), obligations.c.status != "sent")
            .values(**_accepted(now, channel))
        )


def give_back(connection: Connection, ids: Collection[str], claimed: datetime, now: datetime) -> None:
    """Let others have at once what was claimed at a moment and not tried, unless they have it already."""
    ours = (obligations.c.status == "waiting", obligations.c.next_attempt_at == claimed + LEASE)
    query = sa.update(obligations).where(obligations.c.id.in_(sorted(ids)), *ours)
    connection.execute(query.values(attempts=obligations.c.attempts - 1, next_attempt_at=now))


def failed(
    connection: Connection, obligation_id: str, now: datetime, why: str, *, final: bool = False
) -> None:
    """Write down that an attempt failed, and when the next one is: later and later, until it is given up.

    `why` is kept for operators and holds no personal data; `final` says that trying again is useless.
    """
    query = sa.select(obligations.c.attempts).where(obligations.c.id == obligation_id)
    attempts = connection.execute(query).scalar() or 0
    given_up = final or attempts >= TRIES
    pause = min(_FIRST_PAUSE * 2 ** max(attempts - 1, 0), _LONGEST_PAUSE)
    connection.execute(
        sa.update(obligations)
        .where(obligations.c.id == obligation_id, obligations.c.status == "waiting")
        .values(
            status="failed" if given_up else "waiting",
            next_attempt_at=None if given_up else now + pause,
            failure=why[:500],
        )
    )


def next_attempt(connection: Connection) -> datetime | None:
    """Return when the next waiting obligation may be tried; None where none waits."""
    query = sa.select(obligations.c.next_attempt_at).where(obligations.c.status == "waiting")
    return connection.execute(query.order_by(obligations.c.next_attempt_at).limit(1)).scalar()


def list_notices(
    connection: Connection,
    person: str,
    *,
    unread: bool = False,
    kinds: Collection[str] | None = None,
    closed: Closed | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Notice]:
    """Return what a person was or is to be told, latest first, without what he keeps out of.

    All, or of some kinds. Raises BadCursor.
    """
    first = sa.select(obligations.c.id).where(obligations.c.person_id == person, *_told(closed))
    if unread:
        first = first.where(obligations.c.read_at.is_(None)).with_hint(obligations, _BY_UNREAD, "sqlite")
    if kinds is not None:
        first = first.where(obligations.c.kind.in_(kinds))
    if cursor is not None:
        place = sa.tuple_(*(sa.literal(part) for part in place_of(cursor, 2)))
        created = sa.type_coerce(obligations.c.created_at, sa.String)
        first = first.where(sa.tuple_(created, obligations.c.id) < place)
    first = first.order_by(obligations.c.created_at.desc(), obligations.c.id.desc()).limit(limit + 1)
    page = first.subquery()
    query = _select().join(page, page.c.id == obligations.c.id)
    query = query.order_by(obligations.c.created_at.desc(), obligations.c.id.desc())
    rows = connection.execute(query).all()
    items = tuple(Notice(_owed(row), row.status, row.sent_at, row.read_at) for row in rows[:limit])
    return Page(items, _cursor(items[-1]) if len(rows) > limit else None)


def find_notice(
    connection: Connection, person: str, notice: str, *, closed: Closed | None = None
) -> Notice | None:
    """Return one line of a person's own list, or None where it is not in it."""
    own = (obligations.c.id == notice, obligations.c.person_id == person, *_told(closed))
    query = _select().where(*own)
    row = connection.execute(query).first()
    return None if row is None else Notice(_owed(row), row.status, row.sent_at, row.read_at)


def count_unread(connection: Connection, person: str, *, closed: Closed | None = None) -> int:
    """Return how many lines of a person's list are unread."""
    query = _UNREAD.where(*_told(closed)) if closed else _UNREAD
    return connection.execute(query, {"person": person}).scalar_one()


def mark_read(
    connection: Connection,
    person: str,
    ids: Sequence[str] | None,
    now: datetime,
    *,
    closed: Closed | None = None,
) -> int:
    """Mark lines of a person's own list as read, all with None, and return how many were unread."""
    own = (obligations.c.person_id == person, obligations.c.read_at.is_(None), *_told(closed))
    query = sa.update(obligations).where(*own)
    if ids is None:
        query = query.with_hint(_BY_UNREAD, obligations, "sqlite")
    else:
        query = query.where(obligations.c.id.in_(ids))
    return connection.execute(query.values(read_at=now)).rowcount


def _told(closed: Closed | None) -> Iterator[sa.ColumnElement[bool]]:
    """Return the conditions that somebody does not keep out of what a notice is about."""
    for case_id, steps in (closed or {}).items():
        about = sa.or_(obligations.c.step.in_(steps), obligations.c.kind.in_(NOT_WITHOUT))
        yield sa.or_(obligations.c.case_id != case_id, sa.not_(sa.func.coalesce(about, sa.false())))


def _ready(connection: Connection, now: datetime, limit: int, *narrowed: sa.ColumnElement[bool]) -> list[str]:
    """Lock what may be sent now, oldest first, and return the ids."""
    ready = (
        sa.select(obligations.c.id)
        .where(obligations.c.status == "waiting", obligations.c.next_attempt_at <= now, *narrowed)
        .order_by(obligations.c.next_attempt_at, obligations.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(ready).scalars())


def _owed_by(connection: Connection, ids: Sequence[str]) -> dict[str, Owed]:
    """Return what is owed under some ids, in their order."""
    found = {row.id: _owed(row) for row in connection.execute(_select().where(obligations.c.id.in_(ids)))}
    return {each: found[each] for each in ids}


def _drop(connection: Connection, ids: Collection[str]) -> None:
    if ids:
        theirs = sa.update(obligations).where(obligations.c.id.in_(sorted(ids)))
        connection.execute(theirs.values(status="not-owed", next_attempt_at=None, failure=None))


def _accepted(now: datetime, channel: str) -> dict[str, Any]:
    return {"status": "sent", "sent_at": now, "channel": channel, "next_attempt_at": None, "failure": None}


def _select() -> Select[Any]:
    return (
        sa.select(
            obligations,
            cases.c.process,
            cases.c.version,
            cases.c.digest,
            cases.c.subject_id,
            cases.c.unit_id,
            people.c.name.label("person_name"),
            people.c.email,
            people.c.language,
            _SUBJECTS.c.name.label("subject_name"),
            _OWNERS.c.name.label("owner_name"),
            units.c.name.label("unit_name"),
            preferences.c.ways,
            preferences.c.daily_at,
            preferences.c.quiet_from,
            preferences.c.quiet_to,
            preferences.c.language.label("told_in"),
        )
        .join(cases, cases.c.id == obligations.c.case_id)
        .join(people, people.c.id == obligations.c.person_id)
        .join(_SUBJECTS, _SUBJECTS.c.id == cases.c.subject_id)
        .outerjoin(_OWNERS, _OWNERS.c.id == obligations.c.on_behalf_of)
        .join(units, units.c.id == cases.c.unit_id)
        .outerjoin(preferences, preferences.c.person_id == obligations.c.person_id)
    )


def _owed(row: Row[Any]) -> Owed:
    return Owed(
        id=row.id,
        message_id=row.message_id,
        kind=row.kind,
        attempts=row.attempts,
        case=row.case_id,
        process=row.process,
        version=row.version,
        digest=row.digest,
        seq=row.seq,
        step=row.step,
        round=row.round,
        outcome=row.outcome,
        due_on=row.due_on,
        actor=row.actor,
        person=row.person_id,
        person_name=row.person_name,
        email=row.email,
        language=row.language,
        subject=row.subject_id,
        subject_name=row.subject_name,
        unit=row.unit_id,
        unit_name=row.unit_name,
        created_at=row.created_at,
        on_behalf_of=row.on_behalf_of,
        owner_name=row.owner_name,
        preferences=None if row.ways is None else preferences_in(row, row.told_in),
    )


def _cursor(last: Notice) -> str:
    return cursor_of(moment_text(last.owed.created_at), last.owed.id)


# Written once: it is asked with every page, and building a statement takes longer than running it.
_UNREAD = (
    sa.select(sa.func.count())
    .where(obligations.c.person_id == sa.bindparam("person"), obligations.c.read_at.is_(None))
    .with_hint(obligations, _BY_UNREAD, "sqlite")
)
