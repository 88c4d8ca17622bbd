"""`accede setup`: the first unit of an organisation, its administrator and his login."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.passwords import new_password
from services import founding
from services.refusals import InUse, InvalidInput
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def setup(
    unit: Annotated[str, typer.Argument(help="The name of the topmost unit.")],
    administrator: Annotated[str, typer.Argument(help="The name of its administrator.")],
    login: Annotated[str, typer.Argument(help="The login the administrator gets.")],
    kind: Annotated[str, typer.Option(help="The kind of the topmost unit.")] = "department",
) -> None:
    """Found an organisation in an empty record.

    Its administrator then adds units, people and posts over HTTP, and `accede login` gives people logins. The
    administrator's password is asked for, or read from ACCEDE_NEW_PASSWORD; ten characters at the least.
    """
    password = new_password()
    made = asyncio.run(_found(installation(), unit, administrator, login, password, kind))
    typer.echo(f"unit {made.unit}\nperson {made.person}\nlogin {login}")


async def _found(  # noqa: PLR0917 - what the command was given, in its order
    settings: Settings, unit: str, administrator: str, login: str, password: str, kind: str
) -> founding.Founded:
    async with opened_parts(settings) as parts:
        try:
            return await founding.found(
                parts, kind=kind, unit=unit, administrator=administrator, login=login, password=password
            )
        except InvalidInput as error:
            raise CommandFailed(f"{error.path}: {error.problem.en}") from None
        except InUse:
            raise CommandFailed("there is an organisation already; its administrator adds to it") from None
