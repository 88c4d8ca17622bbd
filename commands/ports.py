"""Which ports `accede up` listens on: the same as last time where they are free."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from commands.failures import CommandFailed
from settings import Settings

USUAL = {"api": 8000, "temporal": 7233, "temporal_ui": 8233}
"""Ports people expect; taken on the first start where they are free."""


def choose_ports(folder: Path, host: str, wanted: int | None) -> dict[str, int]:
    """Return a port for the API, Temporal and Temporal's pages, and remember them in the folder.

    `wanted` is the API's port: None for the one of last time, 0 for any that is free (as for the others).
    Raises CommandFailed where the wanted port is taken.
    """
    memory = folder / "ports.json"
    known = {} if wanted == 0 else {**USUAL, **_remembered(memory)}
    if wanted:
        if not is_free(host, wanted):
            raise CommandFailed(f"port {wanted} of {host} is in use: choose another with --port")
        known["api"] = wanted
    chosen: dict[str, int] = {}
    for name in USUAL:
        port = known.get(name, 0)
        usable = (
            port and port not in chosen.values() and is_free(host if name == "api" else "127.0.0.1", port)
        )
        chosen[name] = port if usable else _any_free(tuple(chosen.values()))
    memory.write_text(json.dumps(chosen) + "\n", "utf-8")
    return chosen


def port_of_temporal(folder: Path) -> int | None:
    """Return the port on which the Temporal of `accede up` answers; None where it is not running."""
    port = _remembered(folder / "ports.json").get("temporal")
    return port if port and not is_free("127.0.0.1", port) else None


def temporal_of_up(port: int) -> dict[str, object]:
    """Return the settings of the Temporal of `accede up`: what is said of another does not go for it."""
    none = dict.fromkeys(name for name in Settings.model_fields if name.startswith("temporal_tls_"))
    return {
        **none,
        "temporal_address": f"127.0.0.1:{port}",
        "temporal_tls": False,
        "temporal_tls_name": "",
        "temporal_api_key": None,
    }


def with_its_temporal(settings: Settings) -> Settings:
    """Return the settings with the Temporal that `accede up` keeps for this folder.

    Where another was named it is that one, and where `accede up` never ran here the usual one.
    """
    port = (
        None if settings.has_own_temporal else _remembered(settings.data_dir / "ports.json").get("temporal")
    )
    return settings if port is None else settings.model_copy(update=temporal_of_up(port))


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_free(taken: tuple[int, ...]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def _remembered(memory: Path) -> dict[str, int]:
    try:
        told = json.loads(memory.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: port for name, port in told.items() if name in USUAL and isinstance(port, int)}
