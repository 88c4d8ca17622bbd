"""Who held which post, which were lent, and who stood where, on one day and not, or otherwise, on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Select

from records.held_units import held_now, held_on
from records.tables import delegations, people, posts, standings

Place = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Makes the condition on a column with ids of units that they are seen."""


@dataclass(frozen=True, slots=True)
class Days:
    """Two days. On `today` what was taken at once counts no more."""

    earlier: date
    later: date
    today: date

    def before(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a row held on the earlier day."""
        return self._held(table, self.earlier)

    def after(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a row held on the later day."""
        return self._held(table, self.later)

    def between(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a row held on one of the days only."""
        before, after = self.before(table), self.after(table)
        return sa.or_(sa.and_(before, sa.not_(after)), sa.and_(after, sa.not_(before)))

    def _held(self, table: FromClause, day: date) -> ColumnElement[bool]:
        is_taken = day >= self.today and "revoked_at" in table.c
        return held_now(table, day) if is_taken else held_on(table, day)


@dataclass(frozen=True, slots=True)
class Held:
    """A post that was held on one of two days only; `began`: on the later one."""

    id: str
    person: str
    name: str
    role: str
    unit: str
    from_on: date
    to_on: date | None
    began: bool
    substitute: str | None = None
    """To whom it was lent, where it is the loan that was there on one day only."""
    substitute_name: str | None = None

    @property
    def place(self) -> tuple[str | None, ...]:
        """Who holds what, where, and to whom it is lent: whatever row says it."""
        return self.person, self.role, self.unit, self.substitute


@dataclass(frozen=True, slots=True)
class Stood:
    """A standing that somebody had on one of two days only; `began`: on the later one."""

    id: str
    person: str
    name: str
    standing: str
    unit: str
    from_on: date
    to_on: date | None
    began: bool

    @property
    def place(self) -> tuple[str | None, ...]:
        """Who has which standing, and where: whatever row says it."""
        return self.person, self.standing, self.unit


def posts_between(connection: Connection, days: Days, seen: Place, limit: int) -> tuple[Held, ...]:
    """Return posts in units that are seen, held on one of the days only, by person."""
    query = (
        sa.select(
            posts.c.id,
            posts.c.person_id,
            people.c.name,
            posts.c.role,
            posts.c.unit_id,
            posts.c.from_on,
            posts.c.to_on,
            days.after(posts).label("began"),
        )
        .join(people, people.c.id == posts.c.person_id)
        .where(days.between(posts), seen(posts.c.unit_id))
        .order_by(posts.c.person_id, posts.c.from_on, posts.c.id)
    )
    return tuple(
        Held(row.id, row.person_id, row.name, row.role, row.unit_id, row.from_on, row.to_on, bool(row.began))
        for row in connection.execute(query.limit(limit))
    )


def loans_between(connection: Connection, days: Days, seen: Place, limit: int) -> tuple[Held, ...]:
    """Return loans of posts in units that are seen, there on one of the days only, by who lent."""
    to = people.alias()
    query: Select[Any] = (
        sa.select(
            delegations.c.id,
            posts.c.person_id,
            people.c.name,
            posts.c.role,
            posts.c.unit_id,
            delegations.c.from_on,
            delegations.c.to_on,
            days.after(delegations).label("began"),
            delegations.c.substitute_id,
            to.c.name.label("substitute_name"),
        )
        .join(posts, posts.c.id == delegations.c.post_id)
        .join(people, people.c.id == posts.c.person_id)
        .join(to, to.c.id == delegations.c.substitute_id)
        .where(days.between(delegations), seen(posts.c.unit_id))
        .order_by(posts.c.person_id, delegations.c.from_on, delegations.c.id)
    )
    return tuple(
        Held(
            row.id,
            row.person_id,
            row.name,
            row.role,
            row.unit_id,
            row.from_on,
            row.to_on,
            bool(row.began),
            row.substitute_id,
            row.substitute_name,
        )
        for row in connection.execute(query.limit(limit))
    )


def standings_between(connection: Connection, days: Days, seen: Place, limit: int) -> tuple[Stood, ...]:
    """Return standings in units that are seen, there on one of the days only, by person."""
    query = (
        sa.select(
            standings.c.id,
            standings.c.person_id,
            people.c.name,
            standings.c.standing,
            standings.c.unit_id,
            standings.c.from_on,
            standings.c.to_on,
            days.after(standings).label("began"),
        )
        .join(people, people.c.id == standings.c.person_id)
        .where(days.between(standings), seen(standings.c.unit_id))
        .order_by(standings.c.person_id, standings.c.from_on, standings.c.id)
    )
    return tuple(
        Stood(
            row.id,
            row.person_id,
            row.name,
            row.standing,
            row.unit_id,
            row.from_on,
            row.to_on,
            bool(row.began),
        )
        for row in connection.execute(query.limit(limit))
    )
