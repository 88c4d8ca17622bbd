"""Whose turn it is to write a SQLite file, among the processes that do.

SQLite lets who finds it locked look again after ever longer pauses. Between two groups of a busy writer there
is a fraction of a millisecond, so others look in vain for seconds. Here they stand in line: who waits keeps
the door, and who has just written finds it kept. Where there is no line, or somebody in it stands still,
SQLite alone decides, as it does in any case: this is only about how long it takes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy.engine import URL

ENDING: Final = "-turns"
"""Of the name of the file beside the database whose first bytes are locked. Nothing is written to it."""

_DOOR: Final = 0
_TURN: Final = 1
_PATIENCE_SECONDS: Final = 1.0
"""A writer is seldom longer at work. Who waited for so long in vain leaves the line alone for a while."""
_ALONE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.001


class Turns:
    """One writer's place in the line. It is asked for by one thread.

    The locks are the process's: they end with it, and a child does not have them.
    """

    def __init__(self, path: str, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._path = path
        self._patience_seconds = patience_seconds
        self._file: int | None = None
        self._alone_until = 0.0

    @classmethod
    def beside(cls, url: URL) -> Turns:
        """Return the line of those who write a SQLite file."""
        return cls(f"{url.database}{ENDING}")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, though not for long, and have it inside."""
        if time.monotonic() < self._alone_until:
            yield
            return
        has_it = self._take()
        if not has_it:
            self._alone_until = time.monotonic() + _ALONE_SECONDS
        try:
            yield
        finally:
            if has_it:
                self._let_go(_TURN)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self) -> bool:
        until = time.monotonic() + self._patience_seconds
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if not _got(self._file, _DOOR, until):
                return False
            try:
                return _got(self._file, _TURN, until)
            finally:
                self._let_go(_DOOR)
        except OSError:
            # A folder that takes no file, or a disk that knows no locks.
            return False

    def _let_go(self, place: int) -> None:
        if self._file is not None:
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)


def _got(file: int, place: int, until: float) -> bool:
    while True:
        # Systems differ in how they say that somebody else has it.
        with suppress(BlockingIOError, PermissionError):
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE_SECONDS)
