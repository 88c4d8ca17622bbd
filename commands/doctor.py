"""`accede doctor`: looks at what an installation depends on, and says what to do about what is wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console

from commands import inside, outside
from commands.failures import CommandFailed, installation
from commands.findings import Finding
from commands.outside import Look
from commands.ports import with_its_temporal
from settings import Settings

app = typer.Typer(rich_markup_mode=None)

LOOKS: Final[tuple[Look, ...]] = (
    inside.settings_agree,
    inside.definitions_are_sound,
    inside.record_has_its_tables,
    inside.cases_follow_what_is_published,
    inside.what_is_personal_is_sealed,
    inside.sqlite_is_safe,
    outside.clock_of_the_record,
    outside.temporal_is_there,
    outside.mail_server_greets,
    inside.disk_takes_writes,
    inside.time_is_known,
)
_SIGNS: Final = {"well": "[green]well [/]", "weak": "[yellow]weak [/]", "wrong": "[red]wrong[/]"}
_WRONG: Final = 1
_UNREADABLE: Final = 2


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False
) -> None:
    """Say what is wrong with this installation, and what to do.

    Exit code 1 where something keeps it from working, 2 where its settings cannot be read.
    """
    try:
        settings = with_its_temporal(installation())
    except CommandFailed as error:
        todo = "see the table of settings in docs/operations.md"
        _tell([Finding("settings", "wrong", str(error), todo)], as_json=as_json)
        raise typer.Exit(_UNREADABLE) from None
    findings = asyncio.run(_look_at_everything(settings))
    _tell(findings, as_json=as_json)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(_WRONG)


async def _look_at_everything(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    for look in LOOKS:
        found = await look(settings)
        findings += found if isinstance(found, list) else [found]
    return findings


def _tell(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
        return
    console = Console(highlight=False)
    for finding in findings:
        # What was found may hold brackets, which are no marks for the console.
        console.print(_SIGNS[finding.state], end=" ")
        console.print(f"{finding.what}: {finding.found}", soft_wrap=True, markup=False)
        if finding.do:
            console.print(f"      {finding.do}", soft_wrap=True, markup=False)
