"""Opens what the services work with, for a command that works on the record itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from api.app import keys_in
from commands.failures import CommandFailed
from commands.published import published
from records.database import Database
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.notaries import open_notary
from services.parts import Parts
from settings import Settings


@asynccontextmanager
async def opened_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Open the record for the length of a block.

    What is recorded meanwhile waits in the outbox for the service to tell. Raises CommandFailed.
    """
    library = published(settings.processes_dir)
    try:
        database = Database.open(settings.database_url)
    except (DatabaseUnavailable, SchemaOutdated) as error:
        raise CommandFailed(str(error)) from None
    try:
        yield Parts(
            database=database,
            library=library,
            documents=StoredDocuments.at(settings.materials_url),
            calendars=working_calendar,
            clock=settings.now,
            zone=settings.zone,
            session_lasts=timedelta(hours=settings.session_hours),
            notary=open_notary(database, settings.notary(), clock=settings.now),
            keys=keys_in(settings),
        )
    finally:
        await database.close()
