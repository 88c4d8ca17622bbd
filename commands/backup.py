"""`accede backup`: a copy of everything that cannot be made again, while the service goes on."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.failures import CommandFailed, installation
from commands.shelving import place_for, shelf
from commands.showing import shown_progress
from records import engines
from records.database import Database
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.backups import back_up
from services.documents import StoredDocuments
from services.manifests import Manifest
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def backup(
    *,
    to: Annotated[
        Path | None, typer.Option(help="A folder to put it in, or its name; ending in .tar: one file.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The folder of databases, materials and logs.")] = None,
    without_documents: Annotated[
        bool, typer.Option("--without-documents", help="Leave out documents, which are kept safe elsewhere.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Make a backup while the service goes on.

    Exit code 1 where documents are missing, or a case does not end as its row says.
    """
    settings = installation(data_dir=data)
    now = datetime.now(UTC)
    place = place_for(to, settings.data_dir / "backups", now)
    began = time.monotonic()
    try:
        with shelf(place) as folder:
            made = asyncio.run(_make(settings, folder, now, with_documents=not without_documents))
    except OSError as error:
        raise CommandFailed(f"the backup could not be written to {place.parent}: {error.strerror}") from None
    told = _told(made, place, time.monotonic() - began)
    typer.echo(json.dumps(told) if as_json else _in_words(told))
    wrong = what_is_wrong(made)
    for line in wrong:
        typer.echo(line, err=True)
    if wrong:
        raise typer.Exit(1)


def what_is_wrong(made: Manifest) -> tuple[str, ...]:
    """Return what a backup says of damage that was there before it, a line each."""
    lines = [f"document {sha256}: missing, or not what was handed in" for sha256 in made.documents.missing]
    if not made.heads.agree:
        lines.append("a case does not end as its row says: run `accede db check`")
    return tuple(lines)


async def _make(settings: Settings, folder: Path, now: datetime, *, with_documents: bool) -> Manifest:
    documents = StoredDocuments.at(settings.materials_url) if with_documents else None
    try:
        with shown_progress() as progress:
            async with _readable(settings) as database:
                return await back_up(
                    database, documents, folder, now=now, version=version("accede"), progress=progress
                )
    except (DatabaseUnavailable, SchemaOutdated) as error:
        raise CommandFailed(str(error)) from None


@asynccontextmanager
async def _readable(settings: Settings) -> AsyncIterator[Database]:
    """Open the record so that reading it for minutes keeps nobody from writing."""
    with tempfile.TemporaryDirectory(prefix="accede-") as aside:
        address = settings.database_url
        if settings.is_embedded and engines.has_the_wal_bug(engines.SQLITE.sqlite_version_info):
            # With a rollback journal, who reads keeps others from committing: so we read from a copy.
            address = await asyncio.to_thread(copied_aside, address, Path(aside))
        database = Database.open(address)
        try:
            yield database
        finally:
            await database.close()


def copied_aside(address: str, folder: Path) -> str:
    """Copy a SQLite file of one moment into a folder, as fast as it goes, and return the copy's address."""
    original = engines.database_url(address).database
    copy = folder / "copy.db"
    with (
        closing(engines.SQLITE.connect(f"file:{original}?mode=ro", uri=True)) as source,
        closing(engines.SQLITE.connect(copy)) as target,
    ):
        source.backup(target)
    return f"sqlite:///{copy}"


def _told(made: Manifest, place: Path, seconds: float) -> dict[str, Any]:
    return {
        "backup": str(place),
        "made_at": made.made_at.isoformat(),
        "cases": made.heads.cases,
        "events": made.events,
        "rows": sum(part.rows for part in made.tables),
        "documents": made.documents.number,
        "bytes": sum(part.size for part in made.tables) + made.documents.size,
        "seconds": round(seconds, 2),
        "seal": made.seal,
    }


def _in_words(told: dict[str, Any]) -> str:
    return (
        f"{told['backup']}: {told['cases']} cases, {told['events']} events, {told['documents']} documents, "
        f"{told['bytes'] / 1e6:.1f} MB in {told['seconds']:.1f} s\n"
        "It holds names, birthdays, documents and password hashes: keep it as you keep the record."
    )
