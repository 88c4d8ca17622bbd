"""Names: nothing twice, nothing that means something else already, no figure beyond reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from domain.complaints import Place
from domain.process import Process
from domain.soundness.flaws import Flaw, called, there_is_no
from domain.soundness.order import spots
from domain.steps import NoticeStep, PeriodStep, Step
from domain.working_days import CALENDARS

MOST_STEPS = 300
"""Many times the largest process known; beyond it the checks would take too long."""

_LARGEST_FIGURE = 10_000
_RESERVED = frozenset({"case", "subject", "appointer"})
_NOTICE_ENTRIES = frozenset({"published", "objection", "answer"})


def size(process: Process) -> Iterator[Flaw]:
    """Find a definition too large to be checked."""
    if sum(len(stage.steps) for stage in process.stages) > MOST_STEPS:
        yield Flaw.of(("stages",), zh=f"环节超过{MOST_STEPS}个", en=f"more than {MOST_STEPS} steps")


def names(process: Process) -> Iterator[Flaw]:
    """Find names that are used twice or reserved, and what the service does not know by name."""
    stages = [(("stages", at), stage.id) for at, stage in enumerate(process.stages)]
    yield from _doubles("stage", stages)
    yield from _doubles("step", [(spot.place, spot.step.id) for spot in spots(process)])
    yield from _unusable([*stages, *((spot.place, spot.step.id) for spot in spots(process))])
    yield from _unusable([(("case_roles", role), role) for role in process.case_roles])
    rules = [pair for spot in spots(process) for pair in _rule_ids(spot.place, spot.step)]
    yield from _doubles("rule", rules)
    for place, _, step in spots(process):
        fields = [((*place, "fields", at), field.id) for at, field in enumerate(step.fields)]
        yield from _doubles("field", fields)
        yield from _unusable(fields)
        materials = [((*place, "materials", at), ref.id) for at, ref in enumerate(step.materials)]
        yield from _doubles("material", materials)
        if isinstance(step, PeriodStep):
            entries = [((*place, "entries", at), entry.id) for at, entry in enumerate(step.entries)]
            yield from _doubles("entry", entries)


def settings(process: Process) -> Iterator[Flaw]:
    """Find an unknown time zone or calendar, days in the wrong order and figures beyond reason."""
    if not _is_zone(process.time_zone):
        yield Flaw(("time_zone",), there_is_no("time zone", process.time_zone))
    if process.calendar not in CALENDARS:
        yield Flaw.of(
            ("calendar",),
            zh=f"没有日历“{process.calendar}”；可用的有：{'、'.join(CALENDARS)}",
            en=f"there is no calendar {process.calendar!r}; there are: {', '.join(CALENDARS)}",
        )
    force = process.in_force
    if force.until is not None and force.until < force.first:
        yield Flaw.of(
            ("in_force", "until"),
            zh="早于这一版本的生效日期",
            en="is before the day on which the version comes into force",
        )
    before = process.replaces
    if before is not None and before.version == process.version:
        yield Flaw.of(("replaces", "version"), zh="版本不能取代自己", en="a version cannot replace itself")
    if before is not None and before.on < force.first:
        yield Flaw.of(
            ("replaces", "on"),
            zh="在版本生效之前就接收办理中的个案",
            en="takes running cases over before the version comes into force",
        )
    known_steps = {spot.step.id for spot in spots(process)}
    for old, new in before.counts_as.items() if before is not None else ():
        for step in new:
            if step not in known_steps:
                yield Flaw(("replaces", "counts_as", old), there_is_no("step", step))
    yield from _figures((), process)


def _doubles(sort: str, named: Iterable[tuple[Place, str]]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for place, name in named:
        if name in seen:
            yield Flaw.of(
                place,
                zh=f"前面已有{called(sort)}“{name}”",
                en=f"there is another {sort} {name!r} before this one",
            )
        seen.add(name)


def _unusable(named: Iterable[tuple[Place, str]]) -> Iterator[Flaw]:
    for place, name in named:
        if "." in name:
            yield Flaw.of(
                place,
                zh=f"名称“{name}”不能含有点：点用来连接名称和它的部分",
                en=f"the name {name!r} must not contain a dot: dots join names to parts",
            )
        if name in _RESERVED:
            yield Flaw.of(
                place, zh=f"名称“{name}”已有别的含义", en=f"the name {name!r} means something else already"
            )


def _rule_ids(place: Place, step: Step) -> Iterator[tuple[Place, str]]:
    groups = (("not_before", step.not_before), ("due", step.due), ("rules", step.rules))
    for key, group in groups:
        for at, rule in enumerate(group):
            if rule.id is not None:
                yield (*place, key, at), rule.id
    for key in ("quorum", "carried"):
        threshold = getattr(step, key, None)
        if threshold is not None and threshold.id is not None:
            yield (*place, key), threshold.id


def entries_of(step: Step | None) -> frozenset[str]:
    """Return what can be recorded in a step again and again."""
    if isinstance(step, PeriodStep):
        return frozenset(entry.id for entry in step.entries)
    return _NOTICE_ENTRIES if isinstance(step, NoticeStep) else frozenset()


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def _figures(place: Place, value: object) -> Iterator[Flaw]:
    """Find whole numbers that would carry dates beyond the calendar."""
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _figures((*place, info.alias or name), getattr(value, name))
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _figures((*place, key), part)
    elif isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from _figures((*place, at), part)
    elif isinstance(value, int) and abs(value) > _LARGEST_FIGURE:
        yield Flaw.of(place, zh=f"最大为{_LARGEST_FIGURE}", en=f"must be at most {_LARGEST_FIGURE}")
