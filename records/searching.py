"""Finds people by a part of their name, at a cost that follows from what is found.

A part of a name is the beginning of one of its endings, and those are kept in order. Where a part is common,
reading names until a page is full is quicker than gathering everybody who has it.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Select

from records.names import endings, searched
from records.tables import ENDING, name_endings, people

Condition = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Makes a condition on a column with ids of people."""

RARE = 300
"""People with a part of a name, up to which looking each of them up is quicker than anything else."""

EVERYBODY = 10_000
"""People with it, from which on it is quicker to read names one by one until a page is full."""

_BEARER = people.alias()
_LAST = "\U0010ffff"
"""Sorts after every character of a name."""


def spell(connection: Connection, person: str, search: str) -> None:
    """Make a person found by the parts of a searchable name, and by nothing else.

    The name of the person's row is the one from before, or the same.
    """
    query = sa.select(people.c.name_search).where(people.c.id == person)
    before = endings(connection.execute(query).scalar() or "")
    mine = name_endings.c.person_id == person
    connection.execute(sa.delete(name_endings).where(name_endings.c.ending.in_(sorted(before)), mine))
    rows = [{"ending": ending, "person_id": person} for ending in sorted(endings(search))]
    if rows:
        connection.execute(sa.insert(name_endings), rows)


def named(connection: Connection, text: str, *, begin_with: int = RARE) -> Condition:
    """Return the condition to have a part of a name, in characters, pinyin or initials.

    A search begins with the people who have it where they are no more than `begin_with`. Else it reads what
    it would read without names, and leaves out the others.
    """
    part = searched(text)
    if not part:
        return lambda _column: sa.true()
    first = part[:ENDING]
    found = _found(first)
    number = _number(connection, found)
    having = sa.select(_BEARER.c.id).where(_BEARER.c.name_search.contains(part, autoescape=True))

    def condition(column: ColumnElement[str]) -> ColumnElement[bool]:
        has = sa.exists(having.where(_BEARER.c.id == column))
        if number > EVERYBODY:
            return has
        among: ColumnElement[bool] = column.in_(found)
        if number > begin_with:
            # What is no plain comparison offers nothing to begin with: it is asked of each row.
            among = sa.func.coalesce(among, sa.false())
        return among if part == first else sa.and_(among, has)

    return condition


def bearers(connection: Connection, text: str) -> FromClause | None:
    """Return ids of people who have the beginning of a part of a name, in order, to be looked at in turn.

    None where there are so many that reading all names in order comes to a full page sooner. The OFFSET keeps
    PostgreSQL from looking at all of them before it puts them in order.
    """
    found = _found(searched(text)[:ENDING])
    if not searched(text) or _number(connection, found) > EVERYBODY:
        return None
    person = found.selected_columns[0].label("id")
    return found.with_only_columns(person).distinct().order_by(person).offset(0).subquery()


def _found(beginning: str) -> Select[tuple[str]]:
    begins = (name_endings.c.ending >= beginning, name_endings.c.ending < beginning + _LAST)
    return sa.select(name_endings.c.person_id).where(*begins)


def _number(connection: Connection, found: Select[tuple[str]]) -> int:
    """Return how many there are, up to one more than make a difference."""
    some = found.limit(EVERYBODY + 1).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
