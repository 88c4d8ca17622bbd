"""The disk of the record becomes full, and has room again later."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from bench.chaos.asking import Request
from bench.chaos.membership import PROCESS
from bench.chaos.trials.staging import Stage, staged
from bench.promises import Promise

_ROOM = "48m"
_FULL_FOR = 2.0
_MORE = 100
_PAUSE = 0.05


class NeedsRoot(Exception):
    """A small file system can be mounted by root alone."""


async def trial(folder: Path, seed: int) -> list[Promise]:
    """Fill the small file system of a SQLite record and its documents, under load. Raises NeedsRoot."""
    with small_disk(folder / "disk") as disk:
        async with staged(folder, "sqlite", seed, data=disk) as stage:
            found = await fill(stage, seed)
        return [*stage.promises("disk"), *found]


async def fill(stage: Stage, seed: int) -> list[Promise]:
    """Fill the disk of the stage's data and empty it again; return what is promised of both."""
    filler = stage.household.data / "filler"
    letter = await _letter(stage)
    _write_until_full(filler)
    act = await _is_refused(stage, letter)
    document = await _document_is_refused(stage, random.Random(seed))
    await asyncio.sleep(_FULL_FOR)
    filler.unlink()
    recovered = await stage.acknowledged(20, within=60)
    return [
        Promise("disk.named", "refusals that name the full disk, of 2", act + document, 2, "", at_most=False),
        Promise("disk.recovered", "acts go on once there is room", recovered, 1, "", at_most=False),
    ]


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mount a small file system for the length of a block. Raises NeedsRoot."""
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM}", "accede-chaos", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        raise NeedsRoot("only root can mount a small file system: run this trial as root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


async def _letter(stage: Stage) -> str:
    token = stage.load.branches[0].tokens["organisation-member"]
    request = Request("POST", "/v1/materials", token, document=b"a letter, before the disk is full")
    return str((await stage.door.act(request, stage.door.next_marker()))["id"])


async def _is_refused(stage: Stage, letter: str) -> bool:
    """Return whether acts come to be refused as storage-full.

    There is room inside the files for some more: the journal is written over and over in its own place.
    """
    branch = stage.load.branches[0]
    api, token = stage.household.addresses.apis[0], branch.tokens["organisation-member"]
    for subject in branch.applicants[-_MORE:]:
        body = {
            "process": PROCESS,
            "subject": subject,
            "unit": branch.unit,
            "materials": {"application-letter": [letter]},
        }
        if await _refused_as_full(stage, api, Request("POST", "/v1/cases", token, body)):
            return True
        await asyncio.sleep(_PAUSE)
    return False


async def _document_is_refused(stage: Stage, chance: random.Random) -> bool:
    """Return whether a document is refused as storage-full."""
    token = stage.load.branches[0].tokens["organisation-member"]
    request = Request("POST", "/v1/materials", token, document=chance.randbytes(1 << 18))
    return await _refused_as_full(stage, stage.household.addresses.apis[0], request)


async def _refused_as_full(stage: Stage, api: str, request: Request) -> bool:
    answer = await stage.door.once(api, request, "")
    found = answer.json()
    named: bool = found.get("type") == "/problems/storage-full"
    return answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE and named


def _write_until_full(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb") as filler:
        try:
            while True:
                os.write(filler.fileno(), b"\0" * 4096)
        except OSError:
            return
