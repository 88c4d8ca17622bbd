"""The child processes of `accede up`: started in order, restarted when they die, stopped in reverse."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from commands import processors, tether
from commands.failures import CommandFailed
from commands.nursery import Nursery

STOPS_IN = 12.0
"""Seconds a child may take to stop before it is killed."""
STEADY_AFTER = 5.0
"""Seconds after which a child counts as well, and its next death as the first: it did start."""
LONGEST_PAUSE = 10.0
"""Seconds between restarts of a child that dies at once, at most."""
LOOKS = 0.1
"""Seconds between two looks whether a child is ready: asking costs time that it needs itself."""
FIRST_PAUSE = 0.05
"""Seconds until the first restart."""
LOG_LIMIT = 20_000_000
"""Bytes after which a log is moved aside at the next start."""


class Running(Protocol):
    """A process, as far as its keeper needs it."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    async def wait(self) -> int:
        """Return the exit code once it has ended."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


@dataclass
class Child:
    """One process: how it is started, and what became of it."""

    name: str
    argv: list[str]
    env: Mapping[str, str]
    log: Path
    is_ready: Callable[[], Awaitable[bool]]
    role: str | None = None
    """What the nursery makes of it; it is no program of its own then."""
    makes_room: bool = False
    """Whether it leaves a processor to the others while one of them says that it is crowded."""
    process: Running | None = None
    deaths: int = 0
    started_at: float = 0.0
    _watch: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None

    def last_words(self, lines: int = 3) -> str:
        """Return the end of its log, in one line."""
        with suppress(OSError):
            return " | ".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        return ""


class Children:
    """All child processes, in the order in which they depend on each other.

    They form one process group of their own, so that Ctrl-C in a terminal reaches `accede up` alone, which
    stops them in order. They inherit the data folder's lock, and end when `accede up` is killed.
    """

    def __init__(
        self,
        *,
        lock_fd: int,
        say: Callable[[str], None],
        env: Mapping[str, str] | None = None,
        stops_in: float = STOPS_IN,
    ) -> None:
        """Keep none yet. `env` is what the nursery is started with."""
        self.nursery = Nursery(env or os.environ, lock_fd=lock_fd, group=self._group, crowded=self._make_room)
        self._processors = processors.ours()
        self._lock_fd = lock_fd
        self._say = say
        self._stops_in = stops_in
        self._children: list[Child] = []
        self._stopping = False

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now, by name."""
        return {child.name: child.pid for child in self._children if child.pid}

    async def start(self, *children: Child, within: float = 60) -> None:
        """Start children and wait until each is ready.

        Raises CommandFailed after `within` seconds, or when one ends before: then the installation is wrong,
        and a restart would not help.
        """
        for child in children:
            self._children.append(child)
            await self._spawn(child)
        await asyncio.gather(*(self._until_ready(child, within) for child in children))
        for child in children:
            child._watch = asyncio.create_task(self._keep(child))  # noqa: SLF001 - a child of ours

    async def stop(self) -> None:
        """Stop all, the latest first; what does not stop in time is killed."""
        self._stopping = True
        for watch in (child._watch for child in self._children):  # noqa: SLF001 - a child of ours
            if watch is not None:
                watch.cancel()
        for name in dict.fromkeys(child.name.rstrip("-0123456789") for child in reversed(self._children)):
            same = [child for child in self._children if child.name.startswith(name)]
            await asyncio.gather(*(self._stop(child) for child in same))
        await self.nursery.close()

    def kill(self) -> None:
        """Kill all at once: for the impatient."""
        for pid in self.pids.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def _spawn(self, child: Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists() and child.log.stat().st_size > LOG_LIMIT:
            child.log.replace(child.log.with_suffix(".log.1"))
        if child.role is None:
            child.process = await self._executed(child)
        else:
            child.process = await self.nursery.bear(child.role, env=child.env, log=child.log)
        child.started_at = time.monotonic()

    async def _executed(self, child: Child) -> Running:
        argv = [sys.executable, "-IS", str(Path(tether.__file__)), str(os.getpid()), *child.argv]
        with child.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *argv,
                env=child.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock_fd,),
                process_group=self._group(),
            )

    def _make_room(self, is_crowded: bool) -> None:  # noqa: FBT001 - what it is called with
        """Have the children that make room leave a processor alone, or take it again.

        One that is started meanwhile has all of them until the next time: as it starts it counts them.
        """
        allowed = processors.all_but_one(self._processors) if is_crowded else self._processors
        processors.keep_to(allowed, [child.pid for child in self._children if child.makes_room and child.pid])

    def _group(self) -> int:
        """Return the group of those that run; 0, for a new one, when none does."""
        for pid in (self.nursery.pid, *self.pids.values()):
            if pid is None:
                continue
            with suppress(ProcessLookupError):
                return os.getpgid(pid)
        return 0

    async def _until_ready(self, child: Child, within: float) -> None:
        give_up_at = time.monotonic() + within
        while not await child.is_ready():
            if child.pid is None:
                raise CommandFailed(
                    f"{child.name} ended while starting; {child.log} ends with: {child.last_words()}"
                )
            if time.monotonic() > give_up_at:
                raise CommandFailed(f"{child.name} was not ready after {within:.0f} seconds; see {child.log}")
            await asyncio.sleep(LOOKS)

    async def _keep(self, child: Child) -> None:
        while child.process is not None:
            code = await child.process.wait()
            if self._stopping:
                return
            steady = time.monotonic() - child.started_at > STEADY_AFTER
            child.deaths = 1 if steady else child.deaths + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (child.deaths - 1))
            self._say(f"{child.name} ended ({_in_words(code)}): starting it again; see {child.log}")
            await asyncio.sleep(pause)
            try:
                await self._spawn(child)
            except (OSError, CommandFailed) as error:
                # What is dead still says so: the next round tries again, after a longer pause.
                self._say(f"{child.name} cannot be started: {error}")

    async def _stop(self, child: Child) -> None:
        if child.process is None or child.process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            child.process.terminate()
        try:
            await asyncio.wait_for(child.process.wait(), self._stops_in)
        except TimeoutError:
            self._say(f"{child.name} did not stop in {self._stops_in:.0f} seconds: killing it")
            with suppress(ProcessLookupError):
                child.process.kill()
            await child.process.wait()


def _in_words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
