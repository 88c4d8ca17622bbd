"""The Temporal server that comes as a Python package: where its programs are, and how `accede up` runs it."""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from commands.failures import CommandFailed

# WAL doubles the throughput of the server's default; FULL keeps what was acknowledged at a power cut; the
# poll rate takes away the 50 ms that every activity would wait otherwise.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")
_DYNAMIC = (
    "history.transferProcessorMaxPollRPS=1000",
    # An activity goes straight to the worker that asked for it, without a queue in between.
    "system.enableActivityEagerExecution=true",
    # Ours is the only namespace and does not change; reading all of them each second was a tenth of its rest.
    'system.namespaceCacheRefreshInterval="20s"',
)


def program(name: str) -> str:
    """Return the path of a program installed with us, or found on PATH. Raises CommandFailed."""
    beside_us = sysconfig.get_path("scripts")
    found = shutil.which(name, path=os.pathsep.join((beside_us, os.environ.get("PATH", ""))))
    if found is None:
        raise CommandFailed(f"the program {name} is missing: install the project again (make install)")
    return found


def server_argv(database: Path, *, port: int, ui_port: int, namespace: str) -> list[str]:
    """Return the command line of a durable server of this machine, with its pages."""
    argv = [program("temporal"), "server", "start-dev", "--ip", "127.0.0.1"]
    argv += ["--port", str(port), "--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    argv += ["--db-filename", str(database), "--log-level", "error", "--namespace", namespace]
    argv += [part for pragma in _PRAGMAS for part in ("--sqlite-pragma", pragma)]
    return argv + [part for value in _DYNAMIC for part in ("--dynamic-config-value", value)]


def server_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the server's environment: fewer collections of garbage, nothing of the user's own profiles."""
    kept = {name: value for name, value in inherited.items() if not name.startswith("TEMPORAL_")}
    return {**kept, "GOGC": "400"}
