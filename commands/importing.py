"""`accede import`: brings in what was recorded elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from commands.case_books import import_cases
from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from domain.case import Case
from domain.notes import BadNote, VerifierKey
from domain.verifying import Tampered
from records.problems import DatabaseUnavailable
from services.bringing_in import CannotBringIn, bring_in, read_files
from settings import Settings

app = typer.Typer(help="Bring in what was recorded elsewhere.", no_args_is_help=True, rich_markup_mode=None)


app.command(name="cases")(import_cases)


@app.callback()
def several() -> None:
    """Have a name for each kind of thing that is brought in."""


@app.command(name="dossier")
def import_dossier(
    file: Annotated[Path, typer.Argument(help="The dossier of a case, dossier.zip.")],
    *,
    key: Annotated[
        list[str] | None, typer.Option(help="A verifier key of the log it is from; may be given again.")
    ] = None,
) -> None:
    """Check a dossier and bring its case in, closed as it was or open to go on here, with its provenance.

    Exit code 1 where the dossier was tampered with, 2 where the case cannot be brought in.
    """
    try:
        trusted = [VerifierKey.read(text) for text in key or ()]
        with file.open("rb") as opened:
            files = read_files(opened)
        case = asyncio.run(_bring_in(installation(), files, trusted))
    except BadNote as error:
        raise CommandFailed(f"--key: {error}") from None
    except OSError:
        raise CommandFailed(f"{file} cannot be read") from None
    except Tampered as wrong:
        typer.echo(f"WRONG: {wrong}")
        raise typer.Exit(1) from None
    if not trusted:
        typer.echo("checked with the keys it names itself: compare them with what you know, or give --key")
    typer.echo(f"case {case.id} is here, {case.status}, with {case.seq} events")


async def _bring_in(settings: Settings, files: dict[str, bytes], trusted: list[VerifierKey]) -> Case:
    async with opened_parts(settings) as parts:
        try:
            return await bring_in(parts, files, trusted)
        except (CannotBringIn, DatabaseUnavailable) as error:
            raise CommandFailed(str(error)) from None
