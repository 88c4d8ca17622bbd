"""A disk in memory that keeps, after a power cut, only what a program waited for.

Contents are kept by `fsync` of the file, names by `fsync` of their folder, or of the file for the name it was
made under, as journalling file systems do. Everything else is at the mercy of the cut: all of it is lost, or
each write on its own, in whole or from some sector on, as a seeded chance says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

SECTOR: Final = 512
"""Bytes that a disk writes whole or not at all."""

Mercy = Literal["none", "some"]
"""What survives of the writes nobody waited for: nothing, or whatever chance leaves."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written at an offset."""

    offset: int
    data: bytes

    def on(self, content: bytearray) -> None:
        """Do it."""
        end = self.offset + len(self.data)
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        content[self.offset : end] = self.data

    def torn(self, chance: random.Random) -> Write:
        """Return the write as it is when the power goes while it is under way."""
        return Write(self.offset, self.data[: SECTOR * chance.randint(0, len(self.data) // SECTOR + 1)])


@dataclass(frozen=True, slots=True)
class Cut:
    """A new length."""

    length: int

    def on(self, content: bytearray) -> None:
        """Do it."""
        if self.length < len(content):
            del content[self.length :]
        else:
            content.extend(bytes(self.length - len(content)))

    def torn(self, chance: random.Random) -> Cut:  # noqa: ARG002 - a length changes whole or not at all
        """Return the change itself."""
        return self


@dataclass(eq=False, slots=True)
class File:
    """A file as programs see it, as the disk has it, and what lies between the two."""

    made_as: str = ""
    seen: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    waiting: list[Write | Cut] = field(default_factory=list)
    links: int = 1

    def change(self, change: Write | Cut) -> None:
        """Change what programs see; the disk has it once somebody syncs."""
        change.on(self.seen)
        self.waiting.append(change)

    def sync(self) -> None:
        """Bring everything to the disk."""
        for change in self.waiting:
            change.on(self.kept)
        self.waiting.clear()

    def after_a_cut(self, mercy: Mercy, chance: random.Random) -> bytes:
        """Return what is left of the content."""
        left = bytearray(self.kept)
        if mercy == "some":
            for change in self.waiting:
                luck = chance.random()
                if luck < 0.4:
                    change.on(left)
                elif luck < 0.5:
                    change.torn(chance).on(left)
        return bytes(left)


class Disk:
    """Files by path, as FUSE gives it: absolute, without a slash at the end, `/` being the root."""

    def __init__(self) -> None:
        self.folders: set[str] = {"/"}
        self.files: dict[str, File] = {}
        self._kept_folders: set[str] = {"/"}
        self._kept_files: dict[str, File] = {}

    @classmethod
    def loaded(cls, folder: Path) -> Disk:
        """Return a disk that holds, safely, what a folder holds."""
        disk = cls()
        for path in sorted(folder.rglob("*")):
            name = "/" + path.relative_to(folder).as_posix()
            if path.is_dir():
                disk.folders.add(name)
            else:
                content = path.read_bytes()
                disk.files[name] = File(name, bytearray(content), bytearray(content))
        disk._kept_folders, disk._kept_files = set(disk.folders), dict(disk.files)
        return disk

    def make(self, path: str) -> File:
        """Make an empty file."""
        self.files[path] = made = File(path)
        return made

    def link(self, old: str, new: str) -> None:
        """Give a file a second name."""
        self.files[new] = self.files[old]
        self.files[new].links += 1

    def rename(self, old: str, new: str) -> None:
        """Move a file, or a folder with all that is in it, over whatever is there."""
        if old in self.files:
            self.files[new] = self.files.pop(old)
            return
        for known in [path for path in self.folders if path == old or path.startswith(old + "/")]:
            self.folders.remove(known)
            self.folders.add(new + known[len(old) :])
        for path in [path for path in self.files if path.startswith(old + "/")]:
            self.files[new + path[len(old) :]] = self.files.pop(path)

    def unlink(self, path: str) -> None:
        """Take a name away."""
        self.files.pop(path).links -= 1

    def sync_file(self, file: File) -> None:
        """Keep a file's content, and the name it was made under while it still has it."""
        file.sync()
        if self.files.get(file.made_as) is file:
            self._keep_folders_to(file.made_as)
            self._kept_files[file.made_as] = file

    def sync_folder(self, path: str) -> None:
        """Keep the names in a folder: those that came and those that went."""
        self._keep_folders_to(path + "/.")
        inside = [name for name in self._kept_files if _parent(name) == path]
        for name in inside:
            if name not in self.files:
                del self._kept_files[name]
        for name, file in self.files.items():
            if _parent(name) == path:
                self._kept_files[name] = file
        self._kept_folders |= {one for one in self.folders if _parent(one) == path}
        gone = {one for one in self._kept_folders if _parent(one) == path and one not in self.folders}
        self._kept_folders -= gone

    def names_in(self, path: str) -> list[str]:
        """Return the names in a folder."""
        inside = [*self.files, *(one for one in self.folders if one != "/")]
        return [name.rsplit("/", 1)[1] for name in inside if _parent(name) == path]

    def unsynced(self) -> int:
        """Return how many changes a cut would put at risk now."""
        return sum(len(file.waiting) for file in self.files.values())

    def cut_into(self, folder: Path, mercy: Mercy, seed: int) -> None:
        """Write what a power cut leaves into an empty folder."""
        chance = random.Random(seed)
        for path in sorted(self._kept_folders):
            (folder / path[1:]).mkdir(parents=True, exist_ok=True)
        for path in sorted(self._kept_files):
            place = folder / path[1:]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self._kept_files[path].after_a_cut(mercy, chance))

    def _keep_folders_to(self, path: str) -> None:
        while (path := _parent(path)) != "/":
            self._kept_folders.add(path)


def _parent(path: str) -> str:
    return "" if path == "/" else path.rsplit("/", 1)[0] or "/"
