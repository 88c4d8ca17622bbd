"""`accede db`: the record's tables."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts, require_definitions
from domain.case import Case
from records import cases, migrating, rebuilding
from records.problems import DatabaseUnavailable, SchemaOutdated
from records.stored import events_after
from services.parts import Parts
from services.sealing import Unreadable

app = typer.Typer(
    help="Bring the record's tables up to date, check or rebuild them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def upgrade() -> None:
    """Bring the tables to what this release needs. Safe to run again."""
    settings = installation()
    try:
        migrating.upgrade(settings.database_url)
    except (DatabaseUnavailable, SchemaOutdated) as error:
        raise CommandFailed(str(error)) from None
    typer.echo(f"the tables are at revision {migrating.head()}")


@app.command()
def check() -> None:
    """Check the tables, the chain of every case, and that rows say what events say. Exit code 1 if not."""
    _settle(asyncio.run(_go_through(_flaws_of, "checked")))


@app.command()
def rebuild() -> None:
    """Make every row anew from the events, which are the record. Run it while nobody acts."""
    _settle(asyncio.run(_go_through(_made_again, "rebuilt")))


Look = Callable[[Parts, str], Awaitable[tuple[str, ...]]]
"""Something done to one case; returns what is wrong with it, a line each."""


async def _go_through(look: Look, done: str) -> tuple[str, ...]:
    """Do something to every case, one transaction each, and return every line about it."""
    settings = installation()
    wrong: list[str] = []
    number = 0
    async with opened_parts(settings) as parts:
        await require_definitions(parts)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("going through all cases", total=None)
            after = ""
            while page := await parts.database.read(partial(rebuilding.case_ids, after=after)):
                for case_id in page:
                    wrong.extend(await look(parts, case_id))
                after, number = page[-1], number + len(page)
                progress.update(task, completed=number)
    typer.echo(f"{number} cases {done}")
    return tuple(wrong)


async def _flaws_of(parts: Parts, case_id: str) -> tuple[str, ...]:
    flaws = await parts.database.read(partial(rebuilding.verify, case_id=case_id))
    lines = tuple(f"case {case_id}, event {flaw.seq or 'last'}: {flaw.what}" for flaw in flaws)
    if flaws:
        return lines
    if not await parts.database.read(lambda connection: _opens(connection, parts, case_id)):
        return (f"case {case_id}: what is personal in it cannot be opened: is ACCEDE_SECRET_KEYS the same?",)
    return await parts.database.read(lambda connection: _differences(connection, parts, case_id))


def _opens(connection: Connection, parts: Parts, case_id: str) -> bool:
    """Whether what is sealed in a case is what its chain commits to, as far as the person's key is there."""
    if parts.keys is None:
        return True
    subject = cases.find_case(connection, parts.library, case_id, None).case.subject
    try:
        parts.keys.checked(connection, subject, events_after(connection, case_id))
    except Unreadable:
        return False
    return True


def _differences(connection: Connection, parts: Parts, case_id: str) -> tuple[str, ...]:
    found = cases.find_case(connection, parts.library, case_id, None)
    made = rebuilding.rebuilt(connection, parts.library, case_id)
    same = Case.model_validate_json(made.case["snapshot"]) == found.case and made.case["head"] == found.head
    return () if same else (f"case {case_id}: its row is not what its events say: run `accede db rebuild`",)


async def _made_again(parts: Parts, case_id: str) -> tuple[str, ...]:
    await parts.database.write(lambda connection: rebuilding.rebuild(connection, parts.library, case_id))
    return await _flaws_of(parts, case_id)


def _settle(wrong: tuple[str, ...]) -> None:
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
