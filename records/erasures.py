"""Erasing a person: who asked and who agreed, what stands in the way, and what is overwritten and removed.

Events stay: what is personal in them is sealed, and the key is destroyed. Ids stay, and say nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Table

from domain.retention import Ended
from records import document_keys
from records.door_tables import accounts, preferences
from records.drafts import forget_drafts
from records.keys import destroy_key
from records.privacy_tables import erasures
from records.problems import NotFound
from records.tables import (
    case_materials,
    case_people,
    cases,
    events,
    idempotency,
    materials,
    metadata,
    name_endings,
    people,
    person_changes,
    posts,
    standing_entries,
    standings,
)

NAME = "—"
"""The name of whoever was erased."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that was asked for. `status` is `asked` or `done`."""

    id: str
    person: str
    ground: str
    rules: str
    asked_by: str
    asked_at: datetime
    status: str
    answered_by: str | None = None
    answered_at: datetime | None = None


def ask(connection: Connection, *, person: str, ground: str, rules: str, by: str, now: datetime) -> Erasure:
    """Write down that somebody asks for an erasure."""
    made = Erasure(uuid4().hex, person, ground, rules, by, now, "asked")
    row = {"id": made.id, "person_id": person, "ground": ground, "rules": rules}
    connection.execute(sa.insert(erasures).values(**row, asked_by=by, asked_at=now, status="asked"))
    return made


def waiting(connection: Connection, most: int) -> tuple[Erasure, ...]:
    """Return the erasures that were asked for and are not done, oldest first."""
    query = sa.select(erasures).where(erasures.c.status == "asked")
    rows = connection.execute(query.order_by(erasures.c.asked_at, erasures.c.id).limit(most))
    return tuple(_erasure(row) for row in rows)


def find_erasure(connection: Connection, erasure_id: str) -> Erasure:
    """Return an erasure, locked. Raises NotFound."""
    query = sa.select(erasures).where(erasures.c.id == erasure_id).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("no such erasure")
    return _erasure(row)


def ended_cases(
    connection: Connection, persons: Collection[str], *, lock: bool
) -> dict[str, tuple[Ended, ...]]:
    """Return the cases about each of some people, and let nobody act on them before the transaction ends."""
    columns = (cases.c.subject_id, cases.c.process, cases.c.outcome, cases.c.closed_on, cases.c.status)
    query = sa.select(*columns).where(cases.c.subject_id.in_(persons))
    query = query.with_for_update() if lock else query
    found: dict[str, list[Ended]] = {person: [] for person in persons}
    for row in connection.execute(query):
        closed_on = row.closed_on if row.status == "closed" else None
        found[row.subject_id].append(Ended(process=row.process, outcome=row.outcome, closed_on=closed_on))
    return {person: tuple(ended) for person, ended in found.items()}


def units_of(connection: Connection, persons: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the units of the cases, standings and posts of each of some people."""
    query = sa.union(
        sa.select(cases.c.subject_id, cases.c.unit_id).where(cases.c.subject_id.in_(persons)),
        sa.select(standings.c.person_id, standings.c.unit_id).where(standings.c.person_id.in_(persons)),
        sa.select(posts.c.person_id, posts.c.unit_id).where(posts.c.person_id.in_(persons)),
    )
    found: dict[str, set[str]] = {person: set() for person in persons}
    for person, unit in connection.execute(query):
        found[person].add(unit)
    return {person: frozenset(units) for person, units in found.items()}


def needed(connection: Connection, persons: Collection[str], today: date) -> dict[str, str]:
    """Return what people still do here, as names of rules; who does nothing is left out."""
    part = sa.select(case_people.c.person_id).join(cases, cases.c.id == case_people.c.case_id)
    part = part.where(case_people.c.person_id.in_(persons), cases.c.status != "closed")
    lasting = sa.or_(posts.c.to_on.is_(None), posts.c.to_on >= today)
    held = sa.select(posts.c.person_id).where(posts.c.person_id.in_(persons), lasting)
    found = dict.fromkeys(connection.execute(part.distinct()).scalars(), "case-role")
    return found | dict.fromkeys(connection.execute(held.distinct()).scalars(), "post")


def logins_of(connection: Connection, person: str) -> tuple[str, ...]:
    """Return the logins of a person, in order."""
    query = sa.select(accounts.c.login).where(accounts.c.person_id == person)
    return tuple(connection.execute(query.order_by(accounts.c.login)).scalars())


def people_with_ended_cases(connection: Connection, after: str, limit: int) -> list[str]:
    """Return people who have cases, none of which is open, and who were not erased, in order."""
    # Looked up for one after the other, until there are enough: most people have a case that is open.
    other = cases.alias()
    still = sa.exists().where(other.c.subject_id == cases.c.subject_id, other.c.status != "closed")
    gone = sa.exists().where(erasures.c.person_id == cases.c.subject_id, erasures.c.status == "done")
    query = sa.select(cases.c.subject_id).distinct().where(cases.c.subject_id > after, ~still, ~gone)
    return list(connection.execute(query.order_by(cases.c.subject_id).limit(limit)).scalars())


def erase(connection: Connection, erasure: Erasure, by: str, now: datetime) -> Erasure:
    """Make a person unreadable, in every row. The documents are in `documents_of`, before this is done."""
    if connection.dialect.name == "sqlite":
        # What is overwritten and removed is filled with zeros, and not only let go.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    person = erasure.person
    destroy_key(connection, person, erasure.id, now)
    gone: dict[str, Any] = {"name": NAME, "name_search": "", "email": None, "born_on": None}
    connection.execute(sa.update(people).where(people.c.id == person).values(gone))
    connection.execute(sa.delete(name_endings).where(name_endings.c.person_id == person))
    connection.execute(sa.delete(person_changes).where(person_changes.c.person_id == person))
    said = sa.update(standing_entries).where(standing_entries.c.person_id == person)
    connection.execute(said.values(reason=None))
    _forget_answers(connection, person)
    forget_drafts(connection, person)
    _forget_logins(connection, person)
    only_his = documents_of(connection, person)
    document_keys.destroy(connection, person, only_his)
    connection.execute(sa.delete(materials).where(materials.c.sha256.in_(only_his)))
    connection.execute(
        sa.update(erasures)
        .where(erasures.c.id == erasure.id)
        .values(status="done", answered_by=by, answered_at=now)
    )
    return find_erasure(connection, erasure.id)


def erased_among(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return those of some people who were erased; nobody writes them down again."""
    query = sa.select(erasures.c.person_id).where(erasures.c.status == "done", erasures.c.person_id.in_(ids))
    return set(connection.execute(query).scalars()) if ids else set()


def documents_of(connection: Connection, person: str) -> tuple[str, ...]:
    """Return the digests of documents that only cases about a person name, or that he alone handed in."""
    of_cases = sa.select(case_materials.c.sha256, cases.c.subject_id).join(
        cases, cases.c.id == case_materials.c.case_id
    )
    named = of_cases.subquery()
    his = sa.select(named.c.sha256).where(named.c.subject_id == person)
    others = sa.select(named.c.sha256).where(named.c.subject_id != person)
    handed_in = sa.select(materials.c.sha256).where(materials.c.created_by == person)
    somebody = sa.select(materials.c.sha256).where(materials.c.created_by != person)
    loose = handed_in.where(materials.c.sha256.not_in(somebody))
    every = sa.union(his, loose).subquery()
    query = sa.select(every.c.sha256).where(every.c.sha256.not_in(others)).order_by(every.c.sha256)
    return tuple(connection.execute(query).scalars())


def events_in_the_open(connection: Connection, person: str) -> int:
    """Return how many events about a person were recorded before there were keys, and may hold free text."""
    his = sa.select(cases.c.id).where(cases.c.subject_id == person)
    text = sa.or_(
        events.c.data.like('%"reason":"%'),
        sa.and_(events.c.data.like('%"texts":{"%'), events.c.data.not_like('%"texts":{}%')),
    )
    query = sa.select(sa.func.count()).where(events.c.case_id.in_(his), events.c.sealed.is_(None), text)
    return connection.execute(query).scalar_one()


def _forget_answers(connection: Connection, person: str) -> None:
    """Remove kept answers, his own and those that name him or cases about him: they repeat what was said."""
    connection.execute(sa.delete(idempotency).where(idempotency.c.person_id == person))
    about = connection.execute(sa.select(cases.c.id).where(cases.c.subject_id == person)).scalars()
    for named in (person, *about):
        told = idempotency.c.answer.contains(f'"{named}"', autoescape=True)
        connection.execute(sa.delete(idempotency).where(told))


def _forget_logins(connection: Connection, person: str) -> None:
    """Remove logins with all that hangs on them."""
    logins = sa.select(accounts.c.login).where(accounts.c.person_id == person)
    for table in _hanging_on(accounts):
        connection.execute(sa.delete(table).where(table.c.login.in_(logins)))
    connection.execute(sa.delete(accounts).where(accounts.c.person_id == person))
    connection.execute(sa.delete(preferences).where(preferences.c.person_id == person))


def _hanging_on(table: Table) -> Iterator[Table]:
    for other in metadata.sorted_tables:
        if any(key.column.table is table for key in other.foreign_keys):
            yield other


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(
        row.id,
        row.person_id,
        row.ground,
        row.rules,
        row.asked_by,
        row.asked_at,
        row.status,
        row.answered_by,
        row.answered_at,
    )
