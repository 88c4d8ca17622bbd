"""Which cases something happens in by itself: by now, and next."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from records.columns import Moment
from records.prepared import Prepared
from records.tables import cases

Place = tuple[datetime, str]
"""A moment, UTC, and the id of a case: the order in which things happen by themselves."""

_OF: Final[sa.BindParameter[str]] = sa.bindparam("of_case")
_NOW: Final = sa.bindparam("now", type_=Moment())
_CLAIM: Final = Prepared(
    sa.select(cases.c.next_moment)
    .where(cases.c.id == _OF, cases.c.next_moment <= _NOW)
    .with_for_update(key_share=True, skip_locked=True)
)


def due_cases(
    connection: Connection, now: datetime, after: Place | None = None, limit: int = 500
) -> list[Place]:
    """Return open cases in which something was due by `now` and was not recorded, longest ago first."""
    moment, case = cases.c.next_moment, cases.c.id
    query = sa.select(moment, case).where(moment <= now, cases.c.status != "closed")
    if after is not None:
        # The first condition alone is what an index finds its beginning by.
        query = query.where(moment >= after[0], sa.or_(moment > after[0], case > after[1]))
    found = connection.execute(query.order_by(moment, case).limit(limit))
    return [(row.next_moment, row.id) for row in found]


def next_moment(connection: Connection, after: datetime) -> datetime | None:
    """Return the first moment after another at which something happens by itself, UTC; None for never."""
    moment = cases.c.next_moment
    query = sa.select(moment).where(moment > after).order_by(moment).limit(1)
    return connection.execute(query).scalar()


def claim(connection: Connection, case_id: str, now: datetime) -> datetime | None:
    """Lock a case in which something was due by `now`, and return since when, UTC.

    None where nothing is due any more; or where somebody acts on it right now, whose act lets it happen.
    """
    for (moment,) in _CLAIM.rows(connection, {"of_case": case_id, "now": now}):
        return datetime.fromisoformat(moment)
    return None
