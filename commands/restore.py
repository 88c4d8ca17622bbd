"""`accede restore`: brings a backup into an empty place, so that the service can go on there."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.backup import what_is_wrong
from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.restoring import Restoring, look_through, restored
from commands.shelving import taken_from_shelf
from records import holding
from services.manifests import BackupSpoilt, read_manifest
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def restore(
    source: Annotated[
        Path | None, typer.Argument(metavar="FROM", help="A backup: a folder or a file.")
    ] = None,
    *,
    data: Annotated[Path | None, typer.Option(help="The folder of databases, materials and logs.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare the backup with its manifest; change nothing.")
    ] = False,
    send_mail: Annotated[
        bool, typer.Option("--send-mail", help="Send what waited: nothing was sent since the backup.")
    ] = False,
    resume_mail: Annotated[
        bool, typer.Option("--resume-mail", help="Send the messages that a restore held back.")
    ] = False,
    leave_mail: Annotated[
        bool, typer.Option("--leave-mail", help="Give up the messages that a restore held back.")
    ] = False,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Restore also where what is sealed does not open here.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Bring a backup into an empty place.

    Messages that waited are held back, because they may have been sent since, until --resume-mail or
    --leave-mail says what becomes of them. Exit code 2 where the backup is spoilt, the place is not empty, or
    what is sealed in it does not open with the keys of this place.
    """
    settings = installation(data_dir=data)
    if resume_mail or leave_mail:
        if source is not None or resume_mail == leave_mail:
            raise CommandFailed("give --resume-mail or --leave-mail alone, after a restore")
        typer.echo(asyncio.run(_settle_mail(settings, send=resume_mail)))
    elif source is None:
        raise CommandFailed("name the backup: accede restore FROM")
    else:
        how = Restoring(hold_mail=not send_mail, without_keys=without_keys)
        _from(source, settings, how, check=check, as_json=as_json)


def _from(source: Path, settings: Settings, how: Restoring, *, check: bool, as_json: bool) -> None:
    with taken_from_shelf(source) as folder:
        try:
            manifest = read_manifest(folder)
            if check:
                said, told = look_through(folder, manifest)
            else:
                said, told = restored(folder, manifest, settings, how)
        except BackupSpoilt as spoilt:
            raise CommandFailed(f"{source}: {spoilt}; nothing was restored") from None
    typer.echo(json.dumps(told) if as_json else said)
    wrong = (*what_is_wrong(manifest), *told.get("wrong", ()))
    for line in wrong:
        typer.echo(line, err=True)
    if wrong:
        raise typer.Exit(1)


async def _settle_mail(settings: Settings, *, send: bool) -> str:
    """Send held messages or give them up, and say how many."""
    async with opened_parts(settings) as parts:
        if send:
            now = datetime.now(UTC)
            number = await parts.database.write(lambda connection: holding.send_held(connection, now))
            return f"{number} messages that were held back are sent from now on"
        number = await parts.database.write(holding.leave_held)
        return f"{number} messages that were held back stay unsent; people find them in their lists"
