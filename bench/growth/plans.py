"""Reads how the database goes about each statement, and finds those that read a large table through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from records.engines import open_engine
from records.tables import metadata

LARGE = frozenset(
    (
        "cases",
        "events",
        "case_people",
        "case_materials",
        "tasks",
        "obligations",
        "outbox",
        "people",
        "name_endings",
        "standings",
    )
)
"""Tables that grow with the number of cases."""

_SCAN = re.compile(r"^(?:SCAN (\w+)(?: EXISTS)?$|SEARCH (\w+)(?: EXISTS)? USING AUTOMATIC )")
"""What SQLite says where it has no index, or makes one for the length of a statement."""


@dataclass(frozen=True)
class Statement:
    """A statement as it went to the driver."""

    text: str
    parameters: Any


@contextmanager
def overheard() -> Iterator[dict[str, Statement]]:
    """Note every different statement that SELECTs, in any engine, for the length of a block."""
    heard: dict[str, Statement] = {}

    def note(
        _connection: object, _cursor: object, text: str, parameters: object, _context: object, _many: object
    ) -> None:
        if text.lstrip().startswith("SELECT"):
            heard.setdefault(text, Statement(text, parameters))

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


def scans(address: str, statements: dict[str, Statement]) -> dict[str, str]:
    """Return the statements that read a large table from end to end, and which table it is.

    PostgreSQL is asked to avoid that where there is any other way, so that the answer does not depend on how
    many rows there happen to be.
    """
    engine = open_engine(address, role="reader")
    found: dict[str, str] = {}
    with engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if not on_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")
        for text, statement in statements.items():
            table = _on_sqlite(connection, statement) if on_sqlite else _on_postgresql(connection, statement)
            if table is not None:
                found[text] = table
    engine.dispose()
    return found


def _on_sqlite(connection: Connection, statement: Statement) -> str | None:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.parameters)
    for row in rows:
        scan = _SCAN.match(str(row[3]))
        if scan is not None and (table := re.sub(r"_\d+$", "", scan[1] or scan[2])) in LARGE:
            return table
    return None


def _on_postgresql(connection: Connection, statement: Statement) -> str | None:
    plan = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {statement.text}", statement.parameters
    ).scalar()
    found = plan if isinstance(plan, list) else json.loads(str(plan))
    return next((node["Relation Name"] for node in _nodes(found[0]["Plan"]) if _is_scan(node)), None)


def _is_scan(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


@contextmanager
def without_index(address: str, name: str) -> Iterator[None]:
    """Take an index away for the length of a block."""
    index = next(one for table in metadata.sorted_tables for one in table.indexes if one.name == name)
    engine = open_engine(address)
    index.drop(engine)
    try:
        yield
    finally:
        index.create(engine)
        engine.dispose()
