"""Brings the record of this machine to a state in which everything else can start."""

from __future__ import annotations

import asyncio

from commands.failures import CommandFailed
from commands.opening import opened_parts
from records import migrating
from records.problems import DatabaseUnavailable, SchemaOutdated
from services import demo
from settings import Settings


async def prepare_record(settings: Settings) -> None:
    """Make or upgrade the tables and, for a demonstration, fill an empty record. Raises CommandFailed."""
    try:
        await asyncio.to_thread(migrating.upgrade, settings.database_url)
    except (DatabaseUnavailable, SchemaOutdated) as error:
        raise CommandFailed(str(error)) from error
    if settings.demo:
        async with opened_parts(settings) as parts:
            await demo.seed(parts)
