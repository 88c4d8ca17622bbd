"""The Temporal server that comes as a Python package: where its programs are, and how `accede up` runs it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sysconfig
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

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
    # Cases at rest leave its memory for its file, a thousand stay: every two minutes it looks through all it
    # has there for garbage, and with 8,000 that was a third of its rest.
    "history.hostLevelCacheMaxSize=2000",
    # Its own workers, which look after closed histories and children: nothing of ours waits for one of them,
    # and a question of theirs that is open for a minute costs as much as one of ours.
    "worker.ScannerMaxConcurrentActivityTaskPollers=1",
    "worker.ScannerMaxConcurrentWorkflowTaskPollers=2",
    "worker.ParentCloseMaxConcurrentActivityTaskPollers=1",
    "worker.ParentCloseMaxConcurrentWorkflowTaskPollers=2",
    # Each second it gathers all its numbers: fewer of them, where nobody asks by queue.
    "metrics.breakdownByTaskQueue=false",
    "metrics.breakdownByPartition=false",
    "metrics.breakdownByBuildID=false",
    # There is no queue of which parts could tell each other, and no endpoint that others could have changed.
    'matching.ephemeralDataUpdateInterval="60s"',
    'matching.nexusEndpointsRefreshInterval="60s"',
)
_ONE_PART: Final = ("matching.numTaskqueueReadPartitions=1", "matching.numTaskqueueWritePartitions=1")
"""A queue in one part in place of four: each question for work goes through one server, not two, and one
manager looks after the queue. Four are for more tasks a second than one machine has."""
_PART: Final = b"/_sys/"
"""What the name of a queue's further part begins with, in the server's own tables."""


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
    dynamic = _DYNAMIC if _is_in_parts(database) else _DYNAMIC + _ONE_PART
    return argv + [part for value in dynamic for part in ("--dynamic-config-value", value)]


def _is_in_parts(database: Path) -> bool:
    """Whether a server with queues in several parts has kept this file, as those of earlier releases did.

    A task may wait in one of the parts, where nobody would look any more.
    """
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            asked = "SELECT 1 FROM {} WHERE instr(task_queue_id, ?) LIMIT 1"
            return any(
                opened.execute(asked.format(table), (_PART,)).fetchone()
                for table in ("task_queues", "task_queues_v2")
            )
    except sqlite3.Error:
        return True


def server_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the server's environment: fewer collections of garbage, nothing of the user's own profiles."""
    kept = {name: value for name, value in inherited.items() if not name.startswith("TEMPORAL_")}
    return {**kept, "GOGC": "400"}
