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
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_LOADED = (
    "worker",
    "api.app",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "rich.progress",
)


class Forks:
    """One loaded process, started when it is first needed, and one command of it at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._line: socket.socket | None = None

    def run(
        self, arguments: tuple[str, ...], env: dict[str, str], within: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Raises subprocess.TimeoutExpired, and has killed it then."""
        with self._one_at_a_time, tempfile.TemporaryDirectory(prefix="accede-command-") as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            line = self._line or self._start()
            asked = {"arguments": arguments, "env": env, "out": str(out), "err": str(err)}
            line.sendall(json.dumps(asked).encode() + b"\n")
            pid = int(_next(line))
            line.settimeout(within)
            try:
                code = int(_next(line))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                line.settimeout(None)
                _next(line)
                raise subprocess.TimeoutExpired(
                    arguments, within, out.read_text("utf-8"), err.read_text("utf-8")
                ) from None
            line.settimeout(None)
            return subprocess.CompletedProcess(
                arguments, code, out.read_text("utf-8"), err.read_text("utf-8")
            )

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
        atexit.register(self._end, self._line, loaded)
        return self._line

    @staticmethod
    def _end(line: socket.socket, loaded: subprocess.Popen[bytes]) -> None:
        line.close()
        loaded.wait()


def _next(line: socket.socket) -> str:
    """A line of the other side, which says no more than one at a time."""
    said = b""
    while not said.endswith(b"\n"):
        more = line.recv(100)
        assert more, "the process that commands are forks of has ended"
        said += more
    return said.decode()


def _serve(line: socket.socket) -> None:
    from cli import COMMANDS  # noqa: PLC0415 - of the loaded process alone
    from commands.published import published  # noqa: PLC0415 - the same

    for module in (*_LOADED, *(module for module, _ in COMMANDS.values())):
        import_module(module)
    published()
    gc.collect()
    gc.freeze()
    with line.makefile("rb") as requests:
        for request in requests:
            asked = json.loads(request)
            pid = os.fork()
            if pid == 0:
                _become(asked)
            line.sendall(f"{pid}\n".encode())
            _, status = os.waitpid(pid, 0)
            line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(asked: dict[str, Any]) -> None:
    """Be the command, to the end. Never returns."""
    code: object = 1
    try:
        os.environ.clear()
        os.environ.update(asked["env"])
        for descriptor, name in ((1, asked["out"]), (2, asked["err"])):
            opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
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
