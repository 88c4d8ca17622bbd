"""`accede reconcile`: after a restored backup or a lost Temporal, sets every open case going again."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from temporalio.service import RPCError

from commands.failures import CommandFailed, installation
from commands.opening import opened_parts
from commands.ports import with_its_temporal
from services.connecting import TemporalUnavailable, connect
from services.reconciling import reconcile as look_over
from services.unit_changes import reorganiser_of
from settings import Settings
from workflows.contract import Reconciled

app = typer.Typer(rich_markup_mode=None)


@app.command()
def reconcile(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not ask running cases how far they know their record.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Find open cases without a workflow, and set them going.

    Those whose workflow is behind the record are nudged. Safe at any time.
    """
    found = asyncio.run(_reconcile(with_its_temporal(installation()), deep=not quick))
    if as_json:
        typer.echo(json.dumps(found.model_dump()))
        return
    typer.echo(
        f"{found.open_cases} open cases: {found.started} started, {found.nudged} nudged, "
        f"{found.restarted} started again, {found.unknown} did not answer"
    )


async def _reconcile(settings: Settings, *, deep: bool) -> Reconciled:
    console = Console(stderr=True)
    async with opened_parts(settings) as parts:
        await reorganiser_of(parts).catch_up()
        try:
            client = await connect(**settings.temporal(), lazy=False)
            with console.status("looking at open cases") as status:
                return await look_over(
                    client,
                    parts.database,
                    parts.library,
                    today=parts.today(),
                    now=parts.clock(),
                    task_queue=settings.task_queue,
                    deep=deep,
                    progress=lambda done: status.update(f"looked at {done} open cases"),
                )
        except (TemporalUnavailable, RPCError) as away:
            raise CommandFailed(str(away)) from None
