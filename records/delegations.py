"""Delegations: posts that are lent to substitutes, from a day to a last day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Select

from domain.circumstances import LentFor
from records import lending, post_notes
from records.columns import Day
from records.cursors import Page
from records.held_units import held_now, held_on
from records.paging import in_order, page_of
from records.people import person
from records.post_notes import end_noted, keep_row, put_noted
from records.posts import post
from records.problems import NotFound, OutOfOrder, check_order
from records.tables import delegations, posts
from records.unit_changes import Said


@dataclass(frozen=True, slots=True)
class Delegation:
    """A post lent to a substitute."""

    id: str
    post: str
    owner: str
    substitute: str
    role: str
    unit: str
    from_on: date
    to_on: date | None
    granted_by: str | None = None
    granted_at: datetime | None = None
    revoked_at: datetime | None = None
    """When it was taken at once, on its last day."""
    lent_for: LentFor | None = None
    """None where it is lent for everything."""


def add_delegation(  # noqa: PLR0913 - what is lent, for how long, for what, and who says so
    connection: Connection,
    *,
    post_id: str,
    substitute: str,
    from_on: date,
    to_on: date | None = None,
    granted_by: str | None = None,
    granted_at: datetime | None = None,
    lent_for: LentFor | None = None,
    absence: str | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Delegation:
    """Lend a post, for everything or for some cases; `absence` is the one because of which it is lent.

    Raises NotFound, OutOfOrder where it would end too early or go to its own holder.
    """
    check_order(from_on, to_on)
    person(connection, substitute)
    if post(connection, post_id).person == substitute:
        raise OutOfOrder("nobody substitutes for themselves")
    lasts = {"from_on": from_on, "to_on": to_on, "granted_by": granted_by, "granted_at": granted_at}
    limits = lent_for or LentFor()
    lent: dict[str, object] = {
        "post_id": post_id,
        "substitute_id": substitute,
        "absence_id": absence,
        "processes": lending.kept(limits.processes),
        "stages": lending.kept(limits.stages),
        "units": lending.kept(limits.units),
    }
    return delegation(connection, put_noted(connection, "delegation", id, lent | lasts))


def keep_others_out(connection: Connection, delegation_id: str) -> None:
    """Have others who end the same delegation wait until this transaction is over."""
    keep_row(connection, "delegation", delegation_id)


def end_delegation(
    connection: Connection,
    delegation_id: str,
    to_on: date,
    *,
    revoked_at: datetime | None = None,
    said: Said | None = None,
) -> Delegation:
    """End a delegation after a last day, or at once; one before its first undoes it. Raises NotFound."""
    post_notes.keep_others_out(connection)
    delegation(connection, delegation_id)
    end_noted(connection, "delegation", delegation_id, to_on, revoked_at, said)
    return delegation(connection, delegation_id)


def delegation(connection: Connection, delegation_id: str) -> Delegation:
    """Return a delegation. Raises NotFound."""
    row = connection.execute(_select_delegations().where(delegations.c.id == delegation_id)).one_or_none()
    if row is None:
        raise NotFound("no such delegation")
    return _delegation(row)


def delegations_by_id(connection: Connection, ids: Sequence[str]) -> tuple[Delegation, ...]:
    """Return delegations in the order of their ids; unknown ids are left out."""
    rows = connection.execute(_select_delegations().where(delegations.c.id.in_(ids))) if ids else ()
    return in_order(ids, map(_delegation, rows))


def list_delegations(
    connection: Connection,
    *,
    person_id: str | None = None,
    on: date | None = None,
    today: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delegation]:
    """Return delegations by id: given or received by somebody, in force on a day. Raises BadCursor.

    Where the day is `today`, those taken at once this day are left out.
    """
    query = _select_delegations()
    if person_id is not None:
        query = query.where(sa.or_(delegations.c.substitute_id == person_id, posts.c.person_id == person_id))
    if on is not None:
        query = query.where((held_now if today else held_on)(delegations, on))
    rows, following = page_of(connection, query, delegations.c.id, cursor, limit)
    return Page(tuple(_delegation(row) for row in rows), following)


def delegations_in_force(
    connection: Connection, person_id: str, today: date, limit: int
) -> tuple[Delegation, ...]:
    """Return the delegations given or received by somebody that are in force today, by id: the first ones."""
    rows = connection.execute(_IN_FORCE, {"person": person_id, "today": today, "most": limit})
    return tuple(_delegation(row) for row in rows)


def _select_delegations() -> Select[Any]:
    lent = (posts.c.person_id, posts.c.role, posts.c.unit_id)
    return sa.select(delegations, *lent).join(posts, posts.c.id == delegations.c.post_id)


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        row.id,
        row.post_id,
        row.person_id,
        row.substitute_id,
        row.role,
        row.unit_id,
        row.from_on,
        row.to_on,
        row.granted_by,
        row.granted_at,
        row.revoked_at,
        lending.lent_for(row.processes, row.stages, row.units),
    )


# Written once: it is asked with every page, and building a statement takes longer than running it.
_SOMEBODY = sa.bindparam("person", type_=sa.String())
_IN_FORCE = (
    _select_delegations()
    .where(
        sa.or_(delegations.c.substitute_id == _SOMEBODY, posts.c.person_id == _SOMEBODY),
        held_now(delegations, sa.bindparam("today", type_=Day())),
    )
    .order_by(delegations.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
