"""`accede demo`: an invented organisation with people on their way, to look at and to try things on."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console
from rich.progress import Progress

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from domain.addresses import is_loopback
from services import demo as demonstration
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo() -> None:
    """Fill an empty record with a demonstration organisation, and print its logins."""
    settings = installation()
    if not is_loopback(settings.host):
        raise CommandFailed(
            "the passwords of the demonstration are public, so it is for 127.0.0.1 only: unset ACCEDE_HOST"
        )
    new = asyncio.run(fill(settings))
    typer.echo("the demonstration is ready" if new else "the demonstration was here already")
    for login in demonstration.LOGINS:
        typer.echo(f"  {login.login:<16}{login.password:<22}{login.name}, {login.may}")


async def fill(settings: Settings) -> bool:
    """Fill the record, showing how far it is; return whether it was empty. Raises CommandFailed."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("inventing an organisation", total=None)

        def show(subject: str, done: int, total: int) -> None:
            progress.update(
                task, description=f"living through the case of {subject}", completed=done, total=total
            )

        async with opened_parts(settings) as parts:
            try:
                return await demonstration.seed(parts, show)
            except demonstration.NotEmpty as error:
                raise CommandFailed(str(error)) from None
