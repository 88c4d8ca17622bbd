"""Takes a backup of a running installation: one moment of the record, and the documents it names.

The format is the same for both databases, so what was kept in one can be restored into the other. Temporal is
not part of it: every workflow follows from the record.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from records import copying, migrating
from records.copying import Heads, Shape, Watch
from records.database import Database
from records.document_keys import all_stored
from services.documents import Documents
from services.manifests import (
    LEFT_OUT,
    DocumentsPart,
    Manifest,
    TablePart,
    digest_of,
    document_file,
    write_manifest,
)

Progress = Callable[[str, int, int], None]
"""Told what is being copied, how many more of it were copied just now, and how many there are in all."""

_COMPRESSED: Final = 1
"""Of 9: what takes three times as long makes it a fifth smaller."""
_OFTEN: Final = 1_000
"""Rows between two signs of progress."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What was written of one moment of the record."""

    database: str
    tables: tuple[TablePart, ...]
    heads: Heads
    documents: tuple[str, ...]
    """Digests under which the documents lie that the record names."""


def say_nothing(_what: str, _more: int, _of: int) -> None:
    """Be the progress nobody watches."""


async def back_up(
    database: Database,
    documents: Documents | None,
    folder: Path,
    *,
    now: datetime,
    version: str,
    progress: Progress = say_nothing,
) -> Manifest:
    """Write a backup into an empty folder and return its manifest, which is written last.

    Whoever acts meanwhile waits for nothing. `documents` is None where they are kept safe in another way.
    Raises DatabaseUnavailable, and OSError where the folder cannot be written.
    """
    (folder / "tables").mkdir()
    moment = await database.read(lambda connection: _write_tables(connection, folder, progress))
    # After the record: a row never names a document that was not stored before.
    kept = DocumentsPart(included=False)
    if documents is not None:
        kept = await _write_documents(documents, moment.documents, folder, progress)
    manifest = Manifest(
        made_at=now,
        version=version,
        revision=migrating.head(),
        database=moment.database,
        tables=moment.tables,
        left_out=LEFT_OUT,
        documents=kept,
        heads=moment.heads,
    ).sealed()
    write_manifest(folder, manifest)
    return manifest


def _write_tables(connection: Connection, folder: Path, progress: Progress) -> _Moment:
    shapes = copying.shapes(leave_out=LEFT_OUT)
    total = sum(copying.count_of(connection, shape) for shape in shapes)

    def watch(more: int) -> None:
        progress("rows", more, total)

    parts = tuple(_write_table(connection, shape, folder, watch) for shape in shapes)
    return _Moment(
        database=connection.dialect.name,
        tables=parts,
        heads=copying.heads(connection),
        documents=all_stored(connection),
    )


def _write_table(connection: Connection, shape: Shape, folder: Path, watch: Watch) -> TablePart:
    name = f"tables/{shape.name}.jsonl.gz"
    file = folder / name
    made = copying.Sum()
    # Without the moment in its head, the same rows make the same file.
    with file.open("xb") as raw, gzip.GzipFile("", "wb", _COMPRESSED, raw, mtime=0) as packed:
        for row in copying.rows_of(connection, shape):
            line = copying.line_of(row)
            made.add(line)
            packed.write(line + b"\n")
            if made.rows % _OFTEN == 0:
                watch(_OFTEN)
    watch(made.rows % _OFTEN)
    return TablePart(
        file=name,
        size=file.stat().st_size,
        sha256=digest_of(file),
        shape=shape,
        rows=made.rows,
        digest=made.digest,
    )


async def _write_documents(
    documents: Documents, named: tuple[str, ...], folder: Path, progress: Progress
) -> DocumentsPart:
    size, missing = 0, []
    for sha256 in named:
        copied = await _write_document(documents, sha256, document_file(folder, sha256))
        if copied is None:
            missing.append(sha256)
        else:
            size += copied
        progress("documents", 1, len(named))
    return DocumentsPart(included=True, number=len(named) - len(missing), size=size, missing=tuple(missing))


async def _write_document(documents: Documents, sha256: str, file: Path) -> int | None:
    """Copy a document and return its size in bytes; None where its store does not have it as it was."""
    size, made = 0, hashlib.sha256()
    with _new_file(file) as out, suppress(FileNotFoundError):
        async for piece in documents.read(sha256):
            made.update(piece)
            size += out.write(piece)
    if size and made.hexdigest() == sha256:
        return size
    file.unlink()  # noqa: ASYNC240 - nobody waits for the loop of a command
    return None


def _new_file(file: Path) -> BinaryIO:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.open("xb")
