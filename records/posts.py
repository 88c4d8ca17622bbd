"""Posts: who may act for which unit, from a day to a last day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Select

from records import post_notes
from records.columns import Day
from records.cursors import Page
from records.held_units import held_now, held_on
from records.paging import in_order, page_of
from records.people import person
from records.post_notes import end_noted, keep_row, put_noted
from records.problems import NotFound, check_order
from records.tables import posts, units
from records.unit_changes import Said
from records.units import unit


@dataclass(frozen=True, slots=True)
class Post:
    """A person's role in a unit, from a day to a last day."""

    id: str
    person: str
    role: str
    unit: str
    unit_name: str
    unit_kind: str
    from_on: date
    to_on: date | None
    granted_by: str | None = None
    """Who gave it; None where it came with the installation."""
    granted_at: datetime | None = None
    revoked_at: datetime | None = None
    """When it was taken at once, on its last day."""

    def held_on(self, day: date, today: date) -> bool:
        """Whether it is or was held on a day; what was taken at once today is not held today."""
        lasts = self.from_on <= day and (self.to_on is None or self.to_on >= day)
        return lasts and (day < today or self.revoked_at is None)


def add_post(  # noqa: PLR0913 - what a post is, and who gave it when
    connection: Connection,
    *,
    person_id: str,
    role: str,
    unit_id: str,
    from_on: date,
    to_on: date | None = None,
    granted_by: str | None = None,
    granted_at: datetime | None = None,
    id: str | None = None,  # noqa: A002 - the column's name
) -> Post:
    """Give somebody a post; `granted_by` is who gave it, and `granted_at` when, aware, UTC.

    Raises NotFound, and OutOfOrder where it would end before it begins.
    """
    check_order(from_on, to_on)
    person(connection, person_id)
    unit(connection, unit_id)
    lasts = {"from_on": from_on, "to_on": to_on, "granted_by": granted_by, "granted_at": granted_at}
    held: dict[str, object] = {"person_id": person_id, "role": role, "unit_id": unit_id}
    return post(connection, put_noted(connection, "post", id, held | lasts))


def keep_others_out(connection: Connection, post_id: str) -> None:
    """Have others who end the same post wait until this transaction is over."""
    keep_row(connection, "post", post_id)


def end_post(
    connection: Connection,
    post_id: str,
    to_on: date,
    *,
    revoked_at: datetime | None = None,
    said: Said | None = None,
) -> Post:
    """End a post after its last day, or on it at once where `revoked_at` says when.

    Without `said` nobody who has a name here ends it. One that was revoked may end before its first day: it
    never began. Raises NotFound, OutOfOrder.
    """
    post_notes.keep_others_out(connection)
    if revoked_at is None:
        check_order(post(connection, post_id).from_on, to_on)
    end_noted(connection, "post", post_id, to_on, revoked_at, said)
    return post(connection, post_id)


def post(connection: Connection, post_id: str) -> Post:
    """Return a post. Raises NotFound."""
    row = connection.execute(_select_posts().where(posts.c.id == post_id)).one_or_none()
    if row is None:
        raise NotFound("no such post")
    return _post(row)


def posts_by_id(connection: Connection, ids: Sequence[str]) -> tuple[Post, ...]:
    """Return posts in the order of their ids; unknown ids are left out."""
    rows = connection.execute(_select_posts().where(posts.c.id.in_(ids))) if ids else ()
    return in_order(ids, map(_post, rows))


def posts_held(connection: Connection, person_id: str, today: date) -> tuple[Post, ...]:
    """Return the posts somebody holds today in their own right."""
    rows = connection.execute(_HELD_BY, {"person": person_id, "today": today})
    return tuple(_post(row) for row in rows)


def list_posts(
    connection: Connection,
    *,
    person_id: str | None = None,
    unit_id: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Post]:
    """Return posts by id: of a person, in a unit, held on a day. Raises BadCursor."""
    query = _select_posts()
    if person_id is not None:
        query = query.where(posts.c.person_id == person_id)
    if unit_id is not None:
        query = query.where(posts.c.unit_id == unit_id)
    if on is not None:
        query = query.where(held_on(posts, on))
    rows, following = page_of(connection, query, posts.c.id, cursor, limit)
    return Page(tuple(_post(row) for row in rows), following)


def _select_posts() -> Select[Any]:
    named = (units.c.name.label("unit_name"), units.c.kind.label("unit_kind"))
    return sa.select(posts, *named).join(units, units.c.id == posts.c.unit_id)


def _post(row: Row[Any]) -> Post:
    return Post(
        row.id,
        row.person_id,
        row.role,
        row.unit_id,
        row.unit_name,
        row.unit_kind,
        row.from_on,
        row.to_on,
        row.granted_by,
        row.granted_at,
        row.revoked_at,
    )


# Written once: it is asked with every page, and building a statement takes longer than running it.
_HELD_BY = (
    _select_posts()
    .where(
        posts.c.person_id == sa.bindparam("person", type_=sa.String()),
        held_now(posts, sa.bindparam("today", type_=Day())),
    )
    .order_by(posts.c.from_on, posts.c.id)
)
