"""`accede audit rules`: evaluates cases by the audit rules, and says how far it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from services import auditing
from services.auditing import Audited
from services.auditing import Progress as Told
from services.refusals import NotFound
from settings import Settings


def evaluate_cases(
    case: Annotated[str | None, typer.Argument(help="Only this case, whatever happened in it.")] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every case, also where nothing happened since its last evaluation.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Evaluate cases by the audit rules: one, all, or those in which something happened since.

    May be stopped and begun again: what was evaluated is kept. Exit code 0 whatever is found.
    """
    if case is not None and every:
        raise CommandFailed("name a case, or say --all: not both")
    done = asyncio.run(_evaluated(installation(), case, every=every))
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    typer.echo(f"{done.cases} cases were evaluated: {done.new} new findings, {done.gone} that are gone")
    if done.unread:
        typer.echo(f"{done.unread} cases could not be: see `accede db check`")


async def _evaluated(settings: Settings, case: str | None, *, every: bool) -> Audited:
    async with opened_parts(settings) as parts:
        try:
            if case is not None:
                return await auditing.audit_one(parts, case)
            with _shown() as progress:
                return await auditing.audit_all(parts, every=every, progress=progress)
        except NotFound:
            raise CommandFailed("there is no such case, or no audit rules for its process") from None


@contextmanager
def _shown() -> Iterator[Told]:
    """Show how many cases were evaluated, on standard error."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("evaluating cases", total=None)

        def told(done: int, of: int) -> None:
            bars.update(bar, completed=done, total=of)

        yield told
