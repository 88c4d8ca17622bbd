"""Cases of a unit that were seen to be short of people, as the daily look at staffing left them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from records.scope import Scope
from records.tables import cases, people, shortages


class ShortCase(NamedTuple):
    """A step of a case that will not have its people."""

    case: str
    digest: str
    subject_name: str
    step: str
    who: str
    from_on: date
    needed: int
    have: int


def short_cases(connection: Connection, scope: Scope, unit: str, limit: int) -> tuple[ShortCase, ...]:
    """Return those of the cases of a unit and below that are seen by a post, what comes first first."""
    query = (
        sa.select(cases.c.id, cases.c.digest, people.c.name, shortages.c.step, shortages.c.who)
        .add_columns(shortages.c.from_on, shortages.c.needed, shortages.c.have)
        .join(cases, cases.c.id == shortages.c.case_id)
        .join(people, people.c.id == cases.c.subject_id)
        .where(shortages.c.gone_at.is_(None), cases.c.status == "open")
        .where(scope.by_posts_within(connection, unit))
        .order_by(shortages.c.from_on, cases.c.id, shortages.c.number)
        .limit(limit)
    )
    return tuple(ShortCase(*row) for row in connection.execute(query))
