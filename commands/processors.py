"""Which processors the processes of a household may use, where the system lets that be said (Linux)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_LOOKS: Final = 3
"""How often a process is looked at, at most, for threads that have begun meanwhile."""


def ours() -> frozenset[int]:
    """Return the processors this process may use; none where the system does not tell."""
    if sys.platform != "linux":
        return frozenset()
    return frozenset(os.sched_getaffinity(0))


def all_but_one(processors: frozenset[int]) -> frozenset[int]:
    """Return these processors without the first of them, or all where there is only one."""
    return frozenset(sorted(processors)[1:] or processors)


def keep_to(processors: frozenset[int], pids: Iterable[int]) -> None:
    """Have every thread of these processes, and those that they begin, run on these processors alone.

    One that has ended, or is not ours to move, is left as it is; so are all where there are no processors.
    """
    if sys.platform != "linux" or not processors:
        return
    for pid in pids:
        done: set[str] = set()
        for _ in range(_LOOKS):
            begun = _threads(pid) - done
            if not begun:
                break
            for thread in begun:
                with suppress(OSError):
                    os.sched_setaffinity(int(thread), processors)
            done |= begun


def _threads(pid: int) -> set[str]:
    try:
        return {entry.name for entry in Path(f"/proc/{pid}/task").iterdir()}
    except OSError:
        return set()
