"""Ends of posts and delegations: who set which last day when and why. Every word of it is kept for good.

A last day counts to its evening. What is taken at once counts no more from that moment, and the day on which
it was taken stays its last one, so that what was done that morning was done by right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from records import words
from records.tables import delegations, endings, posts
from records.unit_changes import Said

What = Literal["post", "delegation"]


@dataclass(frozen=True, slots=True)
class Ending:
    """A word about the end of a post or delegation."""

    last_on: date
    """Before the first day where it never began."""
    at_once: bool
    reason: str | None
    recorded_at: datetime
    recorded_by: str


def say_ended(
    connection: Connection, what: What, of_id: str, last_on: date, said: Said, *, at_once: bool = False
) -> None:
    """Keep a word about the end of a post or delegation."""
    mine = sa.and_(endings.c.what == what, endings.c.of_id == of_id)
    concerned = _concerned(connection, what, (of_id,))[of_id] if said.reason else ()
    before = connection.execute(sa.select(sa.func.max(endings.c.number)).where(mine)).scalar() or 0
    connection.execute(
        sa.insert(endings).values(
            what=what,
            of_id=of_id,
            number=before + 1,
            last_on=last_on,
            at_once=at_once,
            reason=words.sealed(connection, concerned, said.reason, said.at),
            recorded_at=said.at,
            recorded_by=said.by,
        )
    )


def endings_of(connection: Connection, what: What, ids: Collection[str]) -> Mapping[str, Ending]:
    """Return the last word about the end of each of these that has one."""
    if not ids:
        return {}
    query = sa.select(endings).where(endings.c.what == what, endings.c.of_id.in_(sorted(ids)))
    rows = connection.execute(query.order_by(endings.c.of_id, endings.c.number)).all()
    if not any((row.reason or "").startswith(words.MARK) for row in rows):
        reasons = [row.reason for row in rows]
    else:
        concerned = _concerned(connection, what, [row.of_id for row in rows])
        reasons = words.opened(connection, [(concerned[row.of_id], row.reason) for row in rows])
    return {
        row.of_id: Ending(row.last_on, row.at_once, reason, row.recorded_at, row.recorded_by)
        for row, reason in zip(rows, reasons, strict=True)
    }


def _concerned(connection: Connection, what: What, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return whom an end concerns: who held the post, and to whom it was lent."""
    if what == "post":
        held = sa.select(posts.c.id, posts.c.person_id).where(posts.c.id.in_(sorted(ids)))
        return {row.id: (row.person_id,) for row in connection.execute(held)}
    lent = sa.select(delegations.c.id, posts.c.person_id, delegations.c.substitute_id)
    lent = lent.join(posts, posts.c.id == delegations.c.post_id)
    query = lent.where(delegations.c.id.in_(sorted(ids)))
    return {row.id: (row.person_id, row.substitute_id) for row in connection.execute(query)}
