"""How a database is opened: which SQLite is safe to write with, and what each connection is told first."""

from __future__ import annotations

import sqlite3
from types import ModuleType
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import FromClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, Engine, make_url

try:
    import pysqlite3.dbapi2 as _bundled  # type: ignore[import-untyped] # the package has no types
except ImportError:
    _bundled = None

from records.problems import RecordDamaged

Role = Literal["writer", "reader"]

SQLITE: ModuleType = _bundled or sqlite3
"""The SQLite that is used: the bundled one, which is newer than most systems', or else the system's."""

_READER_CACHE_KB = 32 << 10
"""KiB of pages that each connection that only reads keeps of a SQLite file, once it has read them."""

_PAGES_OF_WAL = 8000
"""From when on a commit brings the WAL into the file. A page that stands in it many times is copied once.

At 1,000, SQLite's own number, that was every forty acts.
"""

_KEPT_OF_WAL = 64 << 20
"""Bytes the WAL keeps when it begins anew after a reader who took long made it grow."""

_DAMAGED = frozenset({11, 26})
"""What SQLite says of a file that is damaged (SQLITE_CORRUPT), or no database at all (SQLITE_NOTADB), in the
last byte of its codes."""

_IS_DAMAGED = (
    "The record is damaged: {} cannot be read as a SQLite database. Stop everything that uses it, move it "
    "and its -wal and -shm aside, and restore the last backup there (accede restore)."
)

_FIRST_WITH_THE_BUG = (3, 7, 0)
_FIRST_WITHOUT_THE_BUG = (3, 51, 3)


class _WithHints(SQLiteCompiler):
    """Writes what `with_hint` says for SQLite after the name of its table; SQLAlchemy leaves that out."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:  # noqa: ARG002 - theirs
        return text


def has_the_wal_bug(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can corrupt a WAL database when two connections write and checkpoint at once."""
    return _FIRST_WITH_THE_BUG <= version < _FIRST_WITHOUT_THE_BUG


def journal_pragmas(version: tuple[int, ...]) -> tuple[str, ...]:
    """Return how this SQLite has to keep its journal so that what was committed survives a power cut."""
    if has_the_wal_bug(version):
        return ("PRAGMA journal_mode=DELETE", "PRAGMA synchronous=EXTRA")
    return (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        f"PRAGMA wal_autocheckpoint={_PAGES_OF_WAL}",
        f"PRAGMA journal_size_limit={_KEPT_OF_WAL}",
    )


def database_url(address: str) -> URL:
    """Return the address with the driver this project uses. Raises ValueError for any other database."""
    url = make_url(address)
    family = url.get_backend_name()
    if family in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if family != "sqlite":
        raise ValueError(f"{family} is not supported: give a sqlite:/// or postgresql:// address")
    if not url.database or url.database == ":memory:":
        raise ValueError("a database in memory cannot be shared: give a file, sqlite:///folder/accede.db")
    return url.set(drivername="sqlite")


def open_engine(
    address: str, *, role: Role = "writer", connections: int = 1, patience_ms: int | None = None
) -> Engine:
    """Return an engine whose connections are set up for their role. Connects to nothing yet.

    `patience_ms` is how long a statement waits for a lock on PostgreSQL; None: until it gets it.
    """
    url = database_url(address)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url, role, connections)
    return _open_postgresql(url, connections, patience_ms)


def check_whole(address: str) -> None:
    """Read a SQLite file from end to end; nothing on PostgreSQL. Raises RecordDamaged.

    Raises SQLAlchemyError as well, where something else keeps it from being read.
    """
    url = database_url(address)
    if url.get_backend_name() != "sqlite":
        return
    engine = open_engine(address, role="reader")
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    finally:
        engine.dispose()
    if found != "ok":
        raise RecordDamaged(_IS_DAMAGED.format(url.database))


def _open_postgresql(url: URL, connections: int, patience_ms: int | None) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        # What is worth preparing `records.wire` prepares; the driver would forget it with each rollback.
        connect_args={"connect_timeout": 5, "client_encoding": "utf8", "prepare_threshold": None},
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        if patience_ms is not None:
            connection.execute(f"SET lock_timeout = {patience_ms}")
            connection.commit()

    return engine


def _open_sqlite(url: URL, role: Role, connections: int) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        module=SQLITE,
        poolclass=sa.QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    engine.dialect.statement_compiler = _WithHints

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        # The driver's own transactions start too late: reads before the first write would stand outside.
        connection.isolation_level = None
        pragmas = ["PRAGMA busy_timeout=10000", "PRAGMA foreign_keys=ON", "PRAGMA recursive_triggers=ON"]
        if role == "writer":
            pragmas += journal_pragmas(SQLITE.sqlite_version_info)
            # Counts rows roughly where that is due, so that queries begin with what is rare.
            pragmas += ["PRAGMA analysis_limit=400", "PRAGMA optimize=0x10002"]
        else:
            # With the 2 MB it has by itself, a list of a large record fetches the same pages over and over.
            pragmas += ["PRAGMA query_only=ON", f"PRAGMA cache_size=-{_READER_CACHE_KB}"]
        for pragma in pragmas:
            connection.execute(pragma).close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if role == "writer" else "BEGIN")

    @sa.event.listens_for(engine, "handle_error")
    def name_damage(context: sa.ExceptionContext) -> None:
        # The driver has one class for it and for much else, so that nobody behind could tell them apart.
        if getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            raise RecordDamaged(_IS_DAMAGED.format(url.database)) from context.original_exception

    return engine
