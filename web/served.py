"""What pages load besides themselves: styles, scripts, icons. Read once, packed once, cached for ever.

The address of a file holds its digest: what is in a browser's cache never goes stale, and a new release is
seen at once.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "static"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/manifest+json",
}
_DIGITS: Final = 16


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
    """Return every file by its name below the folder."""
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _KINDS)
    found = (_read(path) for path in paths)
    return {file.name: file for file in found}


def address_of(name: str) -> str:
    """Return the address of a file. Raises KeyError: a page that names what is not there is broken."""
    return files()[name].address


def _read(path: Path) -> ServedFile:
    content = path.read_bytes()
    return ServedFile(
        name=path.relative_to(_FOLDER).as_posix(),
        digest=hashlib.sha256(content).hexdigest()[:_DIGITS],
        media_type=_KINDS[path.suffix],
        content=content,
        # The time is left out, so that the same content is packed to the same bytes.
        packed=gzip.compress(content, compresslevel=9, mtime=0),
    )
