"""`accede up`: Temporal, the record, two workers and the API, from one command until Ctrl-C.

A database and a Temporal that the settings name are used; the embedded ones stand in for those they do not.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from commands.announcing import announcement, greet
from commands.children import Children
from commands.cradle import HOLDS_DEMO
from commands.data_lock import DataLock
from commands.failures import installation
from commands.household import api, temporal, workers
from commands.ports import choose_ports, temporal_of_up
from settings import Settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty record with a demonstration organisation.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="The folder of databases, materials and logs.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The API's port; 0: any free one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False,
) -> None:
    """Start everything on this machine, and stop it with Ctrl-C."""
    settings = installation(data_dir=data)
    lock = DataLock(settings.data_dir)
    lock.take()
    try:
        asyncio.run(_keep_house(settings, lock, wanted_port=port, demo=demo, as_json=as_json))
    finally:
        lock.release()


async def _keep_house(
    settings: Settings, lock: DataLock, *, wanted_port: int | None, demo: bool, as_json: bool
) -> None:
    console = Console(file=sys.stderr if as_json else sys.stdout, highlight=False)
    ports = choose_ports(settings.data_dir, settings.host, wanted_port)
    embeds_temporal = not settings.has_own_temporal
    settings = _placed(settings, ports, demo=demo, embeds_temporal=embeds_temporal)
    stop = _asked_to_stop()
    environment = {**os.environ, **settings.environment()}
    children = Children(
        lock_fd=lock.fd, env=environment, say=lambda line: console.print(line, style="yellow")
    )
    try:
        starting = asyncio.create_task(
            _start(settings, environment, ports, children, console, embeds_temporal=embeds_temporal)
        )
        either: set[asyncio.Future[Any]] = {starting, stop}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            starting.cancel()
            return
        told = announcement(settings, ports if embeds_temporal else {}, children.pids, demo=await starting)
        lock.describe({"pid": os.getpid(), "api": told["api"]})
        _announce(told, console, as_json=as_json)
        await stop
        console.print("stopping …")
    finally:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, children.kill)
        await children.stop()


async def _start(
    settings: Settings,
    environment: Mapping[str, str],
    ports: Mapping[str, int],
    children: Children,
    console: Console,
    *,
    embeds_temporal: bool,
) -> bool:
    """Start everything in order, and return whether the record holds the demonstration."""
    with console.status("starting Temporal, opening the record"):
        # Side by side: neither needs the other.
        preparing = asyncio.create_task(_prepare_record(children, environment))
        if embeds_temporal:
            await children.start(temporal(settings, ports, environment))
        demo = await preparing
    with console.status("starting two workers and the API"):
        await children.start(*workers(settings, environment), api(settings, environment))
    return demo


async def _prepare_record(children: Children, environment: Mapping[str, str]) -> bool:
    """Bring the record to where everything can start, in a process of its own, and return whether it holds
    the demonstration.

    Ends the command where that fails; the process has said why.
    """
    code = await (await children.nursery.bear("prepare", env=environment)).wait()
    if code not in {0, HOLDS_DEMO}:
        raise typer.Exit(code if code > 0 else 2)
    return code == HOLDS_DEMO


def _placed(settings: Settings, ports: Mapping[str, int], *, demo: bool, embeds_temporal: bool) -> Settings:
    """Return the settings of this household: its ports, and its own Temporal unless another is named."""
    placed: dict[str, Any] = {
        **settings.model_dump(),
        "demo": demo or settings.demo,
        "port": ports["api"],
        "public_url": settings.public_url if "public_url" in settings.model_fields_set else "",
    }
    if embeds_temporal:
        placed |= temporal_of_up(ports["temporal"])
    return installation(**placed)


def _announce(told: dict[str, Any], console: Console, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        greet(told, console)


def _asked_to_stop() -> asyncio.Future[None]:
    """Return a future that is done at the first Ctrl-C or SIGTERM."""
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[None] = loop.create_future()

    def ask() -> None:
        if not asked.done():
            asked.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ask)
    return asked
