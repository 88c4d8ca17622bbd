"""Under which local overlay the cases of a unit start: what was said of it, and what holds on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from records.held_units import held_now, held_units, holds_here_or_above
from records.organisation_tables import unit_overlays
from records.scope import ADMIN, AUDITOR
from records.tables import delegations, people, posts, unit_closure, units


class Switched(NamedTuple):
    """One word about a unit."""

    unit: str
    unit_name: str
    process: str
    overlay: str
    """Empty: none, whatever units above have."""
    from_on: date
    reason: str
    recorded_at: datetime
    recorded_by: str | None
    """None: at the machine, by the command."""
    recorded_by_name: str | None
    post: str | None
    """The id of the post by which he did."""
    post_role: str | None
    post_unit_kind: str | None
    post_unit_name: str | None


class SaidBy(NamedTuple):
    """Who says it, and by which post."""

    person: str | None = None
    post: str | None = None


AT_THE_MACHINE = SaidBy()


def say(  # noqa: PLR0917 - of what, what, and who
    connection: Connection,
    unit: str,
    process: str,
    overlay: str,
    from_on: date,
    reason: str,
    now: datetime,
    by: SaidBy = AT_THE_MACHINE,
) -> None:
    """Write down under which overlay a unit and all below it start cases from a day on."""
    # Two who say it at once do it one after the other, and the later word holds.
    connection.execute(sa.select(units.c.id).where(units.c.id == unit).with_for_update(key_share=True))
    same = sa.and_(unit_overlays.c.unit_id == unit, unit_overlays.c.process == process)
    last = connection.execute(sa.select(sa.func.max(unit_overlays.c.number)).where(same)).scalar() or 0
    said = {"overlay": overlay, "from_on": from_on, "reason": reason, "recorded_at": now}
    said |= {"recorded_by": by.person, "post_id": by.post}
    place = {"unit_id": unit, "process": process, "number": last + 1}
    connection.execute(sa.insert(unit_overlays).values(place | said))


def overlay_of(connection: Connection, unit: str, process: str, day: date) -> str | None:
    """Return the overlay under which a unit starts a case on a day, or None.

    The nearest unit counts of which anything was said for that day; there the latest first day, and of one
    day the last word.
    """
    query = (
        sa.select(unit_overlays.c.overlay)
        .join(unit_closure, unit_closure.c.ancestor_id == unit_overlays.c.unit_id)
        .where(
            unit_closure.c.unit_id == unit, unit_overlays.c.process == process, unit_overlays.c.from_on <= day
        )
        .order_by(unit_closure.c.depth, unit_overlays.c.from_on.desc(), unit_overlays.c.number.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or None


def said(connection: Connection, unit: str | None = None) -> tuple[Switched, ...]:
    """Return everything that was said, of one unit or of all, by unit and in its order."""
    of_post = units.alias()
    named = (people.c.name.label("person"), posts.c.role, of_post.c.kind, of_post.c.name.label("post_unit"))
    query = (
        sa.select(unit_overlays, units.c.name, *named)
        .join(units, units.c.id == unit_overlays.c.unit_id)
        .outerjoin(people, people.c.id == unit_overlays.c.recorded_by)
        .outerjoin(posts, posts.c.id == unit_overlays.c.post_id)
        .outerjoin(of_post, of_post.c.id == posts.c.unit_id)
        .order_by(unit_overlays.c.unit_id, unit_overlays.c.process, unit_overlays.c.number)
    )
    if unit is not None:
        query = query.where(unit_overlays.c.unit_id == unit)
    return tuple(_switched(row) for row in connection.execute(query))


def office_of(connection: Connection, who: str, unit: str, today: date) -> str | None:
    """Return the post of an administrator nearest to a unit that somebody holds today, his own first."""
    lent = sa.select(delegations.c.post_id).where(
        delegations.c.substitute_id == who, held_now(delegations, today)
    )
    query = (
        sa.select(posts.c.id)
        .join(unit_closure, unit_closure.c.ancestor_id == posts.c.unit_id)
        .where(unit_closure.c.unit_id == unit, posts.c.role == ADMIN, held_now(posts, today))
        .where(sa.or_(posts.c.person_id == who, posts.c.id.in_(lent)))
        .order_by(posts.c.person_id != who, unit_closure.c.depth, posts.c.id)
    )
    return connection.execute(query.limit(1)).scalar()


def audits(connection: Connection, who: str, unit: str, today: date) -> bool:
    """Whether somebody holds the post of an auditor today, own or lent, in a unit or above it."""
    return holds_here_or_above(connection, _AUDITORS, who, unit, today)


def _switched(row: Row[Any]) -> Switched:
    return Switched(
        row.unit_id,
        row.name,
        row.process,
        row.overlay,
        row.from_on,
        row.reason,
        row.recorded_at,
        row.recorded_by,
        row.person,
        row.post_id,
        row.role,
        row.kind,
        row.post_unit,
    )


_AUDITORS = held_units(shows=posts.c.role == AUDITOR)
