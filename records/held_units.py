"""Posts held today, own and lent: of which units, and for what.

Conditions that a row covers a day stand here too, for everything that has a first and a last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BindParameter, ColumnElement, Connection, FromClause, Row, Select

from domain.circumstances import LentFor
from records.below import REMEMBERED, units_below
from records.columns import Day
from records.lending import LIMITS, lent_for
from records.tables import cases, delegations, posts, unit_closure, units


@dataclass(frozen=True, slots=True)
class Lent:
    """A post that is lent for some cases: those below its units that belong to these processes and stages."""

    units: tuple[str, ...]
    """Of the post, or those below it that the delegation names."""
    processes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    def cases_are(self) -> ColumnElement[bool]:
        """Return the condition on `cases` that they are of these processes and in these stages."""
        return _of_processes_and_stages(self.processes, self.stages)


class Held(NamedTuple):
    """The units of somebody's posts."""

    wholly: tuple[str, ...]
    """Of posts that are his own, or lent for everything."""
    partly: tuple[Lent, ...]
    are_all: bool
    """The first are above every unit there is."""


def held_on(table: FromClause, day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a row with `from_on` and `to_on` (the last day, or open) covers `day`."""
    return sa.and_(table.c.from_on <= day, sa.or_(table.c.to_on.is_(None), table.c.to_on >= day))


def held_now(table: FromClause, today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a post or delegation covers today, and was not taken at once."""
    return sa.and_(held_on(table, today), table.c.revoked_at.is_(None))


def held_units(*, shows: ColumnElement[bool]) -> Select[Any]:
    """Select the units where a `person` holds posts `today`, own and lent with what for, and how many roots
    there are.
    """
    person, today = sa.bindparam("person", type_=sa.String()), sa.bindparam("today", type_=Day())
    held = sa.and_(shows, held_now(posts, today))
    nothing = [sa.null().label(column.name) for column in LIMITS]
    own = sa.select(posts.c.unit_id, *nothing).where(posts.c.person_id == person, held)
    lent = (
        sa.select(posts.c.unit_id, *LIMITS)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(delegations.c.substitute_id == person, held_now(delegations, today), held)
    )
    mine = sa.union(own, lent).subquery()
    root = units.alias()
    roots = sa.select(sa.func.count()).where(root.c.parent_id.is_(None)).scalar_subquery()
    limits = [mine.c[column.name] for column in LIMITS]
    return sa.select(mine.c.unit_id, units.c.parent_id, roots.label("roots"), *limits).join(
        units, units.c.id == mine.c.unit_id
    )


def units_in(connection: Connection, query: Select[Any], person: str, today: date) -> Held:
    """Return the units that `held_units` selects for somebody."""
    rows = connection.execute(query, {"person": person, "today": today}).all()
    wholly = [row for row in rows if not _is_narrowed(row)]
    partly = [_lent(connection, row) for row in rows if _is_narrowed(row)]
    above_all = bool(wholly) and sum(row.parent_id is None for row in wholly) == wholly[0].roots
    return Held(tuple(row.unit_id for row in wholly), tuple(lent for lent in partly if lent.units), above_all)


def _is_narrowed(row: Row[Any]) -> bool:
    return row.processes is not None or row.stages is not None or row.units is not None


def _lent(connection: Connection, row: Row[Any]) -> Lent:
    """Return what is lent: in its units below the post's, or in the post's where one of them is above it."""
    limits = lent_for(row.processes, row.stages, row.units) or LentFor()
    units_ = (row.unit_id,)
    if limits.units:
        below = units_below(units_).where(unit_closure.c.unit_id.in_(limits.units))
        above = sa.select(unit_closure.c.unit_id).where(
            unit_closure.c.unit_id == row.unit_id, unit_closure.c.ancestor_id.in_(limits.units)
        )
        units_ = tuple(sorted(connection.execute(sa.union(below, above)).scalars()))
    return Lent(units_, limits.processes, limits.stages)


def holds_here_or_above(connection: Connection, query: Select[Any], who: str, unit: str, today: date) -> bool:
    """Whether somebody holds one of the posts of `held_units`, own or wholly lent, in a unit or above it."""
    held = units_in(connection, query, who, today).wholly
    above = sa.select(unit_closure.c.ancestor_id).where(unit_closure.c.unit_id == unit)
    return bool(held) and not set(connection.execute(above).scalars()).isdisjoint(held)


@lru_cache(REMEMBERED)
def _of_processes_and_stages(processes: tuple[str, ...], stages: tuple[str, ...]) -> ColumnElement[bool]:
    asked = ((cases.c.process, processes), (cases.c.stage, stages))
    return sa.and_(sa.true(), *(column.in_(names) for column, names in asked if names))
