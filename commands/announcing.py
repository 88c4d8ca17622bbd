"""What `accede up` tells once everything runs: addresses, processes, and the logins of a demonstration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from services.demo_organisation import LOGINS
from settings import Settings


def announcement(
    settings: Settings, ports: Mapping[str, int], pids: Mapping[str, int], *, demo: bool
) -> dict[str, Any]:
    """Return what programs are told, as plain JSON values; `ports` are empty where Temporal is not ours."""
    return {
        "api": settings.public_url,
        "openapi": f"{settings.public_url}/openapi.json",
        "temporal": settings.temporal_address,
        "temporal_ui": f"http://127.0.0.1:{ports['temporal_ui']}" if ports else None,
        "data": str(settings.data_dir),
        "pid": os.getpid(),
        "pids": dict(pids),
        "logins": [login.announced() for login in LOGINS] if demo else [],
    }


def greet(told: Mapping[str, Any], console: Console) -> None:
    """Tell a person the same."""
    where = Table.grid(padding=(0, 2))
    where.add_row("pages", told["api"])
    where.add_row("API", f"{told['api']}/v1")
    where.add_row("its description", told["openapi"])
    if told["temporal_ui"]:
        where.add_row("Temporal's pages", told["temporal_ui"])
    where.add_row("data and logs", told["data"])
    console.print("\n[bold green]Accede is up.[/] Stop it with Ctrl-C.\n")
    console.print(where)
    if told["logins"]:
        logins = Table(
            "login", "password", "name", "may", title="\nLogins of the demonstration, for this machine only"
        )
        for login in told["logins"]:
            logins.add_row(login["login"], login["password"], login["name"], login["may"])
        console.print(logins)
    console.print()
