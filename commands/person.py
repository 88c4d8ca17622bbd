"""`accede person`: everything held on a person, and erasing it, over HTTP; keys, at the machine."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.remote import Remote
from records import keys
from services.parts import Parts
from services.sealing import Unreadable

app = typer.Typer(
    help="Hand out or erase everything held on a person.", no_args_is_help=True, rich_markup_mode=None
)

PersonId = Annotated[str, typer.Argument(help="The person's id.")]
Url = Annotated[str, typer.Option("--url", envvar="ACCEDE_URL", help="Where the API is.")]
Token = Annotated[str, typer.Option("--token", envvar="ACCEDE_TOKEN", help="Made with `accede token`.")]
Language = Annotated[str, typer.Option("--language", help="zh or en.")]

_HERE = "http://127.0.0.1:8000"


@app.command()
def export(
    person: PersonId,
    file: Annotated[Path, typer.Argument(help="A file that is not there yet, such as person.zip.")],
    *,
    url: Url = _HERE,
    token: Token = "",
    language: Language = "en",
) -> None:
    """Write everything held on a person into a ZIP file, with the documents."""
    with Remote(url, token, language) as remote:
        content = remote.get(f"/v1/people/{person}/export/packed").content
    try:
        with file.open("xb") as out:
            file.chmod(0o600)
            out.write(content)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror}") from None
    typer.echo(f"{file}: {len(content)} bytes")


@app.command()
def erase(
    person: PersonId,
    *,
    ground: Annotated[str, typer.Option(help="own-wish or time-over.")],
    url: Url = _HERE,
    token: Token = "",
    language: Language = "en",
) -> None:
    """Ask that a person is erased. Another administrator agrees with `accede person confirm`."""
    with Remote(url, token, language) as remote:
        asked = remote.post(f"/v1/people/{person}/erasures", {"ground": ground}).json()
    typer.echo(f"asked for: accede person confirm {asked['id']}")


@app.command()
def confirm(
    erasure: Annotated[str, typer.Argument(help="The id `accede person erase` printed.")],
    *,
    url: Url = _HERE,
    token: Token = "",
    language: Language = "en",
) -> None:
    """Agree that a person is erased, which cannot be undone."""
    with Remote(url, token, language) as remote:
        done = remote.post(f"/v1/erasures/{erasure}/confirm", {}).json()
    typer.echo(f"erased by {done['asked_by']} and {done['answered_by']}: {done['rules']}")
    if done["in_the_open"]:
        typer.echo(f"{done['in_the_open']} events with free text are from before there were keys, and stay")


@app.command()
def due(*, url: Url = _HERE, token: Token = "", language: Language = "en") -> None:
    """List those of whom nothing has to be kept any more."""
    with Remote(url, token, language) as remote:
        for one in remote.pages("/v1/erasures/due"):
            rules = "; ".join(f"{rule['rule']} {rule['until']}" for rule in one["rules"])
            typer.echo(f"{one['person']['id']}  {one['person']['name']}  {rules}")


@app.command()
def rekey() -> None:
    """Wrap the keys of people with the first of ACCEDE_SECRET_KEYS, so that the old one can go."""
    typer.echo(f"{asyncio.run(_rekeyed())} keys wrapped anew")


async def _rekeyed() -> int:
    number, after = 0, ""
    async with opened_parts(installation()) as parts:
        while page := await parts.database.read(partial(keys.wrapped_keys, after=after)):
            for person, wrapped in page:
                number += await _wrapped_anew(parts, person, wrapped)
            after = page[-1][0]
    return number


async def _wrapped_anew(parts: Parts, person: str, wrapped: str) -> int:
    if parts.keys is None:
        raise CommandFailed("set ACCEDE_SECRET_KEYS: the new key first, then the old one")
    try:
        anew = parts.keys.wrapped_anew(person, wrapped)
    except Unreadable:
        raise CommandFailed("a key cannot be opened: is the old one still in ACCEDE_SECRET_KEYS?") from None
    if anew is None:
        return 0
    change = partial(keys.change_wrapping, person_id=person, old=wrapped, new=anew)
    return int(await parts.database.write(change))
