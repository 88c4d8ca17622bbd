"""The differences between the two databases that statements have to know."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from records.prepared import Prepared


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say what to do when the row exists already (`on_conflict_…`)."""
    return insert_for(connection.dialect.name, table)


@cache
def insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the same for a dialect by name."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_new(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that leaves rows alone that exist already."""
    return _insert_new(connection.dialect.name, table)


@cache
def _insert_new(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return insert_for(dialect, table).on_conflict_do_nothing()


def put_new(connection: Connection, table: Table, columns: tuple[str, ...] | None = None) -> Prepared:
    """Return the same, prepared, for the way of every act. `columns` are those of `Prepared`."""
    return _put_new(connection.dialect.name, table, columns)


@cache
def _put_new(dialect: str, table: Table, columns: tuple[str, ...] | None) -> Prepared:
    return Prepared(_insert_new(dialect, table), columns)


def is_among(
    connection: Connection, column: ColumnElement[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of many texts, which are sent as one value.

    With a parameter for each, writing the statement takes longer than finding the rows.
    """
    if connection.dialect.name == "postgresql":
        every = sa.bindparam("among", list(values), type_=postgresql.ARRAY(sa.Text()), unique=True)
        return column == sa.any_(every)
    given = sa.bindparam("among", json.dumps(list(values)), type_=sa.Text(), unique=True)
    return column.in_(sa.select(sa.func.json_each(given).table_valued("value").c.value))
