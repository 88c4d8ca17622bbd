"""A real Temporal server for tests: its own process, port and database file."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path


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
        # The command that asks is large: it is not started before somebody listens.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return self._is_well()
        return False

    def _is_well(self) -> bool:
        asked = [program("temporal"), "operator", "cluster", "health", "--address", self.address]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
