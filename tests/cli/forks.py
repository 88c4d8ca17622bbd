"""Runs commands as forks of one process that has loaded the product: each is a process of its own still.

Loading takes a second or more of processor time, and the tests run hundreds of commands. What a command is
given and what it leaves is what a program started anew has: arguments, environment, its two outputs, an exit
code.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from commands.cradle import Deaths, requests, tell

_ROOT = Path(__file__).resolve().parents[2]
_LOADED = (
    "worker",
    "api.app",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "rich.progress",
)


class Forked:
    """A command that runs: as much of `subprocess.Popen` as tests ask for."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """Return the exit code once it has ended; negative for a signal."""
        return self.returncode

    def wait(self, within: float = 60) -> int:
        """Wait for its end and return the exit code. Raises TimeoutError."""
        if not self._ended.wait(within):
            raise TimeoutError(f"process {self.pid} did not end in {within} seconds")
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, where it still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def end(self, code: int) -> None:
        """Know that it has ended."""
        self.returncode = code
        self._ended.set()


class Forks:
    """One loaded process, started when it is first needed, and commands that are forks of it."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._line: socket.socket | None = None
        self._born: queue.SimpleQueue[Forked | None] = queue.SimpleQueue()

    def run(
        self, arguments: tuple[str, ...], env: dict[str, str], within: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Raises subprocess.TimeoutExpired, and has killed it then."""
        with tempfile.TemporaryDirectory(prefix="accede-command-") as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            running = self.start(arguments, env, out, err)
            try:
                code = running.wait(within)
            except TimeoutError:
                running.kill()
                running.wait()
                raise subprocess.TimeoutExpired(
                    arguments, within, out.read_text("utf-8"), err.read_text("utf-8")
                ) from None
            return subprocess.CompletedProcess(
                arguments, code, out.read_text("utf-8"), err.read_text("utf-8")
            )

    def start(self, arguments: tuple[str, ...], env: Mapping[str, str], out: Path, err: Path) -> Forked:
        """Start a command, whose two outputs go to the end of files; both may be the same one."""
        with self._one_at_a_time:
            line = self._line or self._start()
            asked = {"arguments": arguments, "env": dict(env), "out": str(out), "err": str(err)}
            line.sendall(json.dumps(asked).encode() + b"\n")
            born = self._born.get()
        assert born is not None, "the process that commands are forks of has ended"
        return born

    def _start(self) -> socket.socket:
        self._line, theirs = socket.socketpair()
        # COLUMNS is read when a module is loaded: it would be that of the tests, and not of the command.
        theirs_alone = ("ACCEDE_", "COLUMNS")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(theirs_alone)}
        with theirs:
            loaded = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.forks", str(theirs.fileno())],
                cwd=_ROOT,
                env=plain,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        threading.Thread(target=self._hear, args=(self._line,), daemon=True).start()
        atexit.register(self._end, self._line, loaded)
        return self._line

    def _hear(self, line: socket.socket) -> None:
        """Know who was born and who has ended, as the other side tells."""
        alive: dict[int, Forked] = {}
        with line.makefile("rb") as news:
            for told in map(json.loads, news):
                if "born" in told:
                    alive[told["born"]] = born = Forked(told["born"])
                    self._born.put(born)
                else:
                    alive.pop(told["ended"]).end(told["code"])
        self._born.put(None)

    @staticmethod
    def _end(line: socket.socket, loaded: subprocess.Popen[bytes]) -> None:
        line.shutdown(socket.SHUT_RDWR)
        loaded.wait()


def _serve(line: socket.socket) -> None:
    from cli import COMMANDS  # noqa: PLC0415 - of the loaded process alone
    from commands.published import published  # noqa: PLC0415 - the same

    for module in (*_LOADED, *(module for module, _ in COMMANDS.values())):
        import_module(module)
    published()
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    with line, Deaths() as deaths:
        for asked in requests(line, deaths, children, iter(())):
            pid = os.fork()
            if pid == 0:
                deaths.forget()
                line.close()
                _become(asked)
            children.add(pid)
            tell(line, born=pid)
    # Who began them is gone.
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _become(asked: Mapping[str, Any]) -> None:
    """Be the command, to the end. Never returns."""
    code: object = 1
    try:
        os.environ.clear()
        os.environ.update(asked["env"])
        for descriptor, name in ((1, asked["out"]), (2, asked["err"])):
            opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(opened, descriptor)
            os.close(opened)
        sys.argv = ["accede", *asked["arguments"]]
        import_module("cli").main()
        code = 0
    except SystemExit as asked_to:
        code = asked_to.code
    finally:
        for printed in (sys.stdout, sys.stderr):
            printed.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
