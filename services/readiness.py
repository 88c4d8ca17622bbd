"""Whether acts can be recorded, which part is degraded, and how much waits to be passed on."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from domain.values import Language, Text
from records import backlog, migrating
from records.problems import SchemaOutdated
from services.parts import Parts
from services.probing import Found
from services.refusals import NotReady
from services.views import PartView, ReadyView
from telemetry import metrics

_TOLD_WITHIN: Final = timedelta(minutes=1)
"""Workflows are told within a second or two; a minute means that something is in the way."""
_PATIENCE: Final = 4.0
"""Seconds the record may take to answer."""


async def looked_at(parts: Parts, language: Language = "zh") -> ReadyView:
    """Return whether this process can record acts, and how each part is. Never raises.

    Acts need the record and its tables alone; everything else only degrades.
    """
    found = await _record(parts)
    if parts.probes is not None:
        found |= await parts.probes.found()
    states = {one.state for one in found.values()}
    return ReadyView(
        status="unready" if "down" in states else "degraded" if "degraded" in states else "ready",
        degraded=tuple(name for name, one in found.items() if one.state != "well"),
        parts={name: _view(one, language) for name, one in found.items()},
    )


async def look_at_numbers(parts: Parts) -> None:
    """Bring the numbers that stand in the record up to date. Where it does not answer in time, say so."""
    now = parts.clock()
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await parts.read(lambda connection: backlog.read_backlog(connection, now))
    except (NotReady, TimeoutError):
        metrics.SCRAPED.set(0)
        return
    metrics.SCRAPED.set(1)
    metrics.OUTBOX.set(found.outbox)
    metrics.OUTBOX_AGE.set(0 if found.oldest is None else max((now - found.oldest).total_seconds(), 0))
    metrics.GIVEN_UP.set(found.given_up)
    metrics.OBLIGATIONS.clear()
    for (kind, overdue), number in found.obligations.items():
        metrics.OBLIGATIONS.labels(kind, "yes" if overdue else "no").set(number)


async def _record(parts: Parts) -> dict[str, Found]:
    def look(connection: Connection) -> datetime | None:
        migrating.check_tables(connection)
        return backlog.oldest_waiting(connection)

    try:
        async with asyncio.timeout(_PATIENCE):
            oldest = await parts.read(look)
    except (NotReady, TimeoutError):
        return {"record": _RECORD_AWAY}
    except SchemaOutdated:
        return {"record": _RECORD_WELL, "migrations": _OTHER_TABLES}
    late = oldest is not None and parts.clock() - oldest > _TOLD_WITHIN
    return {
        "record": _RECORD_WELL,
        "migrations": _TABLES_WELL,
        "outbox": _OUTBOX_LATE if late else _OUTBOX_WELL,
    }


def _view(found: Found, language: Language) -> PartView:
    do = None if found.do is None else found.do.in_language(language)
    return PartView(state=found.state, says=found.says.in_language(language), do=do)


_RECORD_WELL: Final = Found("well", Text(zh="记录库有应答。", en="The record answers."))
_RECORD_AWAY: Final = Found(
    "down",
    Text(zh="记录库没有应答，无法办理事项。", en="The record does not answer: no act can be recorded."),
    Text(
        zh="请查看数据库是否运行、磁盘是否写满。已确认的内容都在。",
        en="See that the database runs and its disk has room. What was acknowledged is there.",
    ),
)
_TABLES_WELL: Final = Found(
    "well", Text(zh="数据表与本版本一致。", en="The tables are those of this release.")
)
_OTHER_TABLES: Final = Found(
    "down",
    Text(zh="数据表与本版本不一致。", en="The tables are not those of this release."),
    Text(
        zh="请运行 accede db upgrade，或启动与数据表相符的版本。",
        en="Run `accede db upgrade`, or start the release that made them.",
    ),
)
_OUTBOX_WELL: Final = Found("well", Text(zh="工作流均已及时告知。", en="Workflows are told in time."))
_OUTBOX_LATE: Final = Found(
    "degraded",
    Text(
        zh="有工作流一分钟以上未获告知，提醒与通知会推迟。",
        en="A workflow has waited for more than a minute to be told: reminders and messages are late.",
    ),
    Text(
        zh="请查看 Temporal 与工作进程；积压会自动补发。",
        en="See to Temporal and the workers; what waits is told by itself then.",
    ),
)
