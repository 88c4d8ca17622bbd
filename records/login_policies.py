"""What units ask of the log-ins of those who hold posts in them or below. The last word of a unit holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from records.below import units_below
from records.door_tables import login_policies, sessions
from records.held_units import held_now
from records.tables import delegations, posts, unit_closure, units


@dataclass(frozen=True, slots=True)
class Policy:
    """What one unit asks."""

    unit: str
    second_factor: str


def set_policy(
    connection: Connection, unit_id: str, second_factor: str, *, set_by: str | None, now: datetime
) -> None:
    """Write down what a unit asks from now on."""
    # Two who say it at once do it one after the other, and the later word holds.
    connection.execute(sa.select(units.c.id).where(units.c.id == unit_id).with_for_update())
    last = sa.select(sa.func.coalesce(sa.func.max(login_policies.c.number), 0)).where(
        login_policies.c.unit_id == unit_id
    )
    connection.execute(
        sa.insert(login_policies).values(
            unit_id=unit_id,
            number=connection.execute(last).scalar_one() + 1,
            second_factor=second_factor,
            set_by=set_by,
            set_at=now,
        )
    )


def of_unit(connection: Connection, unit_id: str) -> tuple[Policy, ...]:
    """Return what a unit and those above it ask, the nearest first."""
    return _policies(connection, unit_closure.c.unit_id == unit_id)


def of_person(connection: Connection, person: str, today: date) -> tuple[Policy, ...]:
    """Return what is asked of somebody by the units of posts held today, own and lent, and those above."""
    return _policies(connection, unit_closure.c.unit_id.in_(_held(posts.c.unit_id, person, today)))


def end_weaker(connection: Connection, unit_id: str, strong_enough: Collection[str], today: date) -> None:
    """End the sessions of everybody a unit asks more of than they proved. Tokens of programs go on."""
    below = units_below((unit_id,))
    held = sa.select(posts.c.person_id).where(posts.c.unit_id.in_(below), held_now(posts, today))
    lent = (
        sa.select(delegations.c.substitute_id)
        .join(posts, posts.c.id == delegations.c.post_id)
        .where(posts.c.unit_id.in_(below), held_now(delegations, today), held_now(posts, today))
    )
    connection.execute(
        sa.delete(sessions).where(
            sessions.c.kind == "session",
            sessions.c.proof.not_in(strong_enough),
            sa.or_(sessions.c.person_id.in_(held), sessions.c.person_id.in_(lent)),
        )
    )


def _policies(connection: Connection, below: sa.ColumnElement[bool]) -> tuple[Policy, ...]:
    later = login_policies.alias()
    last = sa.select(sa.func.max(later.c.number)).where(later.c.unit_id == login_policies.c.unit_id)
    query = (
        sa.select(login_policies.c.unit_id, login_policies.c.second_factor)
        .join(unit_closure, unit_closure.c.ancestor_id == login_policies.c.unit_id)
        .where(below, login_policies.c.number == last.scalar_subquery())
        .order_by(unit_closure.c.depth)
    )
    return tuple(Policy(row.unit_id, row.second_factor) for row in connection.execute(query))


def _held(column: sa.ColumnElement[str], person: str, today: date) -> Select[Any]:
    """Select a column of the posts somebody holds today, own and lent."""
    lent = sa.select(delegations.c.post_id).where(
        delegations.c.substitute_id == person, held_now(delegations, today)
    )
    return sa.select(column).where(
        sa.or_(posts.c.person_id == person, posts.c.id.in_(lent)), held_now(posts, today)
    )
