"""Owes people their notifications: each duty to inform becomes a row for each person it concerns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CompoundSelect, Connection

from domain.obligations import Obligation
from records.columns import Day
from records.dialects import insert_new
from records.scope import held_on
from records.tables import delegations, obligations, posts

_DOMAIN = "accede"


def owe(connection: Connection, case_id: str, owed: Sequence[Obligation], now: datetime, today: date) -> None:
    """Write down what is owed; what was written down before stays as it is.

    A post stands for those who hold it today and their substitutes. A post that nobody holds leaves a row
    without a person, so that the gap can be seen.
    """
    if not owed:
        return
    asked = {(o.assignee.unit, o.assignee.role) for o in owed if o.assignee.unit and o.assignee.role}
    holders = _holders(connection, asked, today)
    rows = [
        _row(case_id, one, person, now)
        for one in owed
        for person in one.assignee.people or holders.get((one.assignee.unit, one.assignee.role)) or (None,)
    ]
    connection.execute(insert_new(connection, obligations), rows)


def obligation_id(case_id: str, owed: Obligation, person: str | None) -> str:
    """Return the id of one duty to one person: the same whenever it is made again."""
    parts = "\n".join((case_id, owed.kind, str(owed.seq), owed.assignee.actor, person or ""))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _row(case_id: str, owed: Obligation, person: str | None, now: datetime) -> dict[str, Any]:
    made = obligation_id(case_id, owed, person)
    return {
        "id": made,
        "case_id": case_id,
        "seq": owed.seq,
        "kind": owed.kind,
        "step": owed.step,
        "round": owed.round,
        "outcome": owed.outcome,
        "due_on": owed.due_on,
        "actor": owed.assignee.actor,
        "person_id": person,
        "created_at": now,
        "status": "nobody" if person is None else "waiting",
        "attempts": 0,
        "next_attempt_at": None if person is None else now,
        "message_id": f"{made}@{_DOMAIN}",
    }


def _holders(
    connection: Connection, asked: Iterable[tuple[str, str]], today: date
) -> dict[tuple[str | None, str | None], list[str]]:
    wanted = sorted(asked)
    if not wanted:
        return {}
    found: dict[tuple[str | None, str | None], list[str]] = {}
    for unit, role, person in connection.execute(_HOLDERS, {"asked": wanted, "today": today}):
        found.setdefault((unit, role), []).append(person)
    return found


def _holders_query() -> CompoundSelect[Any]:
    today = sa.bindparam("today", type_=Day())
    asked = sa.tuple_(posts.c.unit_id, posts.c.role).in_(sa.bindparam("asked", expanding=True))
    here = sa.and_(asked, held_on(posts, today))
    own = sa.select(posts.c.unit_id, posts.c.role, posts.c.person_id).where(here)
    substitutes = (
        sa.select(posts.c.unit_id, posts.c.role, delegations.c.substitute_id)
        .join(delegations, delegations.c.post_id == posts.c.id)
        .where(here, held_on(delegations, today))
    )
    return sa.union(own, substitutes).order_by(sa.text("1, 2, 3"))


_HOLDERS = _holders_query()
