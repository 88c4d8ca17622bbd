"""Runs the migrations: on the connection that was handed in, at `-x url=…`, or where the settings point."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from records.engines import open_engine
from records.tables import metadata
from settings import read_settings


def plain_types(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types as the text they are stored as, so that old migrations need no new code."""
    if kind == "type" and isinstance(item, sa.TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run_on(connection: Connection) -> None:
    """Run what was asked for on one connection, in the caller's transaction."""
    options: dict[str, Any] = {
        "connection": connection,
        "target_metadata": metadata,
        "render_as_batch": connection.dialect.name == "sqlite",
        "render_item": plain_types,
    }
    context.configure(**options)
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Find the connection and run on it."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    address = context.get_x_argument(as_dictionary=True).get("url") or read_settings().database_url
    engine = open_engine(address)
    with engine.begin() as connection:
        run_on(connection)
    engine.dispose()


run()
