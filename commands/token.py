"""`accede token`: a bearer token for a program, shown once."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from services import accounts
from services.refusals import InvalidInput, NotReady, Refusal
from services.token_scopes import TokenScope
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def token(
    login: Annotated[str, typer.Argument(help="Whose rights the program gets.")],
    name: Annotated[str | None, typer.Option(help="What the token is for, to know it again.")] = None,
    *,
    days: Annotated[int, typer.Option(help="How long it works.")] = 90,
    read_only: Annotated[bool, typer.Option("--read-only", help="It may read, and change nothing.")] = False,
    process: Annotated[
        list[str] | None, typer.Option(help="Only cases of this process; may be given again.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="Only cases of this unit and below; may be given again.")
    ] = None,
) -> None:
    """Make a bearer token for a program, and print it. It is shown this once; only its digest is kept.

    It works for 90 days where nothing else is said, with the rights of the login, or with less.
    """
    scope = TokenScope(read_only=read_only, processes=tuple(process or ()), units=tuple(unit or ()))
    typer.echo(asyncio.run(_issue(installation(), login, name, days, scope)))


async def _issue(settings: Settings, login: str, name: str | None, days: int, scope: TokenScope) -> str:
    async with opened_parts(settings) as parts:
        try:
            return await accounts.issue_token(parts, login, name, days=days, scope=scope)
        except InvalidInput as error:
            raise CommandFailed(f"--{error.path}: {error.problem.en}") from None
        except NotReady:
            raise
        except Refusal:
            raise CommandFailed(f"there is no login {login!r} here, or it was disabled") from None
