"""`accede rehearse`: whole cases, years long, in seconds, through the real workflow and record."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from commands.failures import CommandFailed, installation
from commands.published import published
from commands.rehearsing import Rehearsals, Rehearsed
from domain.expectations import Report
from domain.library import Library, UnknownProcess
from domain.scenarios import Scenario, read_scenarios

app = typer.Typer(rich_markup_mode=None)

PROCESSES_AT_ONCE = 2
"""Servers side by side for `--all`: one more than this gains nothing on two cores."""

_ORDINARY = "ordinary"
"""How the names of scenarios begin that tell the usual way."""


@app.command()
def rehearse(
    process: Annotated[str, typer.Argument(help="The process, such as membership-development.")],
    *,
    version: Annotated[str | None, typer.Option(help="Only scenarios that begin under this version.")] = None,
    scenario: Annotated[list[str] | None, typer.Option(help="A scenario by name; again for more.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario of the process.")] = False,
    names: Annotated[bool, typer.Option("--list", help="List the scenarios and do nothing.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON for each scenario.")
    ] = False,
) -> None:
    """Play whole cases, years long, in seconds. Exit code 1 where one does not go as it is written.

    Without --scenario or --all it is the ordinary way under the latest version, or under --version.
    """
    library = published()
    known = _scenarios(library, process)
    chosen = _chosen(library, process, known, version, scenario, every=every or names)
    if names:
        for name in chosen:
            typer.echo(f"{name:<48}{known[name].title}")
        return
    if len(chosen) > PROCESSES_AT_ONCE and not as_json:
        told = asyncio.run(_side_by_side(process, chosen))
    else:
        told = asyncio.run(
            _one_by_one(library, process, {name: known[name] for name in chosen}, as_json=as_json)
        )
    if any(one["unmet"] for one in told):
        raise typer.Exit(1)


def _scenarios(library: Library, process: str) -> Mapping[str, Scenario]:
    try:
        library.family(process)
    except UnknownProcess as error:
        raise CommandFailed(str(error)) from None
    folder = installation().processes_dir / process / "scenarios"
    try:
        return read_scenarios({file.stem: file.read_text("utf-8") for file in sorted(folder.glob("*.yaml"))})
    except (OSError, ValueError) as error:
        raise CommandFailed(f"the scenarios in {folder} cannot be read: {error}") from None


def _chosen(
    library: Library,
    process: str,
    known: Mapping[str, Scenario],
    version: str | None,
    wanted: Sequence[str] | None,
    *,
    every: bool,
) -> list[str]:
    missing = [name for name in wanted or () if name not in known]
    if missing:
        raise CommandFailed(
            f"{process} has no scenario {missing[0]!r}: see `accede rehearse {process} --list`"
        )
    if wanted:
        return list(wanted)
    version = version or (None if every else library.family(process)[-1].version)
    begun = {name: library.for_start(process, one.opening.on).version for name, one in known.items()}
    fitting = [name for name in known if version in {None, begun[name]}]
    if not every:
        ordinary = [name for name in fitting if name.startswith(_ORDINARY)]
        fitting = (ordinary or fitting)[:1]
    if not fitting:
        raise CommandFailed(f"{process} has no scenario that begins under version {version}")
    return fitting


async def _one_by_one(
    library: Library, process: str, scenarios: Mapping[str, Scenario], *, as_json: bool
) -> list[dict[str, Any]]:
    told = []
    console = Console(highlight=False)
    waiting = Console(stderr=True).status("starting the server that skips time")
    with tempfile.TemporaryDirectory(prefix="accede-rehearsal-") as folder, waiting as status:
        async with Rehearsals.opened(library, Path(folder)) as rehearsals:
            for name, scenario in scenarios.items():
                status.update(f"{name}: {scenario.title}")
                done = await rehearsals.rehearse(process, name, scenario)
                told.append(summary(done))
                if as_json:
                    typer.echo(json.dumps(told[-1], ensure_ascii=False))
                else:
                    _print(console, scenario, done)
    return told


async def _side_by_side(process: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Rehearse in several processes, each with a server of its own, and show how far all of them are."""
    told: list[dict[str, Any]] = []
    console = Console(highlight=False)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"{len(names)} scenarios", total=len(names))

        def show(one: dict[str, Any]) -> None:
            told.append(one)
            progress.update(task, advance=1, description=one["scenario"])
            console.print(_line(one), soft_wrap=True)

        parts = [names[first::PROCESSES_AT_ONCE] for first in range(PROCESSES_AT_ONCE)]
        await asyncio.gather(*(_in_a_process(process, part, show) for part in parts))
    failed = [one for one in told if one["unmet"]]
    for one in failed:
        console.print(f"[red]{one['scenario']}[/]")
        for sentence in one["unmet"]:
            console.print(f"  {sentence}", markup=False, soft_wrap=True)
    console.print(f"{len(told)} scenarios, {len(failed)} not as written")
    return told


async def _in_a_process(process: str, names: Sequence[str], show: Callable[[dict[str, Any]], None]) -> None:
    wanted = [part for name in names for part in ("--scenario", name)]
    argv = [sys.executable, "-P", "-m", "cli", "rehearse", process, "--json", *wanted]
    child = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    done = 0
    async for line in _lines(child):
        show(json.loads(line))
        done += 1
    if done < len(names):
        raise CommandFailed(f"the rehearsal of {names[done]} broke off")


async def _lines(child: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    try:
        while child.stdout is not None and (line := await child.stdout.readline()):
            yield line
        await child.wait()
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()


def summary(done: Rehearsed) -> dict[str, Any]:
    """Return what came of a scenario as plain JSON values."""
    report = done.timeline.report
    return {
        "scenario": done.scenario,
        "version": report.version,
        "outcome": report.outcome,
        "after": lasted_in_words(report),
        "events": report.events,
        "refusals": report.refusals,
        "unmet": list(done.unmet),
        "seconds": round(done.lasted, 2),
        "timeline": [line.model_dump(mode="json") for line in done.timeline.lines],
    }


def lasted_in_words(report: Report) -> str:
    """Return how long the case took, in whole years and months, or days where it was less than a month."""
    if report.opened_on is None or report.closed_on is None:
        return ""
    span = relativedelta(report.closed_on, report.opened_on)
    parts = [(span.years, "year"), (span.months, "month")]
    if not span.years and not span.months:
        parts = [(span.days, "day")]
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n) or "0 days"


def _print(console: Console, scenario: Scenario, done: Rehearsed) -> None:
    console.print(f"[bold]{done.scenario}[/]: {scenario.title}")
    table = Table("date", "step", "who", "what", "rule")
    for line in done.timeline.lines:
        recorded = "" if line.recorded_on == line.on else f" (recorded {line.recorded_on})"
        rule = line.rule or ""
        table.add_row(f"{line.on}{recorded}", line.step or "", line.who or "·", line.what, rule)
    console.print(table)
    for sentence in done.unmet:
        console.print(f"[red]not as written:[/] {sentence}", soft_wrap=True)
    console.print(_ending(summary(done)), soft_wrap=True)


def _line(one: Mapping[str, Any]) -> str:
    sign = "[red]✗[/]" if one["unmet"] else "[green]✓[/]"
    return f"{sign} {one['scenario']:<46} {_ending(one)}, {one['seconds']} s"


def _ending(one: Mapping[str, Any]) -> str:
    figures = f"{one['events']} events, {one['refusals']} refusals"
    if one["outcome"] is None:
        return f"outcome: still open, {figures}"
    return f"outcome: {one['outcome']} after {one['after']}, {figures}"
