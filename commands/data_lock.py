"""One set of processes per data folder: two servers on the same files would spoil them."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from commands.failures import CommandFailed

_PAUSE = 0.1


class DataLock:
    """A lock on a data folder, held until every process that inherited it has ended.

    The kernel keeps it, so a crash leaves none behind; the file beside it only says who holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._fd = -1

    @property
    def fd(self) -> int:
        """The descriptor that children inherit."""
        return self._fd

    def take(self, *, patience: float = 15) -> None:
        """Take the lock. Waits up to `patience` seconds for the children of a holder that is gone itself.

        Raises CommandFailed where a holder lives, naming it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up_at = time.monotonic() + patience
        while not self._try():
            holder = self.holder()
            if _is_alive(holder.get("pid", 0)) or time.monotonic() > give_up_at:
                os.close(self._fd)
                where = f", at {holder['api']}" if "api" in holder else ""
                raise CommandFailed(
                    f"already up on {self._path.parent} (process {holder.get('pid', 'unknown')}{where}): "
                    "stop that one first, or choose another folder with --data"
                )
            time.sleep(_PAUSE)
        self.describe({"pid": os.getpid()})

    def describe(self, holder: dict[str, Any]) -> None:
        """Write down who holds the lock, for others to read."""
        os.truncate(self._fd, 0)
        os.pwrite(self._fd, json.dumps(holder).encode(), 0)

    def holder(self) -> dict[str, Any]:
        """Return what the holder wrote; empty where it could not."""
        try:
            told = json.loads(self._path.read_text("utf-8") or "{}")
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def release(self) -> None:
        """Give the lock back, as far as this process is concerned."""
        if self._fd >= 0:
            self.describe({})
            os.close(self._fd)
            self._fd = -1

    def _try(self) -> bool:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
