"""Brings the record of this machine to a state in which everything else can start."""

from __future__ import annotations

import asyncio

from commands.demo import fill
from commands.failures import CommandFailed
from commands.opening import opened_parts, require_definitions
from records import migrating
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.demo import has_demo_logins
from settings import Settings


async def prepare_record(settings: Settings) -> bool:
    """Make or upgrade the tables and, for a demonstration, fill an empty record.

    Returns whether the record holds the demonstration. Raises CommandFailed.
    """
    try:
        await asyncio.to_thread(migrating.upgrade, settings.database_url)
    except (DatabaseUnavailable, SchemaOutdated) as error:
        raise CommandFailed(str(error)) from error
    if settings.demo:
        await fill(settings)
    async with opened_parts(settings) as parts:
        await require_definitions(parts)
        return settings.demo or await has_demo_logins(parts)
