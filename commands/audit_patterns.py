"""`accede audit patterns`: looks for patterns over many cases, keeps what it finds, and prints it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from domain.patterns.thresholds import UnknownThreshold
from services import pattern_runs, patterns
from services.pattern_counting import Progress as Told
from services.pattern_counting import Source
from services.pattern_runs import Asked
from services.pattern_sheet import as_xlsx
from services.pattern_views import FoundPage, FoundView, PatternView
from services.refusals import NotFound
from settings import Settings

Tongue = Literal["zh", "en"]


def look_for_patterns(
    *,
    unit: Annotated[str | None, typer.Option(help="Only this unit and all below it.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what happened from this day on.")
    ] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(help="Another threshold, as NAME=VALUE; may be given again.")
    ] = None,
    language: Annotated[Tongue, typer.Option(help="The language of what is printed.")] = "en",
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook into this file as well.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Look for patterns over many cases, and keep what is found for the pages of auditors.

    Exit code 0 whatever is found: a pattern is a question, not a verdict.
    """
    asked = Asked(unit, None if since is None else since.date(), _thresholds(threshold or ()))
    found = asyncio.run(_looked(installation(), asked, language))
    if xlsx is not None:
        xlsx.write_bytes(as_xlsx(found, language))
    for line in [found.model_dump_json(by_alias=True)] if as_json else _in_words(found):
        typer.echo(line)


async def _looked(settings: Settings, asked: Asked, language: Tongue) -> FoundPage:
    async with opened_parts(settings) as parts:
        with _shown() as progress:
            try:
                source = Source(settings.database_url, settings.sealing())
                run = await pattern_runs.look(parts, asked, progress, source=source)
            except NotFound:
                raise CommandFailed("--unit: there is no such unit") from None
            except UnknownThreshold as error:
                raise CommandFailed(f"--threshold: there is none called {error}") from None
        return await parts.read(lambda connection: patterns.view_of(connection, parts, language, run))


def _thresholds(given: Sequence[str]) -> Mapping[str, float]:
    found = {}
    for one in given:
        name, _, value = one.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise CommandFailed("--threshold: NAME=VALUE, with a number") from None
    return found


@contextmanager
def _shown() -> Iterator[Told]:
    """Show how far it is, on standard error."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        known: dict[str, TaskID] = {}

        def told(what: str, done: int, of: int) -> None:
            if what not in known:
                known[what] = bars.add_task(f"looking at {what}", total=of)
            bars.update(known[what], completed=done)

        yield told


def _in_words(found: FoundPage) -> Iterator[str]:
    if found.run is not None:
        read = f"{found.run.cases} cases, {found.run.events} events, {found.run.texts} texts"
        yield f"{read}; {found.run.unread} events whose text cannot be opened any more"
    by_id = {pattern.id: pattern for pattern in found.patterns}
    for one in found.items:
        yield _line(one, by_id[one.pattern])
    if not found.items:
        yield "nothing stands out"


def _line(found: FoundView, pattern: PatternView) -> str:
    who = found.unit.name if found.person is None else f"{found.person.name}, {found.unit.name}"
    about = "" if found.narrowed is None else f" ({found.narrowed})"
    days = "" if found.from_ is None else f", {_days(found.from_, found.to)}"
    figure, threshold = _said(found.figure, pattern), _said(found.threshold, pattern)
    return f"{pattern.title}: {who}{about}: {figure} (threshold {threshold}) of {found.population}{days}"


def _said(figure: float, pattern: PatternView) -> str:
    return f"{figure:.1%}" if pattern.measure == "share" else f"{figure:g}"


def _days(first: date, last: date | None) -> str:
    return f"{first} to {last}"
