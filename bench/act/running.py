"""Processes of a measurement: started with a log each, awaited until they answer, stopped by their id."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

_PATIENCE = 120.0


class DidNotStart(Exception):
    """A process ended, or did not answer in time; the message ends with its log."""


class Process:
    """One child process and its log."""

    def __init__(self, name: str, argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(env)
            )

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def said(self) -> str:
        """Return the end of what it wrote."""
        return self._log.read_text("utf-8", errors="replace")[-2000:]

    async def until(self, ready: Callable[[], Awaitable[bool]]) -> None:
        """Wait until it is ready. Raises DidNotStart."""
        give_up_at = time.monotonic() + _PATIENCE
        while not await ready():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise DidNotStart(f"{self.name} did not start:\n{self.said()}")
            await asyncio.sleep(0.1)

    def stop(self) -> None:
        """Ask it to end, and end it after some seconds."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> Callable[[], Awaitable[bool]]:
    """Return the question whether somebody listens on a port of this machine."""

    async def asks() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    return asks


def environment(**settings: object) -> dict[str, str]:
    """Return our environment with these settings of Accede and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCEDE_")}
    return kept | {f"ACCEDE_{name.upper()}": str(value) for name, value in settings.items()}
