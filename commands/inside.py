"""What the doctor looks at on this machine: settings, definitions, the record, its disk, and the time."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final
from zoneinfo import ZoneInfo

from commands.failures import CommandFailed
from commands.findings import Finding
from commands.opening import BRING_IT_BACK, opened_parts
from commands.published import published
from domain.addresses import is_loopback
from records import engines, keys, migrating
from records.followed import unpublished
from records.problems import DatabaseUnavailable, RecordDamaged, SchemaOutdated
from services.calendars import working_calendar
from services.probing import ENOUGH_DISK, nearest
from settings import Settings

_SLOW_DISK: Final = 0.1
"""Seconds a flush may take before it is worth a word: each act waits for one."""
_YEARS_AHEAD: Final = 3
"""How far ahead two sources of time zones are compared."""


async def settings_agree(settings: Settings) -> Finding:
    """Look whether settings that are right one by one are right together."""
    weak = []
    if not is_loopback(settings.host) and not settings.public_url.startswith("https:"):
        weak.append("people reach the service without HTTPS: set ACCEDE_PUBLIC_URL and put a proxy before it")
    if settings.demo:
        weak.append("ACCEDE_DEMO lets published passwords in: unset it where real people work")
    if settings.clock_ahead:
        weak.append("ACCEDE_CLOCK_AHEAD moves the clock: unset it where real people work")
    if settings.traces_url and find_spec("opentelemetry.exporter") is None:
        found = "ACCEDE_TRACES_URL is set, and what traces are made with is not installed"
        return Finding("settings", "wrong", found, "install the extra `traces` (make install), or unset it")
    if weak:
        return Finding("settings", "weak", "they can be read, and something is odd", "; ".join(weak))
    return Finding("settings", "well", "they can be read and agree with each other")


async def definitions_are_sound(settings: Settings) -> Finding:
    """Look whether what is published can be read, and its calendars are known."""
    try:
        library = published(settings.processes_dir)
    except CommandFailed as error:
        return Finding("definitions", "wrong", str(error), "mend it, then run `accede process check` on it")
    missing = [e.process for e in library if not _has_calendar(e.calendar)]
    if missing:
        found = f"no such working calendar: {', '.join(missing)}"
        return Finding("definitions", "wrong", found, "use cn or weekdays")
    return Finding("definitions", "well", f"{len(library)} published and sound in {settings.processes_dir}")


async def record_has_its_tables(settings: Settings) -> Finding:
    """Look whether the record answers with the tables of this release, and a file of SQLite is whole."""
    try:
        await asyncio.to_thread(migrating.check, settings.database_url)
        await asyncio.to_thread(engines.check_whole, settings.database_url)
    except SchemaOutdated as error:
        return Finding("record", "wrong", "the tables are not those of this release", str(error))
    except RecordDamaged as error:
        return Finding("record", "wrong", "its file is damaged", str(error))
    except DatabaseUnavailable as error:
        return Finding("record", "wrong", "the database does not answer", str(error))
    return Finding("record", "well", f"its tables are at revision {migrating.head()}")


async def cases_follow_what_is_published(settings: Settings) -> list[Finding]:
    """Look whether every definition that cases follow is here; nothing where another look says why not."""
    try:
        async with opened_parts(settings) as parts:
            digests = [each.digest for each in parts.library]
            missing = await parts.database.read(partial(unpublished, digests=digests))
    except (CommandFailed, DatabaseUnavailable):
        return []
    return [Finding("cases", "wrong", f"{each}: it is not published here", BRING_IT_BACK) for each in missing]


async def what_is_personal_is_sealed(settings: Settings) -> list[Finding]:
    """Look whether free text and documents are sealed here; nothing where another look says why not."""
    try:
        async with opened_parts(settings) as parts:
            some = await parts.database.read(partial(keys.wrapped_keys, limit=1))
    except (CommandFailed, DatabaseUnavailable):
        return []
    if parts.keys is None:
        if some:
            found = "free text and documents lie sealed, and nothing here opens them"
            todo = "set ACCEDE_SECRET_KEYS to the key of before, such as the one in a secret.key of then"
            return [Finding("keys", "wrong", found, todo)]
        found = "free text and documents are kept in the open, and whoever is erased stays readable in them"
        todo = "set ACCEDE_SECRET_KEYS, the same for every process (openssl rand -base64 32), and keep a copy"
        return [Finding("keys", "weak", found, todo)]
    if not all(parts.keys.opens(person, wrapped) for person, wrapped in some):
        found = "the keys of people do not open: free text and documents cannot be read"
        return [
            Finding("keys", "wrong", found, "put the key of before into ACCEDE_SECRET_KEYS, after the new")
        ]
    return [Finding("keys", "well", "free text and documents are sealed with the key of each person")]


async def sqlite_is_safe(
    settings: Settings, *, found: tuple[int, ...] = engines.SQLITE.sqlite_version_info
) -> Finding:
    """Look whether this SQLite can spoil a file in write-ahead mode (3.7.0 to before 3.51.3)."""
    if not settings.is_embedded:
        return Finding("SQLite", "well", "not used: the record is kept by PostgreSQL")
    named = ".".join(str(part) for part in found)
    if not engines.has_the_wal_bug(found):
        return Finding("SQLite", "well", f"{named}, write-ahead log, every commit flushed")
    return Finding(
        "SQLite",
        "weak",
        f"{named} can spoil a file in write-ahead mode, so the slower rollback journal is used",
        "install the package pysqlite3, which brings a newer SQLite",
    )


async def disk_takes_writes(
    settings: Settings, *, free_in: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
) -> Finding:
    """Look whether there is room where this machine keeps things, and a flushed write succeeds there."""
    folder = nearest(settings.data_dir)
    try:
        took = await asyncio.to_thread(_write_and_flush, folder)
    except OSError as error:
        found = f"{folder} takes no writes: {error.strerror or type(error).__name__}"
        return Finding(
            "disk", "wrong", found, "see its owner, its mount and its room, or set ACCEDE_DATA_DIR"
        )
    free = free_in(folder)
    found = f"{free / 1e9:.1f} GB free at {folder}, a flushed write takes {took * 1000:.1f} ms"
    if free < ENOUGH_DISK:
        return Finding("disk", "wrong", found, "make room: a full disk stops every act")
    if took > _SLOW_DISK:
        return Finding("disk", "weak", found, "each act waits for one such write: use a quicker, local disk")
    return Finding("disk", "well", found)


async def time_is_known(settings: Settings) -> Finding:
    """Look whether days and holidays are known here as elsewhere."""
    now = settings.now()
    there = now.astimezone(settings.zone)
    found = f"{there:%Y-%m-%d %H:%M} in {settings.time_zone}, tzdata {_tzdata_version()}"
    if _system_differs(settings.time_zone, now):
        todo = (
            "update the system's time zone data and the package tzdata: they do not agree on the days ahead"
        )
        return Finding("time", "weak", found, todo)
    if not working_calendar("cn", now.date()).knows(now.date()):
        todo = (
            "this year's public holidays are not known: working days are provisional; install a newer release"
        )
        return Finding("time", "weak", found, todo)
    return Finding("time", "well", found)


def _write_and_flush(folder: Path) -> float:
    """Write a little where it leaves nothing behind, flush it to the disk, and return the seconds it took."""
    with TemporaryFile(dir=folder) as file:
        begun = time.perf_counter()
        file.write(b"\0" * 4096)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - begun


def _has_calendar(name: str) -> bool:
    try:
        working_calendar(name, datetime.now(UTC).date())
    except LookupError:
        return False
    return True


def _tzdata_version() -> str:
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "of the system"


def _system_differs(name: str, now: datetime) -> bool:
    """Whether the zone that is used is another than the one the package tzdata brings, in the years ahead."""
    source = files("tzdata").joinpath("zoneinfo", *name.split("/")) if find_spec("tzdata") else None
    if source is None or not source.is_file() or not zoneinfo.TZPATH:
        return False
    with source.open("rb") as file:
        ours = ZoneInfo.from_file(file)
    used = ZoneInfo.no_cache(name)
    weeks = (now + timedelta(weeks=number) for number in range(52 * _YEARS_AHEAD))
    return any(moment.astimezone(ours).utcoffset() != moment.astimezone(used).utcoffset() for moment in weeks)
