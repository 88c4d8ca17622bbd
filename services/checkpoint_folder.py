"""A folder that gets every checkpoint: best one on another machine, where nobody here writes over it."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Final

import structlog

from domain.checkpoints import Checkpoint
from domain.notes import BadNote, read_note
from records.checkpoints import KeptCheckpoint

_log = structlog.get_logger(__name__)

ENDING: Final = ".checkpoint"


class CheckpointFolder:
    """Files named by size and key, each written whole, none written twice."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when it is missing."""
        self._folder = folder

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint there; None where there is none, or the folder cannot be read."""
        try:
            names = sorted((file.name for file in self._folder.glob(f"*{ENDING}")), reverse=True)
            for name in names:
                return Checkpoint.read(read_note((self._folder / name).read_text("utf-8")).text)
        except (OSError, BadNote, UnicodeDecodeError) as trouble:
            _log.warning("the folder of checkpoints cannot be read", reason=type(trouble).__name__)
        return None

    async def publish(self, checkpoint: KeptCheckpoint) -> None:
        """Write a checkpoint there, unless it is there already."""
        try:
            await asyncio.to_thread(self._write, checkpoint)
        except OSError as trouble:
            _log.error("a checkpoint did not reach its folder", reason=trouble.strerror, size=checkpoint.size)

    def _write(self, checkpoint: KeptCheckpoint) -> None:
        file = self._folder / f"{checkpoint.size:012d}-{checkpoint.key_id}{ENDING}"
        if file.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{secrets.token_hex(8)}")
        with draft.open("x", encoding="utf-8") as opened:
            opened.write(checkpoint.whole)
            opened.flush()
            os.fsync(opened.fileno())
        draft.rename(file)
