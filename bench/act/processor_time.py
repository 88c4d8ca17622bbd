"""How much processor time a group of processes has used, read from /proc (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def used_by(roots: Iterable[int], *, descend: bool = True) -> float:
    """Return seconds used by these processes and, with `descend`, by all that they started."""
    pids = set(roots)
    parents = _parents() if descend else {}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in pids} - pids
        pids |= more
        grown = bool(more)
    return sum(_used(pid, descend=descend) for pid in pids)


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _fields(int(folder.name))):
            found[int(folder.name)] = int(fields[1])
    return found


def _used(pid: int, *, descend: bool) -> float:
    # utime, stime, and the same of children that ended and were waited for.
    return sum(map(int, _fields(pid)[11 : 15 if descend else 13])) * _TICK


def _fields(pid: int) -> list[str]:
    """Return what follows the name of a process in its stat: state, parent, …; nothing where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()
