"""The log of what was asked and what was acknowledged: a line of JSON each, on the disk before it counts."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class SyncedLog:
    """A file of lines; `write` returns once the line survives a power cut."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def write(self, **line: Any) -> float:  # noqa: ANN401 - any JSON
        """Append one line with the moment it was written, and return that moment in seconds (Unix time)."""
        at = time.time()
        text = json.dumps({"at": at, **line}, ensure_ascii=False, separators=(",", ":"))
        os.write(self._fd, text.encode() + b"\n")
        os.fdatasync(self._fd)
        return at


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a log; a last line that was cut off in the middle counts as never written."""
    if not path.exists():
        return []
    whole, _, _ = path.read_text("utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.split("\n") if line]
