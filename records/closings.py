"""Closing a unit: the order, how far it is carried out, and moving what belongs to the unit.

What was moved is not written down beside what is left: the record itself says what is still in the unit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Table

from records import post_notes
from records.held_units import held_now
from records.problems import NotFound
from records.scope import ADMIN
from records.tables import cases, delegations, posts, standings, unit_closings, units
from records.unit_changes import Said, add_change

Goes = Literal["move", "end"]
"""Whether posts and standings of a closed unit go to a successor, or end with it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where what belongs to a closed unit goes."""

    successor: str | None = None
    """Takes what is not assigned."""
    assigned: Mapping[str, str] = field(default_factory=dict)
    """Units by person: where this person's case, posts and standing go in a split."""
    posts: Goes = "end"
    standings: Goes = "move"

    def place_of(self, person: str) -> str | None:
        """Return the unit that takes over what is somebody's."""
        return self.assigned.get(person, self.successor)

    @property
    def successors(self) -> frozenset[str]:
        """Every unit that takes something over."""
        named = frozenset(self.assigned.values())
        return named if self.successor is None else named | {self.successor}


@dataclass(frozen=True, slots=True)
class Closing:
    """An order to close a unit."""

    id: str
    unit: str
    from_on: date
    """The first day on which the unit is no more."""
    recorded_at: datetime
    by: str
    post: str
    reason: str
    plan: Plan
    moved_cases: int
    moved_people: int
    """Posts and standings that were ended or moved."""
    stuck_on: str | None
    finished_at: datetime | None


def order_closing(
    connection: Connection, unit_id: str, from_on: date, said: Said, *, post: str, plan: Plan
) -> Closing:
    """Write down that a unit is to be closed; from that day it takes nothing in."""
    kept = {
        "successor": plan.successor,
        "assigned": dict(plan.assigned),
        "posts": plan.posts,
        "standings": plan.standings,
    }
    connection.execute(
        sa.insert(unit_closings).values(
            id=uuid4().hex,
            unit_id=unit_id,
            from_on=from_on,
            recorded_at=said.at,
            recorded_by=said.by,
            post_id=post,
            reason=said.reason or "",
            plan=json.dumps(kept, ensure_ascii=False, sort_keys=True),
        )
    )
    connection.execute(sa.update(units).where(units.c.id == unit_id).values(closing_from=from_on))
    return closing_of(connection, unit_id)


def closing_of(connection: Connection, unit_id: str) -> Closing:
    """Return the order to close a unit. Raises NotFound where there is none."""
    row = connection.execute(sa.select(unit_closings).where(unit_closings.c.unit_id == unit_id)).one_or_none()
    if row is None:
        raise NotFound("nobody closes this unit")
    return _closing(row)


def closings_due(connection: Connection, today: date) -> tuple[Closing, ...]:
    """Return the orders whose day has come and that are not carried out to the end.

    One that was, and whose unit got an open case at the same moment, is among them.
    """
    late = sa.exists().where(cases.c.unit_id == unit_closings.c.unit_id, cases.c.status != "closed")
    query = sa.select(unit_closings).where(
        unit_closings.c.from_on <= today, sa.or_(unit_closings.c.finished_at.is_(None), late)
    )
    return tuple(_closing(row) for row in connection.execute(query.order_by(unit_closings.c.id)))


def open_cases(connection: Connection, unit_id: str, *, after: str = "", limit: int = 10) -> list[str]:
    """Return open cases that are in a unit, or wait to be taken over by it, by id."""
    query = sa.select(cases.c.id).where(_still_there(unit_id), cases.c.id > after)
    return list(connection.execute(query.order_by(cases.c.id).limit(limit)).scalars())


def count_open_cases(connection: Connection, unit_id: str) -> int:
    """Return how many there are."""
    query = sa.select(sa.func.count()).select_from(cases).where(_still_there(unit_id))
    return connection.execute(query).scalar_one()


def open_subjects(connection: Connection, unit_id: str) -> set[str]:
    """Return the people whose open cases are in a unit."""
    query = sa.select(cases.c.subject_id).where(cases.c.unit_id == unit_id, cases.c.status != "closed")
    return set(connection.execute(query).scalars())


def lent_post(connection: Connection, person: str, places: Collection[str], today: date) -> str:
    """Return a post of an administrator in one of these units that was lent to somebody. Raises NotFound."""
    query = (
        sa.select(posts.c.id)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(
            delegations.c.substitute_id == person,
            posts.c.role == ADMIN,
            posts.c.unit_id.in_(places),
            held_now(posts, today),
            held_now(delegations, today),
        )
    )
    found = connection.execute(query.order_by(posts.c.id).limit(1)).scalar()
    if found is None:
        raise NotFound("no such post")
    return str(found)


def note_moved(connection: Connection, closing: Closing, *, cases_: int = 0, people: int = 0) -> None:
    """Count what was moved, in the transaction in which it was."""
    moved = {
        "moved_cases": unit_closings.c.moved_cases + cases_,
        "moved_people": unit_closings.c.moved_people + people,
    }
    connection.execute(sa.update(unit_closings).where(unit_closings.c.id == closing.id).values(moved))


def note_stuck(connection: Connection, closing: Closing, rule: str | None) -> None:
    """Say what stands in the way; None: nothing."""
    query = sa.update(unit_closings).where(unit_closings.c.id == closing.id)
    connection.execute(query.values(stuck_on=rule))


def move_people(connection: Connection, closing: Closing, now: datetime, limit: int = 100) -> int:
    """End or move some posts and standings that outlast the unit, and return how many; 0: none is left."""
    post_notes.keep_others_out(connection)
    done = 0
    ended: list[str] = []
    given: list[str] = []
    for table, goes in ((posts, closing.plan.posts), (standings, closing.plan.standings)):
        lasts = sa.and_(
            table.c.unit_id == closing.unit,
            sa.or_(table.c.to_on.is_(None), table.c.to_on >= closing.from_on),
            sa.or_(table.c.to_on.is_(None), table.c.to_on >= table.c.from_on),
        )
        # A case that gives another standing meanwhile ends this one: then it is left as it is.
        some = sa.select(table).where(lasts).order_by(table.c.id).limit(limit).with_for_update()
        for row in connection.execute(some).all():
            # One that was to begin later ends before it begins: it never holds.
            end = sa.update(table).where(table.c.id == row.id)
            connection.execute(end.values(to_on=closing.from_on - timedelta(days=1)))
            went = _go_on(connection, table, row, closing) if goes == "move" else []
            if table is posts:
                ended.append(row.id)
                given += went
            done += 1
    said = Said(closing.by, now, closing.reason)
    post_notes.note_rows(connection, "post", "ended", ended, said)
    post_notes.note_rows(connection, "post", "given", given, said)
    return done


def finish(connection: Connection, closing: Closing, now: datetime) -> bool:
    """Close a unit in which nothing open is left; else change nothing. Return whether it is closed."""
    locked = sa.select(units.c.closed_on).where(units.c.id == closing.unit).with_for_update()
    closed_on = connection.execute(locked).scalar_one()
    if open_cases(connection, closing.unit, limit=1):
        return False
    if closed_on is None:
        said = Said(closing.by, now, closing.reason)
        add_change(connection, closing.unit, closing.from_on, said, {"closed": True})
        connection.execute(
            sa.update(units).where(units.c.id == closing.unit).values(closed_on=closing.from_on)
        )
        done = sa.update(unit_closings).where(unit_closings.c.id == closing.id)
        connection.execute(done.values(finished_at=now, stuck_on=None))
    return True


def _go_on(connection: Connection, table: Table, row: Row[Any], closing: Closing) -> list[str]:
    """Let a post or standing go on in the unit that takes over, on the days on which it is not held there.

    Return the ids it has there.
    """
    place = closing.plan.place_of(row.person_id)
    if place is None:
        return []
    what = table.c.role if table is posts else table.c.standing
    held = getattr(row, what.name)
    there = sa.select(table).where(table.c.person_id == row.person_id, table.c.unit_id == place, what == held)
    spans = [_span(one) for one in connection.execute(there)]
    source: dict[str, Any] = {"source": f"closing/{closing.id}"}
    if table is posts:
        # What was taken at once stays taken.
        source = {"granted_by": closing.by, "revoked_at": row.revoked_at}
    made = []
    for first, last in _left_open(max(row.from_on, closing.from_on), row.to_on or date.max, spans):
        made.append(uuid4().hex)
        connection.execute(
            sa.insert(table).values(
                id=made[-1],
                person_id=row.person_id,
                unit_id=place,
                from_on=first,
                to_on=None if last == date.max else last,
                **{what.name: held},
                **source,
            )
        )
    return made


def _span(row: Row[Any]) -> tuple[date, date]:
    """Return the days of a post or standing; what was taken at once holds no more on its last one."""
    taken = getattr(row, "revoked_at", None) is not None
    return row.from_on, date.max if row.to_on is None else row.to_on - timedelta(days=int(taken))


def _left_open(first: date, last: date, spans: Iterable[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Yield from when to when none of some spans holds; a span that ends before it begins never does."""
    for begins, ends in sorted(span for span in spans if span[0] <= span[1]):
        if ends < first or begins > last:
            continue
        if begins > first:
            yield first, begins - timedelta(days=1)
        if ends >= last:
            return
        first = ends + timedelta(days=1)
    yield first, last


def _still_there(unit_id: str) -> ColumnElement[bool]:
    there = sa.or_(cases.c.unit_id == unit_id, cases.c.target_unit_id == unit_id)
    return sa.and_(there, cases.c.status != "closed")


def _closing(row: Row[Any]) -> Closing:
    return Closing(
        row.id,
        row.unit_id,
        row.from_on,
        row.recorded_at,
        row.recorded_by,
        row.post_id,
        row.reason,
        Plan(**json.loads(row.plan)),
        row.moved_cases,
        row.moved_people,
        row.stuck_on,
        row.finished_at,
    )
