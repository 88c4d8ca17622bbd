"""Where a backup is put, and how: under its final name once it is whole, as a folder or as one file."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from commands.failures import CommandFailed

_PACKED: Final = ".tar"


def place_for(wanted: Path | None, default_folder: Path, now: datetime) -> Path:
    """Return where a backup made `now` goes.

    A folder that is there gets it under a name of its own; any other path is its name, which ends in `.tar`
    where it is to be one file. Raises CommandFailed where something has that name.
    """
    named = f"accede-{now:%Y-%m-%dT%H%M%SZ}"
    if wanted is None:
        place = default_folder / named
    elif wanted.is_dir():
        place = wanted / named
    else:
        place = wanted
    if place.exists():
        raise CommandFailed(f"{place} is there already: choose another name with --to")
    return place.absolute()


@contextmanager
def shelf(place: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which is put in its place at the end of the block.

    Where the block or the machine fails, nothing has that name; a folder `.….partial-…` beside it may stay
    and can be deleted. Only the user who runs this can read it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{place.name}.partial-", dir=place.parent))
    try:
        folder = partial / place.name.removesuffix(_PACKED)
        folder.mkdir(mode=0o700)
        yield folder
        if place.suffix == _PACKED:
            made = _packed(folder, partial / "whole")
        else:
            made = folder
            _reach_the_disk(folder, *folder.rglob("*"))
        made.rename(place)
        _reach_the_disk(place.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def taken_from_shelf(place: Path) -> Iterator[Path]:
    """Give the folder of a backup, unpacked beside it for the length of the block where it is one file.

    Raises CommandFailed where it cannot be read.
    """
    if place.is_dir():
        yield place
        return
    if not place.is_file():
        raise CommandFailed(f"there is no backup at {place}")
    with tempfile.TemporaryDirectory(prefix=f".{place.name}.unpacked-", dir=place.parent) as folder:
        try:
            with tarfile.open(place) as packed:
                packed.extractall(folder, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise CommandFailed(f"{place} cannot be unpacked: it is not what was written") from error
        found = list(Path(folder).iterdir())
        if len(found) != 1:
            raise CommandFailed(f"{place} holds no backup")
        yield found[0]


def _packed(folder: Path, file: Path) -> Path:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as packed:
            packed.add(folder, arcname=folder.name)
        out.flush()
        os.fsync(out.fileno())
    return file


def _reach_the_disk(*places: Path) -> None:
    """Return once files, and the names in folders, survive a power cut."""
    for place in places:
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
