"""Programs the harness owns: started, killed by process id, and started again at once when they die."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from commands.children import Running
from commands.nursery import Nursery

_PR_SET_PDEATHSIG = 1
_SOON = 0.02
"""Seconds before a program that died is started again."""
_NOT_SO_SOON = 0.25
"""The same where it died at once the last time."""
_AT_ONCE = 0.5
_STOPS_IN = 15.0
_C = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Program:
    """One program. It is started again when it ends, until `stop` is called."""

    name: str
    argv: list[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path
    user: str | None = None
    """Who runs it, where that is somebody else (PostgreSQL refuses to be root)."""
    nursery: Nursery | None = None
    """Where it comes from, as with `accede up`; `argv` is then the role alone."""
    process: Running | None = None
    starts: int = 0
    held_back: bool = False
    """While true it is not started again: it is down for a while."""
    _stopping: bool = False
    _keeper: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None

    async def start(self) -> None:
        """Start it, and keep it running from now on."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    def send(self, number: signal.Signals) -> int | None:
        """Send it a signal. Returns the process id it went to, None where it was not running."""
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
                return pid
        return None

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end for good, and kill it when it does not."""
        self._stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
        if self.process is None or self.process.returncode is not None:
            return
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            await asyncio.wait_for(self.process.wait(), _STOPS_IN)
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.process.wait()

    async def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.nursery is None:
            self.process = await self._executed()
        else:
            self.process = await self.nursery.bear(self.argv[0], env=self.env, log=self.log)
        self.starts += 1

    async def _executed(self) -> Running:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self.argv,
                env=dict(self.env),
                cwd=self.cwd,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in a terminal reaches the harness alone.
                process_group=0,
                preexec_fn=_die_with(os.getpid()),
            )

    async def _keep(self) -> None:
        while self.process is not None:
            began = time.monotonic()
            await self.process.wait()
            steady = time.monotonic() - began > _AT_ONCE
            await asyncio.sleep(_SOON if steady else _NOT_SO_SOON)
            while self.held_back:  # noqa: ASYNC110 - rare, and seconds long
                await asyncio.sleep(_SOON)
            if self._stopping:
                return
            await self._spawn()


class _die_with:  # noqa: N801 - called like a function, in the child
    """Has the kernel kill the child when the harness is gone, however it went."""

    def __init__(self, parent: int) -> None:
        self._parent = parent

    def __call__(self) -> None:
        if _C is not None:
            _C.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != self._parent:
                os._exit(1)
