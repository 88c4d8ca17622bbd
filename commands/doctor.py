"""`accede doctor`: looks at what an installation depends on, and says what to do about what is wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import smtplib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
import typer
from rich.console import Console
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.service import RPCError

from commands.failures import CommandFailed, installation
from commands.published import published
from records import engines, migrating
from records.problems import DatabaseUnavailable, SchemaOutdated
from services.calendars import working_calendar
from services.connecting import TemporalUnavailable, connect
from settings import Settings

app = typer.Typer(rich_markup_mode=None)

_ENOUGH_DISK = 1_000_000_000
"""Bytes that should be free."""
_CLOCK_MAY_DIFFER = 2.0
"""Seconds between our clock and the database server's."""


@dataclass(frozen=True)
class Finding:
    """What one look came to. `wrong` keeps the service from working; `weak` does not."""

    what: str
    state: Literal["well", "weak", "wrong"]
    found: str
    do: str = ""


Look = Callable[[Settings], Awaitable[Finding]]


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for programs.")] = False
) -> None:
    """Say what is wrong with this installation, and what to do. Exit code 1 where something is."""
    findings = asyncio.run(_look_at_everything(installation()))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        console = Console(highlight=False)
        signs = {"well": "[green]well [/]", "weak": "[yellow]weak [/]", "wrong": "[red]wrong[/]"}
        for finding in findings:
            console.print(f"{signs[finding.state]} {finding.what}: {finding.found}", soft_wrap=True)
            if finding.do:
                console.print(f"      {finding.do}", soft_wrap=True)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


async def _look_at_everything(settings: Settings) -> list[Finding]:
    looks: tuple[Look, ...] = (_definitions, _database, _safety, _temporal, _mail, _disk, _time)
    return [await look(settings) for look in looks]


async def _definitions(settings: Settings) -> Finding:
    try:
        library = published(settings.processes_dir)
    except CommandFailed as error:
        return Finding("definitions", "wrong", str(error), "mend it, then run `accede process check` on it")
    missing = [e.process for e in library if not _has_calendar(e.calendar)]
    if missing:
        return Finding(
            "definitions", "wrong", f"no such working calendar: {', '.join(missing)}", "use cn or weekdays"
        )
    return Finding("definitions", "well", f"{len(library)} published and sound in {settings.processes_dir}")


async def _database(settings: Settings) -> Finding:
    try:
        await asyncio.to_thread(migrating.check, settings.database_url)
    except SchemaOutdated as error:
        return Finding("record", "wrong", "the tables are not those of this release", str(error))
    except DatabaseUnavailable as error:
        return Finding("record", "wrong", "the database does not answer", str(error))
    return Finding("record", "well", f"its tables are at revision {migrating.head()}")


async def _safety(settings: Settings) -> Finding:
    if not settings.is_embedded:
        return await _clock_of_the_server(settings)
    version = engines.SQLITE.sqlite_version
    if not engines.has_the_wal_bug(engines.SQLITE.sqlite_version_info):
        return Finding("SQLite", "well", f"{version}, write-ahead log, every commit flushed")
    return Finding(
        "SQLite",
        "weak",
        f"{version} can spoil a file in write-ahead mode, so the slower rollback journal is used",
        "install the package pysqlite3, which brings a newer SQLite",
    )


async def _clock_of_the_server(settings: Settings) -> Finding:
    """Compare our clock with the database server's: several machines must agree on the day."""
    engine = engines.open_engine(settings.database_url, role="reader")

    def ask() -> datetime:
        with engine.connect() as connection:
            moment: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
            return moment

    try:
        there = await asyncio.to_thread(ask)
    except sa.exc.SQLAlchemyError as error:
        return Finding("clocks", "wrong", f"the database does not answer: {type(error).__name__}", "start it")
    finally:
        engine.dispose()
    apart = abs((datetime.now(UTC) - there).total_seconds())
    if apart > _CLOCK_MAY_DIFFER:
        found = f"ours and the database server's are {apart:.0f} seconds apart"
        return Finding("clocks", "wrong", found, "set both by the network (NTP): a moment becomes a day here")
    return Finding("clocks", "well", f"ours and the database server's are {apart:.1f} seconds apart")


async def _temporal(settings: Settings) -> Finding:
    key = settings.temporal_api_key
    try:
        client = await connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            tls=settings.temporal_tls,
            api_key=key.get_secret_value() if key else None,
            lazy=False,
        )
        asked = DescribeNamespaceRequest(namespace=settings.temporal_namespace)
        await client.workflow_service.describe_namespace(asked)
    except (TemporalUnavailable, RPCError) as error:
        todo = "start it, or set ACCEDE_TEMPORAL_ADDRESS; acts are recorded meanwhile and driven later"
        return Finding("Temporal", "weak", str(error).split(". ", maxsplit=1)[0], todo)
    return Finding("Temporal", "well", f"answers at {settings.temporal_address}")


async def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        todo = "set ACCEDE_SMTP_URL to send mail; until then people find messages in the application only"
        return Finding("mail", "weak", "no mail server is set", todo)
    parts = urlsplit(settings.smtp_url.get_secret_value())
    opener = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP

    def greet() -> None:
        with opener(parts.hostname or "", parts.port or 0, timeout=5) as server:
            server.noop()

    try:
        await asyncio.to_thread(greet)
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            "mail", "wrong", f"no answer: {type(error).__name__}", "check ACCEDE_SMTP_URL and the network"
        )
    return Finding("mail", "well", f"{parts.hostname} answers")


async def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free at {folder}"
    if free < _ENOUGH_DISK:
        return Finding("disk", "wrong", found, "make room: a full disk stops every act")
    return Finding("disk", "well", found)


async def _time(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    there = now.astimezone(settings.zone)
    year_known = working_calendar("cn", now.date()).knows(now.date())
    found = f"{there:%Y-%m-%d %H:%M} in {settings.time_zone}, Python {sys.version.split()[0]}"
    if not year_known:
        return Finding(
            "time", "weak", found, "this year's public holidays are not known: working days are provisional"
        )
    return Finding("time", "well", found)


def _has_calendar(name: str) -> bool:
    try:
        working_calendar(name, datetime.now(UTC).date())
    except LookupError:
        return False
    return True
