"""The installation that is measured: `accede up` on a folder, and what its processes use."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.act.processor_time import used_by

_ACCEDE: Final = (sys.executable, "-P", "-m", "cli")
_PATIENCE: Final = 180.0


class Installation:
    """A running `accede up`."""

    def __init__(self, running: asyncio.subprocess.Process, told: Mapping[str, object]) -> None:
        self._running = running
        self._pids = {str(name): int(pid) for name, pid in dict(told["pids"]).items()}  # type: ignore[call-overload]  # its own JSON
        self.api = str(told["api"])

    @classmethod
    async def up(cls, folder: Path, environment: Mapping[str, str]) -> Installation:
        """Start it, and wait until it says that everything runs."""
        running = await asyncio.create_subprocess_exec(
            *_ACCEDE,
            "up",
            "--data",
            str(folder),
            "--port",
            "0",
            "--json",
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        assert running.stdout  # noqa: S101 - it was asked for
        line = await asyncio.wait_for(running.stdout.readline(), _PATIENCE)
        if not line:
            raise RuntimeError("accede up did not start")
        return cls(running, json.loads(line))

    async def stop(self) -> None:
        """Stop everything."""
        self._running.send_signal(signal.SIGINT)
        await self._running.wait()

    def cpu(self) -> dict[str, float]:
        """Return processor seconds used so far by the server, each worker and the API, by name."""
        return {name: used_by([pid], descend=False) for name, pid in self._pids.items()}

    def cpu_by_kind(self) -> dict[str, float]:
        """Return the same, of all workers together."""
        used: dict[str, float] = {}
        for name, seconds in self.cpu().items():
            kind = "worker" if name.startswith("worker") else name
            used[kind] = used.get(kind, 0.0) + seconds
        return used

    def memory(self) -> dict[str, float]:
        """Return resident KiB of the server and of all workers together."""
        workers = [pid for name, pid in self._pids.items() if name.startswith("worker")]
        return {"server": _resident(self._pids["temporal"]), "worker": sum(map(_resident, workers))}


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS"))
