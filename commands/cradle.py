"""The cradle: a process that has loaded the product once, and becomes another of its processes when asked.

Loading takes most of the time of a start. A fork has everything loaded already, so that an API that was
killed answers again at once, and the processes of one machine share the memory of what they loaded.
`commands/nursery.py` asks, a line of JSON each, over a socket; what happens comes back the same way.

Nothing here may leave a thread behind or open a database: a fork would have half of it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Any, Final, Self

from commands.ending import exit_code_of
from commands.tether import die_with

HOLDS_DEMO: Final = 10
"""What a process that prepared the record ends with where the record holds the demonstration."""

_RECORD: Final = (
    "commands.preparing",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
)
_WORKER: Final = ("worker",)
_API: Final = (
    "commands.api",
    "api.callers",
    "api.routes.cases",
    "api.routes.people",
    "api.routes.second_steps",
    "api.app",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
"""Modules that are loaded before anybody asks; what they import comes with them.

In this order: while the record is prepared, and then while the workers begin, what the next ones need is
loaded. The API takes longest, and is loaded in parts: nobody is born while a module is loaded.
"""
_Say = Callable[[str], None]
"""Tells the nursery one word of how it goes: `ready`, `crowded`, `calm`."""
_Role = Callable[[_Say], int | None]

_EVERYTHING: Final = "everything"
_GONE: Final = 1


def main(descriptor: int) -> int:
    """Become what is asked for at the socket until it is closed there; then end what became of it."""
    with socket.socket(fileno=descriptor) as line, Deaths() as deaths:
        # Everything that comes now stays: looking for garbage in it would take a quarter of the time.
        gc.disable()
        cradle = os.getpid()
        children: set[int] = set()
        for asked in requests(line, deaths, children, load()):
            # Looking through it again and again would copy it into each child.
            gc.freeze()
            pid = os.fork()
            if pid == 0:
                gc.enable()
                deaths.forget()
                _become(line, cradle, asked)
            children.add(pid)
            tell(line, born=pid)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    return 0


def load() -> Iterator[str | None]:
    """Load everything, one thing after the other, and say which role has all it needs by now."""
    yield from _import(_RECORD)
    from commands.failures import installation  # noqa: PLC0415 - loading is what this is for
    from commands.published import published  # noqa: PLC0415 - the same
    from records.audit_books import read_books  # noqa: PLC0415 - the same
    from services.passwords import nobodys, recommended  # noqa: PLC0415 - the same

    # Takes a processor and no Python. A fork would lose it, and there is none until it has ended.
    hashing = Thread(target=lambda: nobodys(recommended()))
    hashing.start()
    with suppress(Exception):
        # Read once for all; whoever needs the definitions says what is wrong with them.
        published()
        read_books(installation().processes_dir)
    hashing.join()
    yield "prepare"
    yield from _import(_WORKER)
    yield "worker"
    yield from _import(_API)
    from api.app import ways  # noqa: PLC0415 - loading is what this is for

    ways()
    yield "api"


class Deaths:
    """Makes the death of a child something that can be waited for beside a socket."""

    def __init__(self) -> None:
        self.heard, self._told = socket.socketpair()
        for end in (self.heard, self._told):
            end.setblocking(False)

    def __enter__(self) -> Self:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.forget()

    def forget(self) -> None:
        """Leave the signals as they were."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.heard.close()
        self._told.close()

    def since(self) -> Iterable[tuple[int, int]]:
        """Give the process id and exit code of each child that died since the last time."""
        with suppress(BlockingIOError):
            self.heard.recv(4096)
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                yield found[0], os.waitstatus_to_exitcode(found[1])


def requests(
    line: socket.socket, deaths: Deaths, children: set[int], loading: Iterator[str | None]
) -> Iterator[Mapping[str, Any]]:
    """Give what is asked for, in order and as soon as it is loaded, until the other end is closed; tell of
    deaths meanwhile. What names no role waits until everything is loaded.
    """
    loaded: set[str | None] = set()
    asked: deque[Mapping[str, Any]] = deque()
    begun = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(line, selectors.EVENT_READ)
        waiting.register(deaths.heard, selectors.EVENT_READ)
        while True:
            role = next(loading, _EVERYTHING)
            loaded.add(role)
            # There is no time to wait while there is something to load.
            ready = [key.fileobj for key, _ in waiting.select(None if role is _EVERYTHING else 0)]
            for pid, code in deaths.since():
                children.discard(pid)
                tell(line, ended=pid, code=code)
            if line in ready:
                more = line.recv(1 << 16)
                if not more:
                    return
                *whole, begun = (begun + more).split(b"\n")
                asked.extend(map(json.loads, whole))
            while asked and asked[0].get("role", _EVERYTHING) in loaded:
                yield asked.popleft()


def _import(modules: Iterable[str]) -> Iterator[None]:
    for module in modules:
        import_module(module)
        yield None


def tell(line: socket.socket, **news: int) -> None:
    """Say something to the other end, if it is still there."""
    with suppress(BrokenPipeError, ConnectionResetError):
        line.sendall(_as_line(news))


def mention(line: socket.socket, **news: int) -> None:
    """Say something to the other end, unless nobody has listened there for long: nothing waits for that."""
    with suppress(OSError):
        line.send(_as_line(news), socket.MSG_DONTWAIT)


def _as_line(news: Mapping[str, int]) -> bytes:
    """Return it in bytes, so few of them that they arrive in one piece, whoever else writes."""
    return json.dumps(news).encode() + b"\n"


def _become(line: socket.socket, cradle: int, asked: Mapping[str, Any]) -> None:
    """Be what was asked for, to the end. Never returns."""
    code = _GONE
    try:
        die_with(cradle)
        os.environ.clear()
        os.environ.update(asked["env"])
        if asked["log"]:
            _write_into(asked["log"])
        code = _lived(_ROLES[asked["role"]], lambda news: mention(line, **{news: os.getpid()}))
    except BaseException:  # noqa: BLE001 - it ends here whatever it was, and nobody else would say why
        traceback.print_exc()
    finally:
        for printed in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                printed.flush()
        # Nothing of the cradle's is ours to clear up.
        os._exit(code)


def _write_into(log: str) -> None:
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for descriptor in (1, 2):
        os.dup2(opened, descriptor)
    os.close(opened)


def _lived(role: _Role, say: _Say) -> int:
    """Run a role as the command line runs it, and return its exit code."""
    return exit_code_of(lambda: role(say))


def _api(say: _Say) -> None:
    import_module("commands.api").serve(lambda is_crowded: say("crowded" if is_crowded else "calm"))


def _worker(say: _Say) -> None:
    import_module("worker").main(lambda: say("ready"))


def _prepare(_: _Say) -> int:
    from commands.failures import installation  # noqa: PLC0415 - loaded long since
    from commands.preparing import prepare_record  # noqa: PLC0415 - the same

    return HOLDS_DEMO if asyncio.run(prepare_record(installation())) else 0


_ROLES: Final[Mapping[str, _Role]] = {
    "api": _api,
    "worker": _worker,
    "prepare": _prepare,
}
"""What a process may be asked to become."""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
