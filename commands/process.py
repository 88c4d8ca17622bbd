"""`accede process`: list, show and check process definitions, with no service running."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.published import published
from domain import reading
from domain.library import UnknownProcess
from domain.process import Process
from domain.staffing import unheld
from records.definitions import definition_files, overlay_file
from records.unit_overlays import Switched
from services import overlays
from services.refusals import InvalidInput
from services.staffing import posts_held

app = typer.Typer(
    help="List, show and check process definitions.", no_args_is_help=True, rich_markup_mode=None
)

_CONSOLE = Console(highlight=False)


@app.command("list")
def list_() -> None:
    """List every version of every process that is published here."""
    table = Table("process", "version", "in force from", "until", "steps", "title")
    for edition in published():
        until = edition.in_force.until
        table.add_row(
            edition.process,
            edition.version,
            edition.in_force.first.isoformat(),
            until.isoformat() if until else "",
            str(len(edition.steps)),
            f"{edition.title.en} · {edition.title.zh}",
        )
    _CONSOLE.print(table)


@app.command()
def show(
    process: Annotated[str, typer.Argument(help="The process, such as membership-development.")],
    version: Annotated[str | None, typer.Option("--version", help="A version; else the latest.")] = None,
    *,
    source: Annotated[bool, typer.Option("--yaml", help="Print the definition as it was written.")] = False,
) -> None:
    """Show the stages and steps of a process: who acts, how long to wait, by when, under which article."""
    library = published()
    try:
        family = library.family(process)
        edition = library.find(process, version) if version else family[-1]
    except UnknownProcess as error:
        raise CommandFailed(str(error)) from None
    if source:
        typer.echo(_file_of(edition).read_text("utf-8"), nl=False)
        return
    _CONSOLE.print(f"[bold]{edition.title.en} · {edition.title.zh}[/], {edition.process} {edition.version}")
    _CONSOLE.print(f"{edition.source.en}\ndigest {edition.digest}\n")
    for stage in edition.stages:
        _CONSOLE.print(_stage_table(edition, stage.id))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Definitions to check, YAML.")],
    *,
    staffing: Annotated[
        bool, typer.Option("--staffing", help="Also ask the record for posts that nobody holds anywhere.")
    ] = False,
) -> None:
    """Check definitions: print `file:line: problem` for everything wrong. Exit code 1 where something is."""
    wrong = 0
    held = asyncio.run(_posts_held()) if staffing else None
    for file in files:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(f"{file} cannot be read: {_reason(error)}") from None
        problems = reading.check(text, str(file))
        missing = () if problems or held is None else unheld(reading.read_process(text, str(file)), held)
        for line in (*map(str, problems), *(f"{file}: nobody holds {one} anywhere today" for one in missing)):
            wrong += 1
            typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"{'it is' if len(files) == 1 else f'all {len(files)} are'} sound")


@app.command()
def overlay(
    unit: Annotated[
        str, typer.Argument(help="The unit; all below it follow, unless they have a word of their own.")
    ],
    name: Annotated[str, typer.Argument(help="The overlay, such as university; `none` for the law alone.")],
    process: Annotated[str, typer.Option(help="The process.")] = "membership-development",
    from_on: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; else today.")
    ] = None,
    *,
    reason: Annotated[str, typer.Option(help="Which decision it rests on; kept for good.")],
) -> None:
    """Have the cases of a unit start under a local overlay from a day on. Open cases keep what they have."""
    asyncio.run(_switch(unit, process, None if name == "none" else name, from_on, reason))


@app.command("overlays")
def overlays_() -> None:
    """List the overlays there are, and every word about which unit has which."""
    library = published()
    for known in library.processes:
        for name in library.overlays(known):
            typer.echo(f"{known}: {name}")
    table = Table("unit", "process", "overlay", "from", "said", "by", "reason")
    for one in asyncio.run(_switched()):
        table.add_row(
            f"{one.unit} {one.unit_name}",
            one.process,
            one.overlay or "none",
            one.from_on.isoformat(),
            one.recorded_at.date().isoformat(),
            one.recorded_by_name or "at the machine",
            one.reason,
        )
    _CONSOLE.print(table)


async def _switch(unit: str, process: str, name: str | None, from_on: datetime | None, reason: str) -> None:
    async with opened_parts(installation()) as parts:
        day = parts.today() if from_on is None else from_on.date()
        try:
            await overlays.switch(parts, unit, process, name, day, reason)
        except InvalidInput as wrong:
            raise CommandFailed(f"{wrong.path}: {wrong.problem.en}") from None
    typer.echo(f"{unit}: {process} by {name or 'the law alone'} from {day.isoformat()}")


async def _switched() -> tuple[Switched, ...]:
    async with opened_parts(installation()) as parts:
        return await overlays.switched(parts)


async def _posts_held() -> frozenset[str]:
    """Ask the record of this installation."""
    async with opened_parts(installation()) as parts:
        return await posts_held(parts)


def _reason(error: Exception) -> str:
    return error.strerror or "unreadable" if isinstance(error, OSError) else "it is not UTF-8 text"


def _file_of(edition: Process) -> Path:
    folder = installation().processes_dir
    if edition.overlay is not None:
        # What was written is the overlay; the rest stands in the version it belongs to.
        written = overlay_file(folder, edition)
        if written is not None:
            return written
    for file in definition_files(folder):
        if reading.read_process(file.read_text("utf-8"), file.name).digest == edition.digest:
            return file
    raise CommandFailed(f"the file of {edition.process} {edition.version} is gone")


def _stage_table(edition: Process, stage_id: str) -> Table:
    stage = edition.stage(stage_id)
    gained = f" → {edition.standings[stage.standing].en}" if stage.standing else ""
    table = Table(
        "step", "kind", "title", "by", "not before", "due", "basis", title=f"{stage.title.en}{gained}"
    )
    table.title_justify = "left"
    for step in stage.steps:
        waits = [f"{one.of} + {one.wait}" for one in step.not_before]
        due = [f"{one.of} + {one.within}" for one in step.due]
        titles = f"{step.title.en} · {step.title.zh}"
        by = "\n".join(step.by)
        table.add_row(step.id, step.kind, titles, by, "\n".join(waits), "\n".join(due), step.basis or "")
    return table
