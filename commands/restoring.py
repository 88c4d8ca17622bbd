"""What `accede restore` does, in order: look, prepare the tables, copy, compare, catch up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from activities.due_together import DueTogether
from commands.data_lock import DataLock
from commands.failures import CommandFailed
from commands.opening import opened_parts
from commands.showing import shown_progress
from domain.library import UnknownProcess
from records import migrating, rebuilding
from records.database import Database
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.backups import Progress
from services.documents import StoredDocuments
from services.manifests import Manifest
from services.parts import Parts
from services.person_keys import keys_of
from services.restoring import (
    Begun,
    PlaceNotEmpty,
    begin_again,
    check_empty,
    check_parts,
    documents_in,
    restore_documents,
    restore_rows,
    sealed_key_in,
)
from settings import Settings

Told = tuple[str, dict[str, Any]]
"""What is said to a person, and the same for a program."""


def look_through(folder: Path, manifest: Manifest) -> Told:
    """Compare a backup with its manifest and change nothing. Raises BackupSpoilt."""
    with shown_progress() as progress:
        check_parts(folder, manifest, progress)
        for _ in documents_in(folder, manifest):
            progress("documents", 1, manifest.documents.number)
    told = _facts(manifest)
    return f"it is whole: {_counted(told)}, made at {told['made_at']}", told


@dataclass(frozen=True)
class Restoring:
    """How a backup is brought in."""

    hold_mail: bool = True
    """Whether messages that waited are held back."""
    without_keys: bool = False
    """Whether it comes also where what is sealed in it does not open."""


def restored(folder: Path, manifest: Manifest, settings: Settings, how: Restoring) -> Told:
    """Restore into the place the settings name. Raises BackupSpoilt, and CommandFailed.

    Everything in the backup but documents is compared before anything is written; the rows come in one
    transaction, so a restore that fails leaves the record empty and can be done again.
    """
    with _alone(settings), shown_progress() as progress:
        try:
            first = asyncio.run(_into_tables(folder, manifest, settings, progress, how))
            migrating.upgrade(settings.database_url)
            caught_up = _caught_up(settings, manifest, progress, first, hold_mail=how.hold_mail)
            begun, wrong = asyncio.run(caught_up)
        except (DatabaseUnavailable, SchemaOutdated) as error:
            raise CommandFailed(str(error)) from None
    told = _facts(manifest) | {"open_cases": begun.open_cases, "held": begun.held, "wrong": wrong}
    lines = [
        f"restored: {_counted(told)}, as of {told['made_at']}; rows, heads and chains are what they were",
        f"{begun.open_cases} cases are open: start the service (accede up, or your own workers), which tells",
        "each to its workflow; `accede reconcile` where Temporal still knows cases of before",
    ]
    if begun.held:
        lines.append(f"{begun.held} messages are held back: see `accede restore --help` for --resume-mail")
    return "\n".join(lines), told


async def _into_tables(
    folder: Path, manifest: Manifest, settings: Settings, progress: Progress, how: Restoring
) -> Begun:
    await _check_empty(settings)
    check_parts(folder, manifest, progress)
    if not how.without_keys:
        _check_keys(folder, manifest, settings)
    _make_tables(settings, manifest)
    await restore_documents(folder, manifest, StoredDocuments.at(settings.materials_url), progress)
    database = Database.open(settings.database_url, check_schema=False)
    try:
        now = datetime.now(UTC)
        on = now.astimezone(settings.zone).date()
        return await restore_rows(
            folder, manifest, database, now=now, on=on, hold_mail=how.hold_mail, progress=progress
        )
    except PlaceNotEmpty as taken:
        raise CommandFailed(str(taken)) from None
    finally:
        await database.close()


async def _caught_up(
    settings: Settings, manifest: Manifest, progress: Progress, first: Begun, *, hold_mail: bool
) -> tuple[Begun, tuple[str, ...]]:
    """Let happen what came due since the backup, and return what is wrong with cases, a line each.

    The lost installation let the same things happen and told people; here they happen before any mail leaves,
    so that what follows from them is held back with the rest.
    """
    async with opened_parts(settings) as parts:
        wrong = await _flaws(parts, manifest.heads.cases, progress)
        wrong += await _let_happen_what_is_due(parts, progress)
        again = partial(
            begin_again, now=parts.clock(), on=parts.today(), hold_mail=hold_mail, noted=first.noted
        )
        begun = await parts.database.write(again)
    return begun, tuple(wrong)


async def _flaws(parts: Parts, number: int, progress: Progress) -> list[str]:
    found: list[str] = []
    after = ""
    while page := await parts.database.read(partial(rebuilding.case_ids, after=after)):
        for case_id in page:
            flaws = await parts.database.read(partial(rebuilding.verify, case_id=case_id))
            found += [f"case {case_id}, event {flaw.seq or 'last'}: {flaw.what}" for flaw in flaws]
            progress("chains", 1, number)
        after = page[-1]
    return found


async def _let_happen_what_is_due(parts: Parts, progress: Progress) -> list[str]:
    found: list[str] = []

    def left(case_id: str, trouble: Exception) -> None:
        if not isinstance(trouble, UnknownProcess):
            raise trouble
        found.append(f"case {case_id}: its definition is not published here")

    def looked_at(cases: int) -> None:
        progress("cases that something came due in", cases, 0)

    together = DueTogether(parts.database, parts.library, clock=parts.clock, left=left, looked_at=looked_at)
    await together.look()
    return found


async def _check_empty(settings: Settings) -> None:
    file = settings.database_file
    if file is not None and not file.exists():
        return
    database = Database.open(settings.database_url, check_schema=False)
    try:
        await database.read(check_empty)
    except PlaceNotEmpty as taken:
        raise CommandFailed(str(taken)) from None
    finally:
        await database.close()


def _check_keys(folder: Path, manifest: Manifest, settings: Settings) -> None:
    """Refuse a backup whose sealed words and documents would not open in this place. Raises CommandFailed.

    Asked before a key is made here, which would seal what comes next and open nothing of what was.
    """
    one = sealed_key_in(folder, manifest)
    if one is None:
        return
    place = settings.sealing()
    if place["keys"] is not None or (place["file"] is not None and place["file"].exists()):
        keys = keys_of(place)
        if keys is not None and keys.opens(*one):
            return
    where = f"put the secret.key of then at {place['file']}, or " if place["file"] is not None else ""
    raise CommandFailed(
        "the free text and documents in this backup are sealed, and nothing here opens them: "
        f"{where}set ACCEDE_SECRET_KEYS to the keys of then (a secret.key holds one) and restore again. "
        "Where that key is lost for good, --without-keys restores the rest; nothing was changed"
    )


def _make_tables(settings: Settings, manifest: Manifest) -> None:
    """Bring the empty tables to the revision of the backup, which may be older than this release."""
    if not migrating.is_known(manifest.revision):
        raise CommandFailed(
            f"the backup was made by release {manifest.version}, whose tables ({manifest.revision}) this "
            "release does not know: restore with that release or a later one"
        )
    migrating.upgrade(settings.database_url)
    if manifest.revision != migrating.head():
        migrating.downgrade(settings.database_url, manifest.revision)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep `accede up` out of an embedded place, and refuse one it is in. Raises CommandFailed."""
    if not settings.is_embedded:
        yield
        return
    lock = DataLock(settings.data_dir)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at.isoformat(),
        "version": manifest.version,
        "cases": manifest.heads.cases,
        "events": manifest.events,
        "documents": manifest.documents.number,
    }


def _counted(told: dict[str, Any]) -> str:
    return f"{told['cases']} cases, {told['events']} events, {told['documents']} documents"
