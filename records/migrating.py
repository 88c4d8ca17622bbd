"""Brings the tables to what this release needs, and tells when they are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from records.engines import database_url, open_engine
from records.problems import SchemaOutdated
from records.writers import refused_by_database

_FOLDER = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; with a connection, its commands run there."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.attributes["connection"] = connection
    return made


def upgrade(address: str, revision: str = "head") -> None:
    """Bring the tables up to `revision`; makes a SQLite file and its folder. Raises DatabaseUnavailable."""
    url = database_url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    _run(address, lambda connection: command.upgrade(config(connection), revision))


def downgrade(address: str, revision: str = "base") -> None:
    """Take the tables back to `revision`. Raises DatabaseUnavailable."""
    _run(address, lambda connection: command.downgrade(config(connection), revision))


def check(address: str) -> None:
    """Raise SchemaOutdated unless the tables are those of this release, or DatabaseUnavailable."""
    url = database_url(address)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise SchemaOutdated("There is no database yet: run `accede db upgrade`.")
    engine = open_engine(address, role="reader")
    try:
        with engine.connect() as connection:
            check_tables(connection)
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        raise refused_by_database(error) from error
    finally:
        engine.dispose()


def check_tables(connection: Connection) -> None:
    """Raise SchemaOutdated unless the tables are those of this release."""
    found = _revision(connection)
    if found is None:
        raise SchemaOutdated("The database has no tables yet: run `accede db upgrade`.")
    if found != head():
        raise SchemaOutdated(
            f"The tables are at revision {found}, this release needs {head()}: run `accede db upgrade`, "
            "or start the release that made them."
        )


@cache
def head() -> str:
    """Return the revision this release needs."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    if revision is None:
        raise SchemaOutdated("This installation has no migrations: install it again.")
    return revision


def is_known(revision: str) -> bool:
    """Whether this release has the migrations that lead to a revision."""
    try:
        return ScriptDirectory.from_config(config()).get_revision(revision) is not None
    except CommandError:
        return False


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _run(address: str, work: object) -> None:
    engine = open_engine(address)
    try:
        with engine.begin() as connection:
            work(connection)  # type: ignore[operator]
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        raise refused_by_database(error) from error
    finally:
        engine.dispose()
