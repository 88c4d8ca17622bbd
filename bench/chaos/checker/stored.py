"""Reads the database with plain SQL, SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

_QUERIES = {
    "events": "SELECT * FROM events ORDER BY case_id, seq",
    "cases": "SELECT * FROM cases",
    "tasks": "SELECT * FROM tasks",
    "obligations": "SELECT * FROM obligations",
    "outbox": "SELECT * FROM outbox",
    "materials": "SELECT * FROM materials",
    "idempotency": "SELECT * FROM idempotency",
    "posts": "SELECT person_id, role, unit_id FROM posts",
    "people": "SELECT id, email FROM people",
    "document_keys": "SELECT DISTINCT sha256, sealed_as FROM document_keys WHERE wrapped IS NOT NULL",
    "person_keys": "SELECT person_id, wrapped FROM person_keys WHERE wrapped IS NOT NULL",
}


@dataclass(frozen=True)
class Stored:
    """Every row the check looks at."""

    events: dict[str, list[Row]]
    """By case, in order."""
    cases: dict[str, Row]
    tasks: dict[str, list[Row]]
    obligations: list[Row]
    outbox: dict[str, Row]
    materials: list[Row]
    idempotency: dict[str, Row]
    """By key: keys are made once in a run, whoever sends them."""
    holders: dict[tuple[str, str], list[str]]
    """Who holds a post, by unit and role."""
    emails: dict[str, str]
    person_keys: dict[str, str]
    """The key of each person a case is about, wrapped."""
    sealed_as: dict[str, list[str]]
    """By which names the sealed bytes of a document lie in the store, by its digest."""


def read(address: str) -> Stored:
    """Read everything at one moment. Raises ValueError where a SQLite file is damaged."""
    rows = _from_sqlite(address) if address.startswith("sqlite") else _from_postgresql(address)
    return Stored(
        events=_by(rows["events"], "case_id"),
        cases={row["id"]: row for row in rows["cases"]},
        tasks=_by(rows["tasks"], "case_id"),
        obligations=rows["obligations"],
        outbox={row["case_id"]: row for row in rows["outbox"]},
        materials=rows["materials"],
        idempotency={row["key"]: row for row in rows["idempotency"]},
        holders=_holders(rows["posts"]),
        emails={row["id"]: row["email"] for row in rows["people"]},
        person_keys={row["person_id"]: row["wrapped"] for row in rows["person_keys"]},
        sealed_as={
            digest: [row["sealed_as"] for row in found]
            for digest, found in _by(rows["document_keys"], "sha256").items()
        },
    )


def count(address: str, query: str) -> int:
    """Return the one number a query gives."""
    connection = _sqlite(address) if address.startswith("sqlite") else _postgresql(address)
    try:
        return sum(int(row[0]) for row in connection.execute(query))
    finally:
        connection.close()


def _from_sqlite(address: str) -> dict[str, list[Row]]:
    connection = _sqlite(address)
    connection.row_factory = sqlite3.Row
    try:
        damage = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if damage != "ok":
            raise ValueError(f"the SQLite file is damaged: {damage}")
        connection.execute("BEGIN")
        return {name: [dict(row) for row in connection.execute(query)] for name, query in _QUERIES.items()}
    finally:
        connection.close()


def _from_postgresql(address: str) -> dict[str, list[Row]]:
    with _postgresql(address) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        rows = connection.cursor(row_factory=dict_row)
        return {name: rows.execute(query).fetchall() for name, query in _QUERIES.items()}


def _sqlite(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None, timeout=30)


def _postgresql(address: str) -> psycopg.Connection[tuple[Any, ...]]:
    parts = urlsplit(address)
    host = parse_qs(parts.query)["host"][0]
    return psycopg.connect(host=host, user=parts.username, dbname=parts.path.strip("/"))


def _by(rows: list[Row], column: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[column], []).append(row)
    return grouped


def _holders(posts: list[Row]) -> dict[tuple[str, str], list[str]]:
    held: dict[tuple[str, str], list[str]] = {}
    for post in posts:
        held.setdefault((post["unit_id"], post["role"]), []).append(post["person_id"])
    return held
