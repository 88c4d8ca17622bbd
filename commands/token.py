"""`accede token`: a bearer token for a program, shown once."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from services import accounts
from services.refusals import Refusal
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def token(
    login: Annotated[str, typer.Argument(help="Whose rights the program gets.")],
    name: Annotated[str | None, typer.Option(help="What the token is for, to know it again.")] = None,
) -> None:
    """Make a bearer token for a program, and print it. It is shown this once; only its digest is kept."""
    typer.echo(asyncio.run(_issue(installation(), login, name)))


async def _issue(settings: Settings, login: str, name: str | None) -> str:
    async with opened_parts(settings) as parts:
        try:
            return await accounts.issue_token(parts, login, name)
        except Refusal:
            raise CommandFailed(f"there is no login {login!r} here, or it was disabled") from None
