"""The smallest work on a record: a person is added, and found again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from records import tables
from records.database import Database


def add(person: str, name: str | None = None) -> Callable[[sa.Connection], str]:
    """A work that adds a person, whose name is the id where none is given."""

    def work(connection: sa.Connection) -> str:
        called = name or person
        connection.execute(
            sa.insert(tables.people).values(id=person, name=called, name_search=called, language="zh")
        )
        return person

    return work


def people(database: Database) -> Sequence[str]:
    """The ids of everybody, in order."""
    query = sa.select(tables.people.c.id).order_by(tables.people.c.id)
    return database.read_now(lambda connection: connection.execute(query).scalars().all())
