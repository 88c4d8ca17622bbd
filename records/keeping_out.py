"""Messages that wait and are owed no more: whoever was to get them keeps out since of what they are about."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.library import Library, UnknownProcess
from domain.obligations import NOT_WITHOUT
from domain.recusing import closed_to
from records.cases import find_case
from records.notifications import Owed
from records.relations import may_keep_out, relatives_since
from records.tables import cases, obligations


def owed_no_more(connection: Connection, library: Library, owed: Sequence[Owed]) -> frozenset[str]:
    """Return the ids of those messages somebody is not to be told of, nor his substitute for him.

    It is what the list of messages leaves out. Almost always it is none, which costs one query.
    """
    suspected = _about_relatives_or_declared(connection, [one.id for one in owed])
    return frozenset(one.id for one in owed if one.id in suspected and _is_closed(connection, library, one))


def _about_relatives_or_declared(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    theirs = (may_keep_out(obligations.c.person_id), may_keep_out(obligations.c.on_behalf_of))
    query = (
        sa.select(obligations.c.id)
        .join(cases, cases.c.id == obligations.c.case_id)
        .where(obligations.c.id.in_(ids), sa.or_(*theirs))
    )
    return frozenset(connection.execute(query).scalars())


def _is_closed(connection: Connection, library: Library, one: Owed) -> bool:
    try:
        read = find_case(connection, library, one.case, None)
    except UnknownProcess:
        # By which rules somebody keeps out cannot be read here: the message, which names nobody, goes out.
        return False
    relatives = relatives_since(connection, read.case.subject, read.case.opened_on)
    closed = [
        closed_to(read.process, read.case, person, relatives)
        for person in (one.person, one.on_behalf_of)
        if person is not None
    ]
    return any(steps and (one.kind in NOT_WITHOUT or one.step in steps) for steps in closed)
