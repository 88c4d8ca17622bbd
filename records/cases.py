"""Reads cases: one, many, as they were on a past day, and what happened in them.

Every read takes the scope of the person it is for; what lies outside is NotFound, as if it did not exist.
Reads of the service itself (workflows, reconciling, auditing the chain) pass `None`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select

from domain.case import Case
from domain.events import Event
from domain.evolving import replay
from domain.library import Library
from domain.moments import start_of
from domain.process import Process
from domain.silence import NOT_FOR_ALL
from records.cursors import Page, cursor_of, place_of
from records.problems import NotFound
from records.relations import cases_kept_out_of, may_keep_out
from records.scope import Scope
from records.searching import named
from records.snapshots import read_snapshot
from records.stored import StoredEvent, events_after, stored_event
from records.tables import case_people, cases, people, units
from records.tables import events as event_rows


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case as it is read, with its head and the names of its subject and unit.

    `process` is the earliest edition that leads to the one the case follows: what the functions of the domain
    take. Titles are in `edition`.
    """

    case: Case
    process: Process
    head: str
    subject_name: str
    unit_name: str
    last_type: str
    """The type of its last event."""

    @property
    def edition(self) -> Process:
        """The edition the case follows now."""
        return self.process.edition(self.case.version)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case as a list shows it: what its row says, without the case itself."""

    id: str
    process: str
    version: str
    digest: str
    subject: str
    subject_name: str
    unit: str
    unit_name: str
    status: str
    outcome: str | None
    stage: str
    standing: str
    opened_on: date
    closed_on: date | None
    seq: int
    head: str
    overdue: bool
    """An open step was due before the day of the scope."""
    apart: bool
    """Whose scope it is may not be told of its last event: by his part in it, or because he keeps out."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed to; None: not narrowed."""

    process: str | None = None
    status: str | None = None
    stage: str | None = None
    standing: str | None = None
    unit: str | None = None
    """Cases of this unit and of all below it."""
    subject: str | None = None
    overdue: bool | None = None
    """Cases with (or without) an open step whose deadline has passed."""
    told_overdue: Mapping[str, bool] = field(default_factory=dict)
    """Whether that is so, by case, where whose list it is stands elsewhere than the case does."""
    q: str | None = None
    """Part of the subject's name, in characters, pinyin or its initials."""
    number: str | None = None
    """What their ids begin with, in hexadecimal digits."""


def find_case(connection: Connection, library: Library, case_id: str, scope: Scope | None) -> FoundCase:
    """Return a case. Raises NotFound."""
    row = connection.execute(_select().where(cases.c.id == case_id, *_seen(scope))).one_or_none()
    if row is None:
        raise NotFound("no such case")
    return _found(connection, library, row)


def list_cases(
    connection: Connection,
    *,
    scope: Scope,
    narrowed: CaseFilter | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ListedCase]:
    """Return cases, those opened last first. Raises BadCursor."""
    conditions = list(_conditions(connection, narrowed or CaseFilter(), scope.today))
    if cursor is not None:
        opened_on, case_id = place_of(cursor, 2)
        place = sa.tuple_(sa.literal(opened_on), sa.literal(case_id))
        conditions.append(sa.tuple_(sa.type_coerce(cases.c.opened_on, sa.String), cases.c.id) < place)
    asked = None if narrowed is None else narrowed.unit
    reasons = scope.reasons() if asked is None else scope.reasons_within(connection, asked)
    rows = connection.execute(_listed(scope.person, reasons, conditions, limit + 1)).all()
    found = tuple(_listed_case(row, scope.today) for row in rows[:limit])
    more = len(rows) > limit
    return Page(found, cursor_of(found[-1].opened_on.isoformat(), found[-1].id) if more else None)


def set_apart(connection: Connection, person: str) -> tuple[str, ...]:
    """Return the open cases whose last event may have moved a deadline, and somebody is not told of."""
    near = sa.or_(cases.c.subject_id == person, cases.c.id.in_(cases_kept_out_of(connection, person)))
    last = _last_type().element.in_(NOT_FOR_ALL)
    return tuple(
        connection.execute(sa.select(cases.c.id).where(cases.c.status == "open", near, last)).scalars()
    )


def list_coming(connection: Connection, scope: Scope, now: datetime, limit: int) -> tuple[str, ...]:
    """Return open cases in which something will happen by itself, the soonest first."""
    ahead = (cases.c.status == "open", cases.c.next_moment > now)
    # Where a large part is seen the soonest of all are looked at one by one, and few of them are passed over.
    seen = scope.in_any_order(connection, None)
    firsts = [
        sa.select(cases.c.id, cases.c.next_moment)
        .where(reason, *ahead)
        .order_by(cases.c.next_moment, cases.c.id)
        .limit(limit)
        .subquery()
        for reason in (scope.reasons() if seen is None else (seen,))
    ]
    every = sa.union(*(sa.select(first) for first in firsts)).subquery()
    query = sa.select(every.c.id).order_by(every.c.next_moment, every.c.id).limit(limit)
    return tuple(connection.execute(query).scalars())


def case_as_of(
    connection: Connection, library: Library, case_id: str, day: date, scope: Scope | None
) -> FoundCase:
    """Return a case as it was recorded by the end of a day. Raises NotFound, before its first event too."""
    now = find_case(connection, library, case_id, scope)
    until = start_of(day + timedelta(days=1), now.process.time_zone)
    query = sa.select(event_rows).where(event_rows.c.case_id == case_id, event_rows.c.recorded_at < until)
    known = [stored_event(row) for row in connection.execute(query.order_by(event_rows.c.seq))]
    if not known:
        raise NotFound("the case had not begun")
    return _as_left(connection, library, now, known)


def case_after(connection: Connection, library: Library, now: FoundCase, seq: int) -> FoundCase:
    """Return a case as one of its events left it."""
    return _as_left(connection, library, now, events_after(connection, now.case.id, limit=seq))


def _as_left(
    connection: Connection, library: Library, now: FoundCase, known: Sequence[StoredEvent]
) -> FoundCase:
    case = replay(now.process, (stored.event for stored in known))
    unit_name = connection.execute(sa.select(units.c.name).where(units.c.id == case.unit)).scalar_one()
    last = known[-1]
    return FoundCase(case, library.for_case(case), last.hash, now.subject_name, unit_name, last.event.type)


def history(
    connection: Connection, case_id: str, scope: Scope | None, *, cursor: str | None = None, limit: int = 200
) -> Page[StoredEvent]:
    """Return the events of a case in order. Raises NotFound, BadCursor."""
    query = sa.select(cases.c.id).where(cases.c.id == case_id, *_seen(scope))
    if connection.execute(query).one_or_none() is None:
        raise NotFound("no such case")
    after = 0 if cursor is None else _number(place_of(cursor, 1)[0])
    found = events_after(connection, case_id, after, limit + 1)
    more = len(found) > limit
    return Page(found[:limit], cursor_of(str(found[limit - 1].seq)) if more else None)


def process_of(connection: Connection, case_id: str) -> str:
    """Return the process of a case that is there."""
    return str(connection.execute(sa.select(cases.c.process).where(cases.c.id == case_id)).scalar_one())


def subject_of(connection: Connection, case_id: str) -> str:
    """Return whom a case is about. Raises NotFound."""
    found = connection.execute(sa.select(cases.c.subject_id).where(cases.c.id == case_id)).scalar()
    if found is None:
        raise NotFound("no such case")
    return str(found)


def is_seen(connection: Connection, case_id: str, scope: Scope) -> bool:
    """Whether there is such a case, for this person."""
    query = sa.select(cases.c.id).where(cases.c.id == case_id, *_seen(scope))
    return connection.execute(query).one_or_none() is not None


def events(
    connection: Connection, case_id: str, *, after: int = 0, limit: int | None = None
) -> tuple[Event, ...]:
    """Return the events of a case with a number above `after`, in order; none for an unknown case."""
    return tuple(stored.event for stored in events_after(connection, case_id, after, limit))


def _select() -> Select[Any]:
    names = (people.c.name.label("subject"), units.c.name.label("unit"))
    return (
        sa.select(cases.c.id, cases.c.snapshot, cases.c.head, *names, _last_type())
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
    )


def _seen(scope: Scope | None) -> tuple[ColumnElement[bool], ...]:
    return () if scope is None else (scope.sees(),)


def _found(connection: Connection, library: Library, row: Row[Any]) -> FoundCase:
    case = read_snapshot(connection, library, row.id, row.snapshot)
    return FoundCase(case, library.for_case(case), row.head, row.subject, row.unit, row.last_type)


def _last_type() -> sa.Label[str]:
    last = sa.and_(event_rows.c.case_id == cases.c.id, event_rows.c.seq == cases.c.seq)
    return sa.select(event_rows.c.type).where(last).scalar_subquery().label("last_type")


def _listed(
    person: str, reasons: Sequence[ColumnElement[bool]], conditions: Sequence[ColumnElement[bool]], limit: int
) -> Select[Any]:
    """Select the first cases: from an index alone for each reason to see them, and only then their rows."""
    indexed = (cases.c.id, cases.c.opened_on, cases.c.due_on)
    firsts = [
        sa.select(*indexed)
        .where(reason, *conditions)
        .order_by(cases.c.opened_on.desc(), cases.c.id.desc())
        .limit(limit)
        .subquery()
        for reason in reasons
    ]
    first = firsts[0] if len(firsts) == 1 else sa.union(*map(sa.select, firsts)).subquery()
    names = (people.c.name.label("subject_name"), units.c.name.label("unit_name"))
    part = sa.select(1).where(case_people.c.case_id == cases.c.id, case_people.c.person_id == person)
    apart = sa.and_(
        _last_type().element.in_(NOT_FOR_ALL),
        sa.or_(cases.c.subject_id == person, sa.exists(part), may_keep_out(person)),
    )
    return (
        sa.select(*_SHOWN, first.c.due_on, *names, apart.label("apart"))
        .join(first, first.c.id == cases.c.id)
        .join(people, people.c.id == cases.c.subject_id)
        .join(units, units.c.id == cases.c.unit_id)
        .order_by(first.c.opened_on.desc(), first.c.id.desc())
        .limit(limit)
    )


_SHOWN = tuple(column for column in cases.c if column.name not in {"snapshot", "due_on"})


def _listed_case(row: Row[Any], today: date) -> ListedCase:
    return ListedCase(
        id=row.id,
        process=row.process,
        version=row.version,
        digest=row.digest,
        subject=row.subject_id,
        subject_name=row.subject_name,
        unit=row.unit_id,
        unit_name=row.unit_name,
        status=row.status,
        outcome=row.outcome,
        stage=row.stage,
        standing=row.standing,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        seq=row.seq,
        head=row.head,
        overdue=row.due_on is not None and row.due_on < today,
        apart=bool(row.apart),
    )


def _conditions(connection: Connection, narrowed: CaseFilter, today: date) -> Iterator[ColumnElement[bool]]:
    equal = (
        (cases.c.process, narrowed.process),
        (cases.c.status, narrowed.status),
        (cases.c.stage, narrowed.stage),
        (cases.c.standing, narrowed.standing),
        (cases.c.subject_id, narrowed.subject),
    )
    yield from (column == value for column, value in equal if value is not None)
    if narrowed.overdue is not None:
        late: ColumnElement[bool] = sa.func.coalesce(cases.c.due_on < today, sa.false())
        if narrowed.told_overdue:
            told = [case for case, is_late in narrowed.told_overdue.items() if is_late]
            late = sa.or_(
                cases.c.id.in_(told), sa.and_(late, cases.c.id.not_in(sorted(narrowed.told_overdue)))
            )
        yield late if narrowed.overdue else sa.not_(late)
    if narrowed.number:
        # "g" sorts after every hexadecimal digit, and so after whatever may follow.
        yield sa.and_(cases.c.id >= narrowed.number, cases.c.id < narrowed.number + "g")
    if narrowed.q:
        yield named(connection, narrowed.q)(cases.c.subject_id)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - more events than a case has
        return 0
    return int(text)
