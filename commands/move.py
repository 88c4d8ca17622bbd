"""`accede move`: from the embedded record to PostgreSQL, a store for documents and another Temporal."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from sqlalchemy.engine import make_url
from temporalio.client import Client
from temporalio.service import RPCError

from commands.data_lock import DataLock
from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.showing import shown_progress
from records import migrating
from records.database import Database
from records.document_keys import all_stored
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.backups import Progress
from services.connecting import TemporalUnavailable, connect
from services.documents import StoredDocuments
from services.moving import Moved, MovedOtherwise, move_documents, move_rows
from services.reconciling import reconcile
from settings import Settings
from workflows.contract import Reconciled

app = typer.Typer(rich_markup_mode=None)


@dataclass(frozen=True)
class _Done:
    moved: Moved
    documents: int | None
    missing: tuple[str, ...]
    reconciled: Reconciled | None


@app.command()
def move(
    *,
    to_database: Annotated[
        str, typer.Option(envvar="ACCEDE_TO_DATABASE", help="An empty database, postgresql://…")
    ],
    to_materials: Annotated[
        str, typer.Option(help="A store for the documents, file:///… or s3://…; absent: they stay.")
    ] = "",
    to_temporal: Annotated[
        str, typer.Option(help="Host and port of the other Temporal; absent: run `accede reconcile` later.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Move an embedded record to PostgreSQL and another Temporal.

    Nobody may act meanwhile. The source is left as it is. Safe to run again until somebody acts in the new
    place. Namespace, TLS and API key of the other Temporal are taken from ACCEDE_TEMPORAL_*.
    """
    here = installation()
    there = installation(
        database_url=to_database,
        materials_url=to_materials or here.materials_url,
        temporal_address=to_temporal or None,
    )
    _check_places(here, there)
    lock = DataLock(here.data_dir)
    lock.take()
    try:
        migrating.check(here.database_url)
        migrating.upgrade(there.database_url)
        with shown_progress() as progress:
            done = asyncio.run(_move(here, there, progress, with_temporal=bool(to_temporal)))
    except (DatabaseUnavailable, SchemaOutdated, TemporalUnavailable, MovedOtherwise, RPCError) as error:
        raise CommandFailed(str(error)) from None
    finally:
        lock.release()
    typer.echo(
        json.dumps(_told(done)) if as_json else _in_words(done, here, there, with_temporal=bool(to_temporal))
    )
    for sha256 in done.missing:
        typer.echo(f"document {sha256}: missing, or not what was handed in", err=True)
    if done.missing:
        raise typer.Exit(1)


def _check_places(here: Settings, there: Settings) -> None:
    if not here.is_embedded:
        raise CommandFailed(
            "the record is in PostgreSQL already (ACCEDE_DATABASE_URL): use accede backup and accede restore"
        )
    if there.is_embedded:
        raise CommandFailed("--to-database names a SQLite file: give a postgresql:// address")


async def _move(here: Settings, there: Settings, progress: Progress, *, with_temporal: bool) -> _Done:
    # Asked before anything is copied: whoever waited for the copy should not hear then of a wrong address.
    client = await connect(**there.temporal(), lazy=False) if with_temporal else None
    database = await asyncio.to_thread(Database.open, there.database_url)
    try:
        moved = await asyncio.to_thread(move_rows, here.database_url, database, progress)
        named = await database.read(all_stored)
    finally:
        await database.close()
    documents: int | None = None
    missing: tuple[str, ...] = ()
    if there.materials_url != here.materials_url:
        source, target = StoredDocuments.at(here.materials_url), StoredDocuments.at(there.materials_url)
        missing = await move_documents(named, source, target, progress)
        documents = len(named) - len(missing)
    found = await _reconcile(client, there) if client else None
    return _Done(moved, documents, missing, found)


async def _reconcile(client: Client, there: Settings) -> Reconciled:
    async with opened_parts(there) as parts:
        return await reconcile(
            client,
            parts.database,
            parts.library,
            today=parts.today(),
            task_queue=there.task_queue,
            # No worker runs there yet that a workflow could answer with.
            deep=False,
        )


def _told(done: _Done) -> dict[str, Any]:
    return {
        "cases": done.moved.heads.cases,
        "rows": done.moved.rows,
        "heads": done.moved.heads.by_events,
        "again": done.moved.again,
        "documents": done.documents,
        "missing": done.missing,
        "workflows": None if done.reconciled is None else done.reconciled.model_dump(),
    }


def _in_words(done: _Done, here: Settings, there: Settings, *, with_temporal: bool) -> str:
    shown = make_url(there.database_url).render_as_string(hide_password=True)
    came = "was there already, compared again" if done.moved.again else "moved and compared"
    lines = [
        f"{done.moved.heads.cases} cases, {done.moved.rows} rows {came}; every case ends there as here",
        "set this for workers and API from now on, and do not start the old place again:",
        f"  ACCEDE_DATABASE_URL={shown}",
        f"  ACCEDE_MATERIALS_URL={there.materials_url}",
    ]
    if there.secret_keys is None and here.key_file is not None and here.key_file.exists():
        # PostgreSQL has no folder beside it: without this nothing that was sealed here would open there.
        lines.append(f'  ACCEDE_SECRET_KEYS="$(cat {here.key_file})"')
    if done.documents is None:
        lines.append("  (documents stayed where they were: every machine must reach them there)")
    if done.reconciled is not None and with_temporal:
        found = done.reconciled
        lines.append(f"  ACCEDE_TEMPORAL_ADDRESS={there.temporal_address}")
        lines.append(f"{found.open_cases} open cases, {found.started} workflows started there")
    else:
        lines.append("then run `accede reconcile` against the Temporal that is to drive the cases")
    return "\n".join(lines)
