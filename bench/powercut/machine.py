"""A machine whose power can be cut: the forgetful disk, and `accede up` with its data on it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bench.powercut.disk import Mercy

ACCEDE = (sys.executable, "-P", "-m", "cli")
WEAK = Path(__file__).parent / "weak"
"""Put on the path of modules, it makes the record write with synchronous=NORMAL: the planted fault."""


class NoFuse(Exception):
    """This machine cannot mount file systems of its own."""


def check_fuse() -> None:
    """Raise NoFuse, with what to do, where the disk cannot be mounted."""
    try:
        import mfusepy  # type: ignore[import-untyped] # noqa: F401, PLC0415 - loads the system's library, or says that there is none
    except (ImportError, OSError) as error:
        raise NoFuse("FUSE's library is missing; on Debian: apt-get install libfuse3-3") from error
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        raise NoFuse("/dev/fuse is missing or closed to this user")


@dataclass
class Machine:
    """One machine: `state` is what its disk holds without power, `disk` where it is mounted."""

    folder: Path
    weak: bool = False
    told: dict[str, Any] = field(default_factory=dict)
    _disk: subprocess.Popen[bytes] | None = None
    _house: subprocess.Popen[str] | None = None
    _switch: socket.socket | None = None

    @property
    def state(self) -> Path:
        """The folder with what survived."""
        return self.folder / "state"

    @property
    def disk(self) -> Path:
        """The folder where programs see the disk."""
        return self.folder / "disk"

    def prepare(self) -> None:
        """Fill the disk with a demonstration organisation, with the power on for good."""
        self.state.mkdir(parents=True)
        self.disk.mkdir()
        self._start_house(self.state, "--demo")
        self._stop_house()

    def copied(self, folder: Path, *, weak: bool) -> Machine:
        """Return a machine of its own whose disk holds the same."""
        shutil.copytree(self.state, folder / "state")
        (folder / "disk").mkdir()
        return Machine(folder, weak=weak)

    def switch_on(self) -> None:
        """Mount the disk and start everything. Raises NoFuse, RuntimeError."""
        self._start_disk()
        try:
            self._start_house(self.disk)
        except RuntimeError:
            # A machine busy with other tests may be too slow for `accede up`; a broken disk fails twice.
            self._start_house(self.disk)

    def cut(self, mercy: Mercy, seed: int) -> int:
        """Cut the power, and return how many writes were at risk.

        The disk stops first, as everything stops at once: what a program says after that rests on what it
        had waited for before.
        """
        if self._switch is None:
            raise RuntimeError("the power is off already")
        self._switch.sendall(f"cut {mercy} {seed}".encode())
        at_risk = int(self._switch.recv(100).split()[1])
        self._kill_house()
        self._stop_disk()
        return at_risk

    def switch_off(self) -> None:
        """Stop everything in order, keeping all."""
        if self._switch is not None and self._house is not None and self._house.poll() is None:
            self._stop_house()
            os.sync()
            self.cut("none", 0)
        self._kill_house()
        self._stop_disk()

    def databases(self) -> tuple[Path, Path]:
        """Return the record's file and Temporal's, as the cut left them."""
        return self.state / "accede.db", self.state / "temporal.db"

    def _start_disk(self) -> None:
        address = self.folder / "switch"
        address.unlink(missing_ok=True)
        argv = [
            sys.executable,
            "-m",
            "bench.powercut.mounting",
            str(self.disk),
            str(self.state),
            str(address),
        ]
        with (self.folder / "disk.log").open("ab") as log:
            self._disk = subprocess.Popen(argv, stdout=log, stderr=log)
        until(lambda: self.disk.is_mount() or self._disk_ended(), 20)
        if not self.disk.is_mount():
            said = (self.folder / "disk.log").read_text("utf-8", "replace").strip().splitlines()
            raise NoFuse(f"the disk could not be mounted: {said[-1] if said else 'it said nothing'}")
        self._switch = socket.socket(socket.AF_UNIX)
        self._switch.connect(str(address))

    def _disk_ended(self) -> bool:
        return self._disk is not None and self._disk.poll() is not None

    def _stop_disk(self) -> None:
        if self._switch is not None:
            self._switch.close()
            self._switch = None
        if self._disk is not None:
            self._disk.kill()
            self._disk.wait()
            self._disk = None
        subprocess.run(["umount", "--lazy", str(self.disk)], check=False, capture_output=True)

    def _start_house(self, data: Path, *arguments: str) -> None:
        paths = [str(WEAK)] if self.weak else []
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ACCEDE_")},
            "PYTHONPATH": os.pathsep.join([*paths, str(Path(__file__).parents[2])]),
        }
        with (self.folder / "house.log").open("ab") as log:
            self._house = subprocess.Popen(
                [*ACCEDE, "up", "--data", str(data), "--port", "0", "--json", *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
            )
        line = _said(self._house.stdout)
        if not line:
            self._ended()
            raise RuntimeError(f"it did not start: {(self.folder / 'house.log').read_text('utf-8')[-2000:]}")
        self.told = json.loads(line)

    def _stop_house(self) -> None:
        if self._house is not None:
            self._house.terminate()
            self._ended()

    def _kill_house(self) -> None:
        if self._house is None:
            return
        for pid in (self._house.pid, *_below(self._house.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._ended()

    def _ended(self) -> None:
        if self._house is not None:
            self._house.wait(60)
            if self._house.stdout is not None:
                self._house.stdout.close()
            self._house = None


def until(condition: Any, within: float) -> None:  # noqa: ANN401 - anything that can be asked
    """Wait for a condition. Raises TimeoutError after `within` seconds."""
    give_up_at = time.monotonic() + within
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError("it did not come about in time")
        time.sleep(0.05)


def problems_of(database: Path) -> list[str]:
    """Return what SQLite finds wrong with a file; nothing for a whole one. A copy is read, not the file."""
    copy = database.parent.parent / "looked-at"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for part in database.parent.glob(f"{database.name}*"):
        if not part.name.endswith("-shm"):
            shutil.copy(part, copy / part.name)
    connection = sqlite3.connect(copy / database.name)
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    finally:
        connection.close()
    return [] if found == ["ok"] else found


def _said(stream: IO[str] | None) -> str:
    return "" if stream is None else stream.readline()


def _below(pid: int) -> list[int]:
    """Return the processes that come from one, itself left out."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = place.read_text("utf-8").rpartition(")")[2].split()
            parents[int(place.parent.name)] = int(fields[1])
    found, looked_at = [], [pid]
    while looked_at:
        above = looked_at.pop()
        children = [child for child, parent in parents.items() if parent == above]
        found += children
        looked_at += children
    return found
