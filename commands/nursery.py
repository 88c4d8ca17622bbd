"""Where the product's own processes come from on this machine: forks of one that has loaded it already."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from commands import tether
from commands.failures import CommandFailed

_STOPS_IN: Final = 5.0
"""Seconds the cradle may take to go, once nobody is left in it."""
_LAST_WORDS: Final = 0.1
"""Seconds in which what a dead cradle still told is heard."""


class Born:
    """A process that came out of the nursery: like one of asyncio's, as far as its keeper needs it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.is_ready = False
        """Whether it said so; only workers do."""
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        """Return the exit code once it has ended; negative for a signal."""
        await self._ended.wait()
        return self.returncode or 0

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self, code: int) -> None:
        """Know that it has ended."""
        if self.returncode is None:
            self.returncode = code
            self._ended.set()


class Nursery:
    """Keeps one cradle (`commands/cradle.py`), and another when it dies. Its processes end when it does."""

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        lock_fd: int | None = None,
        group: Callable[[], int] = lambda: 0,
        crowded: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """Take the environment it loads in, a lock to hand down, and which process group to be in.

        `crowded` is called when the first of its processes says that it is, and when none is any longer.
        """
        self._env = env
        self._tell_crowded = crowded
        self._crowded: set[int] = set()
        self._held = () if lock_fd is None else (lock_fd,)
        self._group = group
        self._cradle: Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._expecting: deque[asyncio.Future[Born]] = deque()
        self._alive: dict[int, Born] = {}

    @property
    def pid(self) -> int | None:
        """The cradle's process id while it runs."""
        return self._cradle.pid if self._cradle and self._cradle.returncode is None else None

    async def open(self) -> None:
        """Start a cradle, where none runs. What is asked of it meanwhile waits until it has loaded."""
        async with self._opening:
            if self._listening is None or self._listening.done():
                await self._open()

    async def bear(self, role: str, *, env: Mapping[str, str], log: Path | None = None) -> Born:
        """Return a new process of a role that `commands/cradle.py` knows; `log` is where it writes.

        Raises CommandFailed where the cradle dies over it.
        """
        await self.open()
        expected: asyncio.Future[Born] = asyncio.get_running_loop().create_future()
        self._expecting.append(expected)
        asked = {"role": role, "env": dict(env), "log": None if log is None else str(log)}
        if self._writer is not None:
            with suppress(ConnectionError):
                self._writer.write(json.dumps(asked).encode() + b"\n")
                await self._writer.drain()
        return await expected

    async def close(self) -> None:
        """Have the cradle end, and with it whatever still runs of it."""
        if self._writer is not None:
            self._writer.close()
        if self._listening is not None:
            self._listening.cancel()
        if self._cradle is not None:
            try:
                await asyncio.wait_for(self._cradle.wait(), _STOPS_IN)
            except TimeoutError:
                self._cradle.kill()
                await self._cradle.wait()

    async def _open(self) -> None:
        if self._writer is not None:
            self._writer.close()
        ours, theirs = socket.socketpair()
        cradle = [sys.executable, "-P", "-m", "commands.cradle", str(theirs.fileno())]
        with theirs:
            self._cradle = await asyncio.create_subprocess_exec(
                *(sys.executable, "-IS", str(Path(tether.__file__)), str(os.getpid()), *cradle),
                env=self._env,
                stdin=DEVNULL,
                stdout=DEVNULL,
                pass_fds=(*self._held, theirs.fileno()),
                process_group=self._group(),
            )
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._listening = asyncio.create_task(self._listen(self._cradle, reader))

    async def _listen(self, cradle: Process, reader: asyncio.StreamReader) -> None:
        hearing = asyncio.create_task(self._hear(reader))
        try:
            # Not the end of what is heard: what came of the cradle has the socket, too, while it lives.
            await cradle.wait()
            await asyncio.wait({hearing}, timeout=_LAST_WORDS)
        finally:
            hearing.cancel()
        self._mourn()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            news: dict[str, int] = json.loads(line)
            if "born" in news:
                self._hand_over(self._known(news["born"]))
            elif "ended" in news:
                self._known(news["ended"]).end(news["code"])
                self._alive.pop(news["ended"], None)
                self._note_crowd(self._crowded - {news["ended"]})
            elif "crowded" in news:
                self._note_crowd(self._crowded | {news["crowded"]})
            elif "calm" in news:
                self._note_crowd(self._crowded - {news["calm"]})
            else:
                self._known(news["ready"]).is_ready = True

    def _note_crowd(self, crowded: set[int]) -> None:
        before, self._crowded = self._crowded, crowded
        if bool(before) != bool(crowded):
            self._tell_crowded(bool(crowded))

    def _hand_over(self, born: Born) -> None:
        expected = self._expecting.popleft()
        if not expected.cancelled():
            expected.set_result(born)

    def _known(self, pid: int) -> Born:
        return self._alive.setdefault(pid, Born(pid))

    def _mourn(self) -> None:
        """Know that the cradle is dead: what came of it is told to end, and nothing more will come."""
        for born in self._alive.values():
            with suppress(ProcessLookupError):
                born.terminate()
            born.end(-signal.SIGTERM)
        self._alive.clear()
        self._note_crowd(set())
        while self._expecting:
            expected = self._expecting.popleft()
            if not expected.done():
                expected.set_exception(CommandFailed("the processes of this machine cannot be started"))
