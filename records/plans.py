"""Plans of units for a year: what was said of them, who may say it, and who sees them."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from records.held_units import held_units, holds_here_or_above
from records.organisation_tables import unit_plans
from records.scope import ADMIN, AUDITOR
from records.tables import people, posts, units


class Plan(NamedTuple):
    """What was said last of how many are to gain a standing in a unit, in a year."""

    process: str
    standing: str
    number: int
    planned: int
    reason: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: datetime


def plans_of(connection: Connection, unit: str, year: int) -> tuple[Plan, ...]:
    """Return everything that was said of a unit's plans for a year, the last word first."""
    query = (
        sa.select(unit_plans.c.process, unit_plans.c.standing, unit_plans.c.number, unit_plans.c.planned)
        .add_columns(unit_plans.c.reason, unit_plans.c.recorded_by, people.c.name, unit_plans.c.recorded_at)
        .join(people, people.c.id == unit_plans.c.recorded_by)
        .where(unit_plans.c.unit_id == unit, unit_plans.c.year == year)
        .order_by(unit_plans.c.process, unit_plans.c.standing, unit_plans.c.number.desc())
    )
    return tuple(Plan(*row) for row in connection.execute(query))


def say(  # noqa: PLR0917 - of which plan, and what
    connection: Connection,
    of: tuple[str, int, str, str],
    planned: int,
    reason: str,
    who: str,
    now: datetime,
) -> None:
    """Write down a plan, or another word about it. `of` is a unit, a year, a process and a standing."""
    unit, year, process, standing = of
    place = {"unit_id": unit, "year": year, "process": process, "standing": standing}
    # Two who say it at once do it one after the other, and the later word holds.
    connection.execute(sa.select(units.c.id).where(units.c.id == unit).with_for_update(key_share=True))
    same = sa.and_(*(unit_plans.c[name] == value for name, value in place.items()))
    last = connection.execute(sa.select(sa.func.max(unit_plans.c.number)).where(same)).scalar() or 0
    said = {"planned": planned, "reason": reason, "recorded_by": who, "recorded_at": now}
    connection.execute(sa.insert(unit_plans).values(place | said | {"number": last + 1}))


def may_plan(connection: Connection, who: str, unit: str, today: date) -> bool:
    """Whether somebody holds a post today, own or lent, in a unit or above it, that is not for looking on."""
    return holds_here_or_above(connection, _PLANNERS, who, unit, today)


def sees_plans(connection: Connection, who: str, unit: str, today: date) -> bool:
    """Whether somebody holds a post today, own or lent, in a unit or above it, be it to look on."""
    return holds_here_or_above(connection, _WATCHERS, who, unit, today)


_PLANNERS = held_units(shows=posts.c.role.not_in((ADMIN, AUDITOR)))
_WATCHERS = held_units(shows=posts.c.role != ADMIN)
