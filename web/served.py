"""What pages load besides themselves: styles, scripts, icons. Read once, packed once, cached for ever.

The address of a file holds its digest: what is in a browser's cache never goes stale, and a new release is
seen at once. What a process starts with asks for `files()`: no request waits for it.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from web.styling import needed, shortened, words_in

_FOLDER: Final = Path(__file__).parent / "static"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/manifest+json",
}
_DIGITS: Final = 16

STYLES: Final = "accede.css"
"""The one file of styles: ours, and before it what is needed of Tabler."""


@dataclass(frozen=True)
class ServedFile:
    """One file, as it is and packed."""

    name: str
    digest: str
    media_type: str
    content: bytes
    packed: bytes

    @property
    def address(self) -> str:
        """Where it is found as long as it has this content."""
        return f"/static/{self.digest}/{self.name}"


@cache
def files() -> dict[str, ServedFile]:
    """Return every file by its name below the folder; all styles are one file, which is fetched at once."""
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _KINDS and path.suffix != ".css")
    found = (_file(path.relative_to(_FOLDER).as_posix(), path.read_bytes()) for path in paths)
    return {file.name: file for file in (_file(STYLES, _styles()), *found)}


def styles() -> ServedFile:
    """Return the one file of styles."""
    return files()[STYLES]


def address_of(name: str) -> str:
    """Return the address of a file. Raises KeyError: a page that names what is not there is broken."""
    return files()[name].address


def _styles() -> bytes:
    """Return ours after what pages could show of Tabler."""
    ours = (_FOLDER / STYLES).read_text("utf-8")
    others = (_FOLDER / "vendor" / "tabler.css").read_text("utf-8")
    room = _FOLDER.parent
    told = (*room.glob("templates/**/*.html"), *room.rglob("*.py"), *_FOLDER.glob("*.js"))
    return f"{needed(others, words_in(told), ours)}\n{shortened(ours)}".encode()


def _file(name: str, content: bytes) -> ServedFile:
    return ServedFile(
        name=name,
        digest=hashlib.sha256(content).hexdigest()[:_DIGITS],
        media_type=_KINDS[Path(name).suffix],
        content=content,
        # The time is left out, so that the same content is packed to the same bytes.
        packed=gzip.compress(content, compresslevel=9, mtime=0),
    )
