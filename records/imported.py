"""Cases that were brought in from a file: which are here already, and by what their row said."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from records.tables import cases, events


def digests_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return, of some cases, those that are here, with the digest of the row each was brought in from.

    The digest is empty for a case that began here.
    """
    here = sa.select(cases.c.id).where(cases.c.id.in_(ids))
    found = dict.fromkeys(connection.execute(here).scalars(), "")
    brought = sa.select(events.c.case_id, events.c.data).where(
        events.c.case_id.in_(found), events.c.type == "case-imported"
    )
    for case_id, data in connection.execute(brought):
        found[case_id] = str(json.loads(data)["digest"])
    return found


def subjects_with_open_cases(connection: Connection, process: str, people: Collection[str]) -> set[str]:
    """Return those of some people who have an open case of a process that allows one at a time."""
    keys = {f"{process}/{person}": person for person in people}
    query = sa.select(cases.c.open_key).where(cases.c.open_key.in_(keys))
    return {keys[key] for key in connection.execute(query).scalars()}
