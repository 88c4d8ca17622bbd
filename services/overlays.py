"""Local overlays: switched on for a unit from a day on, and taken for the cases that start there."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from operator import attrgetter
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.process import Process
from domain.values import Text, Value
from records import unit_overlays, units
from records.unit_overlays import SaidBy, Switched
from services.asking import Asking, existing, once
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotPermitted
from services.titles import role_title
from services.views import Named, RecordedAt, View


class NewOverlay(Value):
    """The overlay under which a unit is to start cases of a process; None: the law alone."""

    process: str
    overlay: str | None = None
    from_: date | None = None
    """None: from today on."""
    reason: str


class PostNamed(View):
    """The post by which something was said."""

    id: str
    title: str
    unit: str
    """The name of its unit."""


class OverlayWordView(View):
    """One word about the overlay of a unit. Of one first day the last word counts; all stay to be read."""

    process: Named
    overlay: str | None
    """None: the law alone, whatever units above have."""
    title: str | None
    """What the overlay is called."""
    from_: Annotated[date, Field(serialization_alias="from", validation_alias="from")]
    reason: str
    by: Named | None
    """None: at the machine, by the command."""
    post: PostNamed | None
    at: RecordedAt


class OverlaysOfProcessView(View):
    """The overlays a process has, and the one under which a unit starts its cases today."""

    process: Named
    overlays: tuple[str, ...]
    titles: dict[str, str]
    """What each overlay is called."""
    today: str | None


class OverlaysView(View):
    """What a unit goes by, and every word about it, the last one first."""

    unit: str
    may_switch: bool
    processes: tuple[OverlaysOfProcessView, ...]
    items: tuple[OverlayWordView, ...]


async def overlays_of(parts: Parts, caller: Caller, unit: str) -> OverlaysView:
    """Return the overlays of a unit, for its administrators and auditors, or those above it.

    Raises NotFound, NotPermitted.
    """

    def work(connection: Connection) -> OverlaysView:
        units.unit(connection, unit)
        asking = Asking(connection, caller.person, parts.today())
        if not asking.administers(unit) and not unit_overlays.audits(
            connection, caller.person, unit, asking.today
        ):
            raise NotPermitted
        return _view(asking, parts, caller, unit)

    return await parts.read(work)


async def order(
    parts: Parts, caller: Caller, unit: str, new: NewOverlay, *, key: str | None = None
) -> OverlaysView:
    """Have the cases of a unit and of all below it start under an overlay, and return what was said of it.

    For administrators of the unit or above; who said it and by which post is kept. Raises NotFound,
    NotPermitted, InvalidInput.
    """

    def work(asking: Asking) -> OverlaysView:
        connection, today = asking.connection, asking.today
        units.unit(connection, unit)
        asking.check_administers(unit)
        from_on = today if new.from_ is None else new.from_
        _check(parts, new.process, new.overlay, from_on)
        by = SaidBy(caller.person, unit_overlays.office_of(connection, caller.person, unit, today))
        what = (new.process, new.overlay or "", from_on, new.reason)
        unit_overlays.say(connection, unit, *what, parts.clock(), by)
        return _view(asking, parts, caller, unit)

    return await once(parts, caller, key, ("unit-overlay", unit, new), OverlaysView, work)


async def switch(  # noqa: PLR0917 - for whom, what, and why
    parts: Parts, unit: str, process: str, overlay: str | None, from_on: date, reason: str
) -> None:
    """Do the same at the machine, where the record names nobody.

    Cases that are open keep what they started under. Raises InvalidInput.
    """
    _check(parts, process, overlay, from_on)

    def work(connection: Connection) -> None:
        existing(lambda: units.unit(connection, unit), "unit")
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


def _check(parts: Parts, process: str, overlay: str | None, from_on: date) -> None:
    """Raise InvalidInput unless the process has the overlay, and the day is not over."""
    try:
        known = parts.library.overlays(process)
    except UnknownProcess as error:
        raise InvalidInput("process", _NOT_THERE) from error
    if overlay is not None and overlay not in known:
        raise InvalidInput("overlay", _NO_OVERLAY)
    if from_on < parts.today():
        raise InvalidInput("from", _PAST)


def _view(asking: Asking, parts: Parts, caller: Caller, unit: str) -> OverlaysView:
    connection, library = asking.connection, parts.library
    said = unit_overlays.said(connection, unit)
    titles = {one.process: one.title.in_language(caller.language) for one in library if one.overlay is None}
    known = {process: library.overlays(process) for process in titles}
    return OverlaysView(
        unit=unit,
        may_switch=asking.administers(unit),
        processes=tuple(
            OverlaysOfProcessView(
                process=Named(id=process, name=titles[process]),
                overlays=names,
                titles={
                    name: library.overlay_title(process, name).in_language(caller.language) for name in names
                },
                today=unit_overlays.overlay_of(connection, unit, process, asking.today),
            )
            for process, names in known.items()
            if names
        ),
        items=tuple(
            _word(parts, caller, one, titles.get(one.process, one.process))
            for one in sorted(said, key=attrgetter("recorded_at"))[::-1]
        ),
    )


def _word(parts: Parts, caller: Caller, one: Switched, title: str) -> OverlayWordView:
    post = None
    if one.post is not None and one.post_role is not None:
        role = role_title(parts.library, one.post_unit_kind or "", one.post_role)
        post = PostNamed(id=one.post, title=role.in_language(caller.language), unit=one.post_unit_name or "")
    return OverlayWordView(
        process=Named(id=one.process, name=title),
        overlay=one.overlay or None,
        title=parts.library.overlay_title(one.process, one.overlay).in_language(caller.language)
        if one.overlay
        else None,
        from_=one.from_on,
        reason=one.reason,
        by=None if one.recorded_by is None else Named(id=one.recorded_by, name=one.recorded_by_name or ""),
        post=post,
        at=one.recorded_at,
    )


_NOT_THERE = Text(zh="不存在", en="there is none of that name")
_NO_OVERLAY = Text(zh="该流程没有此地方补充", en="the process has no such overlay here")
_PAST = Text(
    zh="起始日不能早于今天：已经启动的个案不变", en="from today on at the earliest: what has started stays"
)
