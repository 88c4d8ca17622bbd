"""Loads seeds in bulk: without indexes, which are made afterwards, and without asking foreign keys."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from bench.growth.patterns import FIELD, NOTHING, ROW
from bench.growth.seeding import Batch, Seeds, Size
from records import migrating
from records.engines import SQLITE
from records.tables import metadata

_TEXT_AT_ONCE = 4 << 20
"""Characters gathered for a table before they are sent."""

_NAMES = {table.name: [column.name for column in table.columns] for table in metadata.sorted_tables}


class _Target(Protocol):
    def put(self, table: str, text: str) -> None:
        """Add rows that are written as patterns write them."""


def load_sqlite(file: Path, seeds: Seeds, size: Size) -> None:
    """Fill a new SQLite file."""
    migrating.upgrade(f"sqlite:///{file}")
    connection = SQLITE.connect(str(file), isolation_level=None)
    # Whoever pulls the plug meanwhile seeds again.
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    _pour(seeds, size, _Sqlite(connection))
    for _, made_by in indexes:
        connection.execute(made_by)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.close()


def load_postgresql(address: str, seeds: Seeds, size: Size) -> None:
    """Fill a new PostgreSQL database; the role at `address` has to be a superuser."""
    migrating.upgrade(address)
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        with connection.transaction():
            # Neither foreign keys nor the guard of events are asked.
            connection.execute("SET LOCAL session_replication_role = replica")
            indexes = connection.execute(
                "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
                "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND NOT i.indisunique"
            ).fetchall()
            for name, _ in indexes:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, _NAMES))))
            _pour(seeds, size, _Postgresql(connection))
            for _, made_by in indexes:
                connection.execute(made_by.encode())
        connection.execute("VACUUM ANALYZE")


class _Sqlite:
    def __init__(self, connection: SQLITE.Connection) -> None:  # type: ignore[name-defined] # a module found at run time
        self._connection = connection

    def put(self, table: str, text: str) -> None:
        names = _NAMES[table]
        places = ", ".join("?" * len(names))
        rows = (
            [None if value == NOTHING else value for value in line.split(FIELD)]
            for line in text[:-1].split(ROW)
        )
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)


class _Postgresql:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def put(self, table: str, text: str) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, _NAMES[table]))
        copy = sql.SQL("COPY {} ({}) FROM STDIN WITH (FREEZE)").format(sql.Identifier(table), names)
        with self._connection.cursor().copy(copy) as into:
            into.write(_escaped(text))


def _escaped(text: str) -> str:
    """Return rows as COPY reads them."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text.replace(NOTHING, "\\N").replace(FIELD, "\t").replace(ROW, "\n")


def _pour(seeds: Seeds, size: Size, into: _Target) -> None:
    gathered: defaultdict[str, list[str]] = defaultdict(list)
    lengths: defaultdict[str, int] = defaultdict(int)
    for batch in _shown(_batches(seeds), size):
        for table, text in batch.tables.items():
            gathered[table].append(text)
            lengths[table] += len(text)
            if lengths[table] > _TEXT_AT_ONCE:
                into.put(table, "".join(gathered.pop(table)))
                lengths[table] = 0
    for table, texts in gathered.items():
        into.put(table, "".join(texts))


def _batches(seeds: Seeds) -> Iterator[Batch]:
    yield from seeds.organisation()
    yield from seeds.cases()


def _shown(batches: Iterable[Batch], size: Size) -> Iterator[Batch]:
    """Pass batches on and show how far it is, where somebody looks."""
    began, cases = time.monotonic(), 0
    for batch in batches:
        yield batch
        cases += batch.cases
        if cases and cases % 1000 == 0 and sys.stderr.isatty():
            done = min(cases / size.open_cases, 1)
            bar = "#" * int(30 * done)
            print(
                f"\r  [{bar:<30}] {cases:>7} cases, {time.monotonic() - began:4.0f} s",
                end="",
                file=sys.stderr,
            )
    if sys.stderr.isatty():
        print(file=sys.stderr)
