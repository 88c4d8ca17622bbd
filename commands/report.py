"""`accede report`: reports over many cases, as files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from records.pattern_runs import Audited
from services import fairness
from services.fairness import FairnessView
from services.fairness_files import as_pdf, as_xlsx
from services.fairness_words import GroupView, route_title
from services.refusals import NotFound
from settings import Settings

Tongue = Literal["zh", "en"]

app = typer.Typer(help="Reports over many cases, as files.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _reports() -> None:
    """Reports over many cases, as files."""


@app.command(name="fairness")
def report_fairness(
    *,
    process: Annotated[str | None, typer.Option(help="The process; else the one with most cases.")] = None,
    language: Annotated[Tongue, typer.Option(help="The language of the report.")] = "en",
    pdf: Annotated[Path | None, typer.Option(help="Write it on paper, into this file.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook into this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Report how long people waited and how their cases ended, by route and unit; nobody under five."""
    view = asyncio.run(_made(installation(), language, process))
    if pdf is not None:
        pdf.write_bytes(as_pdf(view, language))
    if xlsx is not None:
        xlsx.write_bytes(as_xlsx(view, language))
    if as_json:
        typer.echo(view.model_dump_json(by_alias=True))
        return
    if not view.items:
        typer.echo("there are too few cases for a report")
    for line in (*(_line(one, language) for one in view.items), *view.says):
        typer.echo(line)


async def _made(settings: Settings, language: Tongue, process: str | None) -> FairnessView:
    async with opened_parts(settings) as parts:
        everything = Audited(everything=True, units=())
        try:
            return await parts.read(lambda c: fairness.made(c, parts, language, everything, process))
        except NotFound:
            raise CommandFailed("--process: there is no such process") from None


def _line(one: GroupView, language: Tongue) -> str:
    name = route_title(one.route, language) if one.unit is None else one.unit.name
    return f"{'  ' * one.depth}{name}: {one.says}"
