"""The forgetful disk as a file system: `python -m bench.powercut.mounting MOUNT STATE SOCKET`.

STATE is the folder the disk starts from, and the one a cut writes what is left into. Through the socket it
is told `cut <mercy> <seed>`: it stops answering programs, writes what is left, says `cut`, and ends when the
other side hangs up. Needs FUSE: Linux, /dev/fuse, and the Debian package libfuse3-3 (or libfuse2).
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import mfusepy  # type: ignore[import-untyped] # the package says nothing of its types

from bench.powercut.disk import Cut, Disk, File, Mercy, Write

F = TypeVar("F", bound=Callable[..., Any])


def _one_at_a_time(operation: F) -> F:
    """Let an operation wait while a cut is under way; it is never answered after one."""

    @wraps(operation)
    def waits(mounted: Mounted, *arguments: object, **named: object) -> object:
        with mounted.stopped:
            return operation(mounted, *arguments, **named)

    return cast("F", waits)


class Mounted(mfusepy.Operations):  # type: ignore[misc] # the same
    """The operations of a file system, each on the disk in memory."""

    use_ns = True

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.stopped = threading.RLock()
        self._handles: dict[int, File] = {}
        self._next = 0

    @_one_at_a_time
    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        """Return what `stat` asks for."""
        file = self._handles.get(fh) if fh else self.disk.files.get(path)
        if file is not None:
            return self._attributes(stat.S_IFREG | 0o600, len(file.seen), file.links)
        if path in self.disk.folders:
            return self._attributes(stat.S_IFDIR | 0o700, 0, 2)
        raise mfusepy.FuseOSError(errno.ENOENT)

    @_one_at_a_time
    def readdir(self, path: str, fh: int) -> list[str]:  # noqa: ARG002 - FUSE's own signature
        """Return the names in a folder."""
        return [".", "..", *self.disk.names_in(path)]

    @_one_at_a_time
    def create(self, path: str, mode: int, fi: object = None) -> int:  # noqa: ARG002 - the same
        """Make a file and open it."""
        return self._opened(self.disk.make(path))

    @_one_at_a_time
    def open(self, path: str, flags: int) -> int:
        """Open a file."""
        file = self._file(path)
        if flags & os.O_TRUNC:
            file.change(Cut(0))
        return self._opened(file)

    @_one_at_a_time
    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:  # noqa: ARG002 - the same
        """Return bytes as programs see them."""
        return bytes(self._handles[fh].seen[offset : offset + size])

    @_one_at_a_time
    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:  # noqa: ARG002 - the same
        """Write, without any promise."""
        self._handles[fh].change(Write(offset, bytes(data)))
        return len(data)

    @_one_at_a_time
    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        """Change the length, without any promise."""
        (self._handles[fh] if fh else self._file(path)).change(Cut(length))
        return 0

    @_one_at_a_time
    def fsync(self, path: str, datasync: int, fh: int) -> int:  # noqa: ARG002 - the same
        """Keep a file."""
        self.disk.sync_file(self._handles[fh])
        return 0

    @_one_at_a_time
    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:  # noqa: ARG002 - the same
        """Keep the names in a folder."""
        self.disk.sync_folder(path)
        return 0

    @_one_at_a_time
    def release(self, path: str, fh: int) -> int:  # noqa: ARG002 - the same
        """Close a file, which keeps nothing."""
        self._handles.pop(fh, None)
        return 0

    @_one_at_a_time
    def unlink(self, path: str) -> int:
        """Take a name away."""
        self._file(path)
        self.disk.unlink(path)
        return 0

    @_one_at_a_time
    def rename(self, old: str, new: str) -> int:
        """Move."""
        self.disk.rename(old, new)
        return 0

    @_one_at_a_time
    def link(self, target: str, source: str) -> int:
        """Give a file a second name."""
        self.disk.link(source, target)
        return 0

    @_one_at_a_time
    def mkdir(self, path: str, mode: int) -> int:  # noqa: ARG002 - the same
        """Make a folder."""
        self.disk.folders.add(path)
        return 0

    @_one_at_a_time
    def rmdir(self, path: str) -> int:
        """Remove an empty folder."""
        if self.disk.names_in(path):
            raise mfusepy.FuseOSError(errno.ENOTEMPTY)
        self.disk.folders.discard(path)
        return 0

    def chmod(self, path: str, mode: int) -> int:  # noqa: ARG002 - the same
        """Accept; one person uses this disk."""
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:  # noqa: ARG002 - the same
        """Accept, likewise."""
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:  # noqa: ARG002 - the same
        """Accept; the disk keeps no times."""
        return 0

    def statfs(self, path: str) -> dict[str, int]:  # noqa: ARG002 - the same
        """Say that there is room."""
        return {
            "f_bsize": 4096,
            "f_frsize": 4096,
            "f_blocks": 1 << 22,
            "f_bfree": 1 << 21,
            "f_bavail": 1 << 21,
        }

    def _file(self, path: str) -> File:
        try:
            return self.disk.files[path]
        except KeyError:
            raise mfusepy.FuseOSError(errno.ENOENT) from None

    def _opened(self, file: File) -> int:
        self._next += 1
        self._handles[self._next] = file
        return self._next

    @staticmethod
    def _attributes(mode: int, size: int, links: int) -> dict[str, int]:
        now = time.time_ns()
        who = {"st_uid": os.getuid(), "st_gid": os.getgid()}
        when = {"st_mtime": now, "st_ctime": now, "st_atime": now}
        return {"st_mode": mode, "st_nlink": links, "st_size": size, **who, **when}


def obey(mounted: Mounted, state: Path, listening: socket.socket) -> None:
    """Wait for the cut; write what is left; end when the other side hangs up."""
    connection, _ = listening.accept()
    with connection:
        asked = connection.recv(100).decode().split()
        mounted.stopped.acquire()
        at_risk = mounted.disk.unsynced()
        shutil.rmtree(state)
        state.mkdir()
        mounted.disk.cut_into(state, cast("Mercy", asked[1]), int(asked[2]))
        connection.sendall(f"cut {at_risk}".encode())
        connection.recv(1)
    os._exit(0)


def main(mount: str, state: str, address: str) -> None:
    """Mount and serve until the cut."""
    mounted = Mounted(Disk.loaded(Path(state)))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(1)
        threading.Thread(target=obey, args=(mounted, Path(state), listening), daemon=True).start()
        mfusepy.FUSE(mounted, mount, foreground=True, nothreads=True, hard_remove=True, fsname="powercut")


if __name__ == "__main__":
    main(*sys.argv[1:4])
