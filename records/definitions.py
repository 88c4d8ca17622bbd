"""Reads the published process definitions from their folder, and the local overlays that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from domain.library import Library, without_overlay
from domain.overlays import WrittenOverlay, read_written
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
    editions = [_read(file, folder) for file in files]
    return Library.of([*editions, *_local(folder, editions)])


def overlay_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of all local overlays, in order."""
    return tuple(sorted(folder.glob("overlays/*.yaml")))


def overlay_file(folder: Path, edition: Process) -> Path | None:
    """Return the file of the local overlay an edition has, or None where it is gone."""
    for file in overlay_files(folder):
        said = _written(file, folder).overlay
        of = said.of.process, said.of.version
        if (said.overlay, *of) == (edition.overlay, edition.process, without_overlay(edition.version)):
            return file
    return None


def _local(folder: Path, editions: Iterable[Process]) -> Iterator[Process]:
    """Yield each overlay on the version it belongs to; one of a process that is not here is passed over."""
    known = {(edition.process, edition.version): edition for edition in editions}
    for file in overlay_files(folder):
        of = _written(file, folder).overlay.of
        base = known.get((of.process, of.version))
        if base is not None:
            yield _local_version(*_said_in(file, folder), _Same(base))


def _written(file: Path, folder: Path) -> WrittenOverlay:
    return _overlay(*_said_in(file, folder))


@lru_cache(maxsize=64)
def _overlay(text: str, name: str) -> WrittenOverlay:
    """Return an overlay, read once, as definitions are."""
    return read_written(text, name)


class _Same:
    """A definition that is the same as another where the two were published with the same words."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._known_by = (process.process, process.version, process.digest)

    def __hash__(self) -> int:
        return hash(self._known_by)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._known_by == other._known_by


@lru_cache(maxsize=64)
def _local_version(text: str, name: str, base: _Same) -> Process:
    """Return a version with an overlay, put together once: to prove that it loosens nothing takes longest."""
    return _overlay(text, name).on(base.process)


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
    return _process(*_said_in(file, folder))


def _said_in(file: Path, folder: Path) -> tuple[str, str]:
    """Return what a file says, and its name in the folder."""
    return file.read_text(encoding="utf-8"), file.relative_to(folder).as_posix()


@lru_cache(maxsize=64)
def _process(text: str, name: str) -> Process:
    """Return a definition, read once: the same text means the same, and a process reads it several times."""
    return read_process(text, name)
