"""Opens what the services work with, for a command that works on the record itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from commands.failures import CommandFailed
from commands.published import published
from domain.notes import BadNote
from records.audit_books import read_books
from records.database import Database
from records.followed import unpublished
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.calendars import working_calendar
from services.documents import StoredDocuments
from services.notaries import open_notary, open_witness
from services.parts import Parts
from services.person_keys import keys_of
from settings import Settings

BRING_IT_BACK: Final = (
    "put its file back into ACCEDE_PROCESSES_DIR word for word; what is to change is a new version"
)
"""What to do about a definition that cases follow, and that is not here."""


@asynccontextmanager
async def opened_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Open the record for the length of a block.

    What is recorded meanwhile waits in the outbox for the service to tell. Raises CommandFailed.
    """
    library = published(settings.processes_dir)
    try:
        witness = open_witness(settings.notary())
    except BadNote as wrong:
        raise CommandFailed(f"ACCEDE_WITNESS_FOR: {wrong}") from None
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
            witness=witness,
            keys=keys_of(settings.sealing()),
            books=read_books(settings.processes_dir),
        )
    finally:
        await database.close()


async def require_definitions(parts: Parts) -> None:
    """Fail in one line where cases follow a definition that is not here. Raises CommandFailed."""
    missing = await parts.database.read(partial(unpublished, digests=[each.digest for each in parts.library]))
    if missing:
        more = f" (and {len(missing) - 1} more: see `accede doctor`)" if len(missing) > 1 else ""
        raise CommandFailed(f"{missing[0]}, which is not published here{more}: {BRING_IT_BACK}")
