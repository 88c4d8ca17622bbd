"""What was found, counted by level, state, rule, unit and month; and where what is open is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from domain.auditing.lives import OVER
from records.below import units_below
from records.finding_tables import findings
from records.findings import FindingFilter, conditions
from records.scope import Scope
from records.tables import cases, unit_closure, units


@dataclass(frozen=True, slots=True)
class Counted:
    """How many findings there are in a group, and for how many of them nothing was said to the end."""

    key: str
    number: int
    left: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """A unit, with the open cases in it and below, how many of them are late, and the findings left."""

    id: str
    name: str
    parent: str | None
    open_cases: int
    late: int
    findings: int

    @property
    def share(self) -> float:
        """The share of open cases that are late."""
        return self.late / self.open_cases if self.open_cases else 0.0


def by_level(connection: Connection, scope: Scope, narrowed: FindingFilter) -> tuple[Counted, ...]:
    """Return the counts by level."""
    return _by(connection, findings.c.level, scope, narrowed)


def by_state(connection: Connection, scope: Scope, narrowed: FindingFilter) -> tuple[Counted, ...]:
    """Return the counts by state."""
    return _by(connection, findings.c.state, scope, narrowed)


def by_rule(connection: Connection, scope: Scope, narrowed: FindingFilter) -> tuple[tuple[str, Counted], ...]:
    """Return the counts by process and rule, those with most left first: each process has its own rules."""
    found = [
        (row.process, _counted(row))
        for row in _rows_by(connection, scope, narrowed, cases.c.process, findings.c.rule.label("key"))
    ]
    return tuple(sorted(found, key=lambda pair: (-pair[1].left, -pair[1].number, pair[0], pair[1].key)))


def by_month(connection: Connection, scope: Scope, narrowed: FindingFilter, since: date) -> Mapping[str, int]:
    """Return how many were raised in each month since a day, as `2026-05`."""
    month = sa.func.substr(sa.type_coerce(findings.c.raised_at, sa.String), 1, 7)
    first = sa.type_coerce(findings.c.raised_at, sa.String) >= since.isoformat()
    query = (
        sa.select(month.label("month"), sa.func.count().label("number"))
        .select_from(findings.join(cases, cases.c.id == findings.c.case_id))
        .where(*conditions(scope, narrowed), first)
        .group_by(month)
    )
    return {row.month: row.number for row in connection.execute(query)}


def lateness(
    connection: Connection, scope: Scope, narrowed: FindingFilter, *, most: int
) -> tuple[Lateness, ...]:
    """Return the units with cases in them or below, of those seen by a post, with what is late there.

    At `most` so many: those with the most that is late, so that a unit comes with those above it.
    A case is late while an open step was due before the day of the scope.
    """
    # Under a name of its own: conditions on what is seen look into the same table.
    above = unit_closure.alias()
    late = sa.and_(cases.c.status == "open", cases.c.due_on < scope.today)
    seen = [scope.by_posts()]
    if narrowed.unit is not None:
        seen.append(cases.c.unit_id.in_(units_below((narrowed.unit,))))
    # Counted in each unit first: of those there are far fewer to add up than of cases.
    here = (
        sa.select(
            cases.c.unit_id,
            sa.func.count().filter(cases.c.status != "closed").label("open_cases"),
            sa.func.count().filter(late).label("late"),
        )
        .where(*seen)
        .group_by(cases.c.unit_id)
        .subquery()
    )
    each = (
        sa.select(
            above.c.ancestor_id.label("unit"),
            sa.cast(sa.func.sum(here.c.open_cases), sa.Integer).label("open_cases"),
            sa.cast(sa.func.sum(here.c.late), sa.Integer).label("late"),
            # How far it is down to the last unit with cases: further for whatever stands above.
            sa.func.max(above.c.depth).label("height"),
        )
        .select_from(here.join(above, above.c.unit_id == here.c.unit_id))
        .group_by(above.c.ancestor_id)
        .subquery()
    )
    left = _left_by_unit(connection, scope, narrowed)
    query = (
        sa.select(units.c.id, units.c.name, units.c.parent_id, each.c.open_cases, each.c.late)
        .join(each, each.c.unit == units.c.id)
        .where(_within(scope, narrowed))
        .order_by(each.c.late.desc(), each.c.open_cases.desc(), each.c.height.desc(), units.c.id)
        .limit(most)
    )
    return tuple(
        Lateness(row.id, row.name, row.parent_id, row.open_cases, row.late, left.get(row.id, 0))
        for row in connection.execute(query)
    )


def _left_by_unit(connection: Connection, scope: Scope, narrowed: FindingFilter) -> dict[str, int]:
    above = unit_closure.alias()
    query = (
        sa.select(above.c.ancestor_id, sa.func.count().label("number"))
        .select_from(
            findings.join(cases, cases.c.id == findings.c.case_id).join(
                above, above.c.unit_id == cases.c.unit_id
            )
        )
        .where(*conditions(scope, narrowed), findings.c.state.not_in(OVER))
        .group_by(above.c.ancestor_id)
    )
    return {row.ancestor_id: row.number for row in connection.execute(query)}


def _within(scope: Scope, narrowed: FindingFilter) -> sa.ColumnElement[bool]:
    """Return the condition that a unit is one to look at: below one's posts, and below what is asked."""
    if narrowed.unit is not None:
        tops: tuple[str, ...] = (narrowed.unit,)
    elif scope.everything:
        return sa.true()
    else:
        tops = (*scope.units, *(unit for lent in scope.lent for unit in lent.units))
    return units.c.id.in_(units_below(tops))


def _by(
    connection: Connection, column: sa.ColumnElement[Any], scope: Scope, narrowed: FindingFilter
) -> tuple[Counted, ...]:
    return tuple(_counted(row) for row in _rows_by(connection, scope, narrowed, column.label("key")))


def _rows_by(
    connection: Connection, scope: Scope, narrowed: FindingFilter, *columns: sa.ColumnElement[Any]
) -> Sequence[Row[Any]]:
    left = sa.func.count().filter(findings.c.state.not_in(OVER))
    query: sa.Select[Any] = (
        sa.select(*columns, sa.func.count().label("number"), left.label("left"))
        .select_from(findings.join(cases, cases.c.id == findings.c.case_id))
        .where(*conditions(scope, narrowed))
        .group_by(*columns)
        .order_by(*columns)
    )
    return connection.execute(query).all()


def _counted(row: Row[Any]) -> Counted:
    return Counted(row.key, row.number, row.left)
