"""Who sees which cases: the one place that says so, for lists and for single reads alike.

A case is seen by its subject, by people in its case roles, and by whoever holds a post today, own or lent, in
the case's unit or above it; while a transfer waits, in the unit it would go to as well. Managing the
organisation (role `admin`) shows no case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, Connection, FromClause, Select

from records.columns import Day
from records.tables import case_people, cases, delegations, posts, unit_closure, units

ADMIN = "admin"
"""The role that manages the organisation and sees no case."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see on one day. Made by `scope_of`."""

    person: str
    today: date
    everything: bool
    """The person holds posts above every unit there is, so that no row has to be looked at for this."""

    def sees(self) -> ColumnElement[bool]:
        """Return the condition on a row of `cases` that was found by its id."""
        if self.everything:
            return sa.true()
        return sa.or_(*self._reasons(cases))

    def sees_of_many(self) -> ColumnElement[bool]:
        """Return the same condition for a search over all cases.

        It looks each reason up on its own: with OR between them PostgreSQL would read every case.
        """
        if self.everything:
            return sa.true()
        case = cases.alias()
        found = (sa.select(case.c.id).where(condition) for condition in self._reasons(case))
        return cases.c.id.in_(sa.union_all(*found))

    def _reasons(self, case: FromClause) -> tuple[ColumnElement[bool], ...]:
        below = _units_below(self.person, self.today)
        taking_part = sa.select(case_people.c.case_id).where(case_people.c.person_id == self.person)
        return (
            case.c.unit_id.in_(below),
            case.c.target_unit_id.in_(below),
            case.c.subject_id == self.person,
            case.c.id.in_(taking_part),
        )


def scope_of(connection: Connection, person: str, today: date) -> Scope:
    """Return what a person may see today."""
    found = connection.execute(_SEES_EVERYTHING, {"person": person, "today": today}).scalar()
    return Scope(person, today, everything=bool(found))


def held_on(table: FromClause, day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a row with `from_on` and `to_on` (the last day, or open) covers `day`."""
    return sa.and_(table.c.from_on <= day, sa.or_(table.c.to_on.is_(None), table.c.to_on >= day))


def _own_and_lent_units(
    person: str | BindParameter[str], today: date | BindParameter[date]
) -> CompoundSelect[Any]:
    shows = sa.and_(posts.c.role != ADMIN, held_on(posts, today))
    own = sa.select(posts.c.unit_id).where(posts.c.person_id == person, shows)
    lent = (
        sa.select(posts.c.unit_id)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(delegations.c.substitute_id == person, held_on(delegations, today), shows)
    )
    return sa.union_all(own, lent)


def _units_below(person: str, today: date) -> Select[Any]:
    mine = _own_and_lent_units(person, today).subquery()
    return sa.select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(sa.select(mine.c.unit_id)))


def _sees_everything() -> Select[Any]:
    mine = _own_and_lent_units(sa.bindparam("person"), sa.bindparam("today", type_=Day())).subquery()
    has_any = sa.exists(sa.select(mine.c.unit_id))
    roots_elsewhere = sa.select(units.c.id).where(
        units.c.parent_id.is_(None), units.c.id.not_in(sa.select(mine.c.unit_id))
    )
    return sa.select(sa.and_(has_any, sa.not_(sa.exists(roots_elsewhere))))


# Asked with every request; building a statement takes longer than running it.
_SEES_EVERYTHING = _sees_everything()
