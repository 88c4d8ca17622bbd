"""What a backup says of itself: which parts it has, how many rows, and the digest of each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from records.copying import Heads, Shape

FORMAT: Final = "accede-backup/1"
MANIFEST: Final = "manifest.json"
LEFT_OUT: Final = ("sessions", "login_attempts", "familiar_places", "unfinished")
"""Tables that no backup has: an older record must not open a session that was ended since."""

_PIECE: Final = 1 << 20


class BackupSpoilt(Exception):
    """A backup is not what was written. The message names the part and says what is wrong with it."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TablePart(_Told):
    """The rows of one table: a line of JSON for each, compressed."""

    file: str
    size: int
    """Bytes of the file, which `sha256` is about."""
    sha256: str
    shape: Shape
    rows: int
    digest: str
    """The sum over the rows, whatever their order."""


class DocumentsPart(_Told):
    """The documents, each a file named by its own digest."""

    included: bool
    number: int = 0
    size: int = 0
    """Bytes of all."""
    missing: tuple[str, ...] = ()
    """Digests of documents that the record names and their store did not have, or not as they were."""


class Manifest(_Told):
    """One backup, of one moment."""

    format: str = FORMAT
    made_at: AwareDatetime
    """Everything that was acknowledged before this moment is in it."""
    version: str
    """Of the release that made it."""
    revision: str
    """Of the tables."""
    database: str
    tables: tuple[TablePart, ...]
    left_out: tuple[str, ...]
    documents: DocumentsPart
    heads: Heads
    seal: str = ""
    """The SHA-256 of this manifest with an empty seal."""

    def sealed(self) -> Manifest:
        """Return the manifest with its seal."""
        return self.model_copy(update={"seal": hashlib.sha256(_text(self.unsealed())).hexdigest()})

    def unsealed(self) -> Manifest:
        """Return the manifest without its seal."""
        return self.model_copy(update={"seal": ""})

    @property
    def events(self) -> int:
        """How many events it holds."""
        return sum(part.rows for part in self.tables if part.shape.name == "events")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a backup, sealed."""
    (folder / MANIFEST).write_bytes(_text(manifest.sealed()))


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup. Raises BackupSpoilt where there is none, or not as it was written."""
    try:
        written = (folder / MANIFEST).read_bytes()
    except OSError:
        raise BackupSpoilt(f"{folder} is no backup, or not a whole one: it has no {MANIFEST}") from None
    try:
        told = json.loads(written)
        if told.get("format") != FORMAT:
            raise BackupSpoilt(f"{MANIFEST} is of another format than {FORMAT}: restore with a later release")
        manifest = Manifest.model_validate(told)
    except (ValueError, ValidationError, AttributeError):
        raise BackupSpoilt(f"{MANIFEST} cannot be read: it is not what was written") from None
    if manifest.unsealed().sealed() != manifest or _text(manifest) != written:
        raise BackupSpoilt(f"{MANIFEST} is not what was written: its seal does not fit")
    return manifest


def check_part(folder: Path, part: TablePart) -> None:
    """Compare a part with what the manifest says of it. Raises BackupSpoilt."""
    file = folder / part.file
    if not file.is_file():
        raise BackupSpoilt(f"{part.file} is missing")
    if (size := file.stat().st_size) != part.size:
        raise BackupSpoilt(f"{part.file} has {size} bytes instead of {part.size}")
    if digest_of(file) != part.sha256:
        raise BackupSpoilt(f"{part.file} is not what was written: its SHA-256 differs")


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    made = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            made.update(piece)
    return made.hexdigest()


def document_file(folder: Path, sha256: str) -> Path:
    """Return where a backup keeps a document."""
    return folder / "documents" / sha256[:2] / sha256


def _text(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode()
