"""Reads the published process definitions from their folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from domain.library import Library
from domain.process import Process
from domain.reading import read_process

_NOT_DEFINITIONS = frozenset({"scenarios", "overlays"})


def read_library(folder: Path) -> Library:
    """Return every definition in `folder`: one folder for each process, one file for each version.

    Raises:
        FileNotFoundError: there is no such folder, or nothing in it.
        domain.reading.DefinitionError: a file is not a sound definition.
        domain.library.UnsoundLibrary: the versions do not fit together.
    """
    files = definition_files(folder)
    if not files:
        raise FileNotFoundError(f"no process definitions in {folder}")
    return Library.of(_read(file, folder) for file in files)


def definition_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of all definitions, in order; scenarios and overlays are none."""
    return tuple(
        sorted(
            file
            for file in folder.glob("*/*.yaml")
            if not _NOT_DEFINITIONS.intersection((file.stem, file.parent.name))
        )
    )


def _read(file: Path, folder: Path) -> Process:
    return _process(file.read_text(encoding="utf-8"), file.relative_to(folder).as_posix())


@lru_cache(maxsize=64)
def _process(text: str, name: str) -> Process:
    """Return a definition, read once: the same text means the same, and a process reads it several times."""
    return read_process(text, name)
