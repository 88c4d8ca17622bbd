"""`accede login`: logins of people: give one, change its password, end its sessions, shut it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.passwords import new_password
from services import accounts, elsewhere, second_steps
from services import sessions as own_sessions
from services.parts import Parts
from services.refusals import InUse, InvalidInput, NotReady, Refusal

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Logins of people: give one, change its password, shut it.",
)

Login = Annotated[str, typer.Argument(help="The login.")]
Subject = Annotated[str, typer.Argument(help="Who the person is at the provider: its claim `sub`.")]
Issuer = Annotated[str | None, typer.Option(help="Another provider than the one that is set.")]


@app.command()
def add(login: Login, person: Annotated[str, typer.Argument(help="The person's id.")]) -> None:
    """Give a person a login. Its password is asked for, or read from ACCEDE_NEW_PASSWORD."""
    password = new_password()
    _run(lambda parts: accounts.add_account(parts, login, person, password))
    typer.echo(f"{login} may log in")


@app.command()
def password(login: Login) -> None:
    """Change a password, which is asked for; every session and token of the login ends.

    Where nobody types it is read from ACCEDE_NEW_PASSWORD.
    """
    chosen = new_password()
    _run(lambda parts: accounts.change_password(parts, login, chosen))
    typer.echo(f"{login} has a new password; log in again")


@app.command()
def sessions(login: Login) -> None:
    """List the sessions and tokens of a login that still work."""

    async def show(parts: Parts) -> None:
        for found in await own_sessions.of_login(parts, login):
            ends = "no end" if found.expires_at is None else f"until {found.expires_at:%Y-%m-%d %H:%M} UTC"
            scope = "" if found.scope is None else f", narrowed to {found.scope}"
            typer.echo(f"{found.id}  {found.kind} {found.name or ''} by {found.proof}, {ends}{scope}")

    _run(show)


@app.command()
def end(
    login: Login,
    session: Annotated[str | None, typer.Argument(help="The id of one of them; all where left out.")] = None,
) -> None:
    """End a session or token of a login at once, or all of them. `accede login sessions` names them."""
    _run(lambda parts: own_sessions.end_of_login(parts, login, session))
    typer.echo("ended")


@app.command()
def link(login: Login, subject: Subject, issuer: Issuer = None) -> None:
    """Let a person come in through the provider that ACCEDE_OIDC_ISSUER names."""
    provider = _issuer(issuer)
    _run(
        lambda parts: elsewhere.link(parts, login, provider, subject),
        taken="that person at the provider has a login already",
    )
    typer.echo(f"{login} may log in through the provider")


@app.command()
def unlink(login: Login, subject: Subject, issuer: Issuer = None) -> None:
    """Let a person come in through the provider no more. Sessions that run go on: see `accede login end`."""
    _run(lambda parts: elsewhere.unlink(parts, login, _issuer(issuer), subject))
    typer.echo(f"{login} may not log in through the provider")


@app.command()
def reset(login: Login) -> None:
    """Forget the app, codes and passkeys of a login, for who lost them all; its sessions and tokens end."""
    _run(lambda parts: second_steps.forget_factors(parts, login))
    typer.echo(
        f"{login} comes in with the password alone, and sets up a second factor where one is asked for"
    )


@app.command()
def disable(login: Login) -> None:
    """Let nobody in with this login any more, at once."""
    _run(lambda parts: accounts.disable(parts, login))
    typer.echo(f"{login} is shut")


def _issuer(given: str | None) -> str:
    issuer = given or installation().oidc_issuer
    if not issuer:
        raise CommandFailed("there is no provider: set ACCEDE_OIDC_ISSUER, or name one with --issuer")
    return issuer


def _run(work: Callable[[Parts], Awaitable[None]], *, taken: str = "that login is taken") -> None:
    async def opened() -> None:
        async with opened_parts(installation()) as parts:
            await work(parts)

    try:
        asyncio.run(opened())
    except InvalidInput as error:
        raise CommandFailed(f"{error.path}: {error.problem.en}") from None
    except InUse:
        raise CommandFailed(taken) from None
    except NotReady:
        raise
    except Refusal:
        raise CommandFailed("there is no such login or person here") from None
