"""Local overlays: switched on for a unit from a day on, and taken for the cases that start there."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.process import Process
from domain.values import Text
from records import unit_overlays, units
from records.problems import NotFound
from records.unit_overlays import Switched
from services.parts import Parts
from services.refusals import InvalidInput


async def switch(  # noqa: PLR0917 - for whom, what, and why
    parts: Parts, unit: str, process: str, overlay: str | None, from_on: date, reason: str
) -> None:
    """Have the cases of a unit and of all below it start under an overlay (None: under none) from a day on.

    Cases that are open keep what they started under. Raises InvalidInput.
    """
    try:
        known = parts.library.overlays(process)
    except UnknownProcess as error:
        raise InvalidInput("process", _NOT_THERE) from error
    if overlay is not None and overlay not in known:
        raise InvalidInput("overlay", _NO_OVERLAY)
    if from_on < parts.today():
        raise InvalidInput("from", _PAST)

    def work(connection: Connection) -> None:
        try:
            units.unit(connection, unit)
        except NotFound as error:
            raise InvalidInput("unit", _NOT_THERE) from error
        unit_overlays.say(connection, unit, process, overlay or "", from_on, reason, parts.clock())

    await parts.write(work)


async def switched(parts: Parts) -> tuple[Switched, ...]:
    """Return every word that was said of overlays."""
    return await parts.read(unit_overlays.said)


def for_start(connection: Connection, parts: Parts, process: str, on: date, unit: str) -> Process:
    """Return the version under which a unit starts a case: with its overlay, where that has one for the day.

    An overlay only adds to the law; of a version it has nothing for, the law holds as it is. Raises
    UnknownProcess where no version was in force.
    """
    overlay = unit_overlays.overlay_of(connection, unit, process, on)
    if overlay is not None:
        with suppress(UnknownProcess):
            return parts.library.for_start(process, on, overlay)
    return parts.library.for_start(process, on)


_NOT_THERE = Text(zh="不存在", en="there is none of that name")
_NO_OVERLAY = Text(zh="该流程没有此地方补充", en="the process has no such overlay here")
_PAST = Text(
    zh="起始日不能早于今天：已经启动的个案不变", en="from today on at the earliest: what has started stays"
)
