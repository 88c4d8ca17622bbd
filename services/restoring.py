"""Brings a backup into an empty place, all of it or nothing, and lets it go on from there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from records import administration, copying, holding
from records.copying import Plain
from records.database import Database
from records.document_keys import stored
from services.backups import Progress, say_nothing
from services.documents import Documents
from services.manifests import BackupSpoilt, Manifest, TablePart, check_part, digest_of, document_file


class PlaceNotEmpty(Exception):
    """There is a record already. The message names a table that has rows."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done so that a restored record can go on."""

    open_cases: int
    held: int
    """Messages that are held back."""
    noted: bool
    """Whether it stands in the record that it was restored; one that is older has no place for it yet."""


def check_parts(folder: Path, manifest: Manifest, progress: Progress = say_nothing) -> None:
    """Compare every part but the documents with the manifest. Raises BackupSpoilt."""
    for part in manifest.tables:
        check_part(folder, part)
        progress("parts checked", 1, len(manifest.tables))


async def restore_documents(
    folder: Path, manifest: Manifest, documents: Documents, progress: Progress = say_nothing
) -> None:
    """Bring the documents of a backup into their store, each compared with its digest.

    Raises BackupSpoilt. Documents that came before it did are harmless: no row names them.
    """
    for sha256, file in documents_in(folder, manifest):
        with file.open("rb") as opened:
            await documents.keep(sha256, opened)
        progress("documents", 1, manifest.documents.number)


def documents_in(folder: Path, manifest: Manifest) -> Iterator[tuple[str, Path]]:
    """Yield the digest and the file of each document a backup holds, compared. Raises BackupSpoilt."""
    if not manifest.documents.included:
        return
    named = (str(sha256) for (sha256,) in _columns(folder, manifest, "materials", "sha256"))
    sealed = _columns(folder, manifest, "document_keys", "sha256", "sealed_as", "wrapped")
    keys = ((str(one[0]), str(one[1]), None if one[2] is None else str(one[2])) for one in sealed)
    for sha256 in sorted(set(stored(named, keys)) - set(manifest.documents.missing)):
        file = document_file(folder, sha256)
        if not file.is_file():
            raise BackupSpoilt(f"the document {sha256} is missing")
        if digest_of(file) != sha256:
            raise BackupSpoilt(f"the document {sha256} is not what was written")
        yield sha256, file


def sealed_key_in(folder: Path, manifest: Manifest) -> tuple[str, str] | None:
    """Return whose key comes first in a backup, and that key as it is wrapped; None where nobody has one."""
    rows = _columns(folder, manifest, "person_keys", "person_id", "wrapped")
    return next(((str(person), str(wrapped)) for person, wrapped in rows if wrapped is not None), None)


async def restore_rows(
    folder: Path,
    manifest: Manifest,
    database: Database,
    *,
    now: datetime,
    on: date,
    hold_mail: bool,
    progress: Progress = say_nothing,
) -> Begun:
    """Bring the rows of a backup into tables of its revision, compare them, and keep all or none.

    They are compared before anything is made ready to go on, which is part of the same transaction. `on` is
    the organisation's day. Raises PlaceNotEmpty, BackupSpoilt, DatabaseUnavailable.
    """
    total = 2 * sum(part.rows for part in manifest.tables)

    def work(connection: Connection) -> Begun:
        _load(connection, folder, manifest, lambda more: progress("rows", more, total))
        return begin_again(connection, now, on, hold_mail=hold_mail)

    return await database.write(work)


def begin_again(
    connection: Connection, now: datetime, on: date, *, hold_mail: bool, noted: bool = False
) -> Begun:
    """Let a restored record go on: every open case is told to its workflow again, from its first event.

    With `hold_mail` nothing that waits to be sent is sent by itself. Safe to do again, with what was `noted`
    the time before.
    """
    if hold_mail:
        holding.hold_waiting(connection)
    if not noted and administration.is_there(connection):
        administration.note(connection, "record-restored", on, now, mail_held=hold_mail)
        noted = True
    open_cases = holding.tell_everything_again(connection, now)
    return Begun(open_cases, holding.count_held(connection), noted)


def rows_in(folder: Path, part: TablePart) -> Iterator[list[Plain]]:
    """Yield the rows of a part. Raises BackupSpoilt where it cannot be read."""
    try:
        with gzip.open(folder / part.file, "rb") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        raise BackupSpoilt(f"{part.file} cannot be read: {type(error).__name__}") from error


def _columns(folder: Path, manifest: Manifest, table: str, *names: str) -> Iterator[tuple[Plain, ...]]:
    """Yield some columns of a table; nothing where the release that made the backup had no such table."""
    for part in manifest.tables:
        if part.shape.name == table:
            places = [part.shape.columns.index(name) for name in names]
            yield from (tuple(row[place] for place in places) for row in rows_in(folder, part))


def check_empty(connection: Connection) -> None:
    """Raise PlaceNotEmpty where there is a record already."""
    table = copying.table_with_rows(connection)
    if table is not None:
        raise PlaceNotEmpty(f"there is a record already (the table {table} has rows): nothing was changed")


def _load(connection: Connection, folder: Path, manifest: Manifest, watch: copying.Watch) -> None:
    copying.keep_others_out(connection, (part.shape for part in manifest.tables))
    check_empty(connection)
    for part in manifest.tables:
        copying.insert_all(connection, part.shape, _watched(rows_in(folder, part), watch))
    for part in manifest.tables:
        found = copying.sum_of(connection, part.shape, watch)
        if (found.rows, found.digest) != (part.rows, part.digest):
            raise BackupSpoilt(f"the rows of {part.shape.name} are not those the manifest names")
    if copying.heads(connection) != manifest.heads:
        raise BackupSpoilt("the heads of the cases are not those the manifest names")


def _watched(rows: Iterator[list[Plain]], watch: copying.Watch) -> Iterator[list[Plain]]:
    for row in rows:
        watch(1)
        yield row
