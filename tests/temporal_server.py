"""A real Temporal server for tests: its own process, port and database file."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError


def program(name: str) -> str:
    """A program beside this Python, or on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found is not None, f"{name} is not installed"
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TemporalServer:
    """Starts on `start`, is gone after `kill`; its database file stays until somebody deletes it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, within: float = 30) -> None:
        options = ["--headless", "--ip", "127.0.0.1", "--port", str(self.port), "--log-level", "error"]
        # Otherwise each first task of a workflow waits for a timer of the server.
        options += ["--dynamic-config-value", "history.transferProcessorMaxPollRPS=1000"]
        with self.file.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                [program("temporal"), "server", "start-dev", "--db-filename", str(self.file), *options],
                stdout=log,
                stderr=log,
            )
        give_up_at = time.monotonic() + within
        while not self._answers():
            assert self._process.poll() is None, self.file.with_suffix(".log").read_text("utf-8")
            assert time.monotonic() < give_up_at, "Temporal did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def forget(self) -> None:
        """Delete everything it ever knew."""
        for path in self.file.parent.glob(f"{self.file.name}*"):
            path.unlink()

    def _answers(self) -> bool:
        # On a thread, because whoever starts it may be in an event loop.
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(asyncio.run, self._is_well()).result()

    async def _is_well(self) -> bool:
        with contextlib.suppress(RuntimeError, RPCError):
            client = await Client.connect(self.address)
            return await client.service_client.check_health(timeout=timedelta(seconds=5))
        return False
