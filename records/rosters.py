"""Those who belong to a unit or hold its posts, and are not on the roster of one of its bodies that day."""

from __future__ import annotations

from datetime import date
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.parties import Body
from records.held_units import held_on
from records.tables import posts, restrictions, standings

Why = Literal["standing", "restriction"]


def not_entitled(connection: Connection, body: Body, unit: str, day: date) -> dict[str, Why]:
    """Return why others in a unit are not on the roster of a body: another standing, or a restriction."""
    found: dict[str, Why] = {}
    if body.roles:
        here = sa.and_(posts.c.unit_id == unit, posts.c.role.in_(body.roles), held_on(posts, day))
        members = set(connection.execute(sa.select(posts.c.person_id).where(here)).scalars())
    else:
        here = sa.and_(standings.c.unit_id == unit, held_on(standings, day))
        query = sa.select(standings.c.person_id, standings.c.standing).where(here)
        rows = connection.execute(query).all()
        members = {row.person_id for row in rows if row.standing == body.standing}
        found |= {row.person_id: "standing" for row in rows if row.person_id not in members}
    if members and body.without:
        barred = sa.and_(restrictions.c.restriction.in_(body.without), held_on(restrictions, day))
        query = sa.select(restrictions.c.person_id).where(barred, restrictions.c.person_id.in_(members))
        found |= dict.fromkeys(connection.execute(query).scalars(), "restriction")
    return found
