"""Preferences: by what way and when a message reaches somebody, and what of it nobody can switch off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Final, Literal, NamedTuple, get_args

from pydantic import Field

from domain.obligations import Kind
from domain.refusals import FieldInvalid
from domain.values import Language, Text, Value

Topic = Literal["tasks", "deadlines", "results", "comments", "staffing"]
"""What messages are about, for people to choose by."""
Way = Literal["at-once", "daily", "list"]
"""By mail at once; in one mail a day; in the list of messages only, where everything always is."""

TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)
WAYS: Final[tuple[Way, ...]] = get_args(Way)

KINDS: Final[Mapping[Topic, tuple[Kind, ...]]] = {
    "tasks": ("task-opened", "ready", "returned", "transfer-proposed", "correction-proposed"),
    "deadlines": ("reminder", "overdue"),
    "results": ("closed", "suspended", "resumed", "reopened", "transferred", "rules-changed"),
    "comments": ("comment",),
    "staffing": ("understaffed",),
}
"""The kinds of messages of each topic."""

MORNING: Final = 8 * 60
_DAY: Final = 24 * 60
Minute = int
"""A time of day, in minutes since midnight where the organisation is."""


class Required(Value):
    """Why messages of a topic cannot be switched off."""

    source: Text
    basis: str
    says: Text


class Quiet(Value):
    """Hours in which no mail is sent, on every day; they may reach over midnight."""

    from_: Minute = Field(ge=0, lt=_DAY)
    to: Minute = Field(ge=0, lt=_DAY)

    def holds(self, minute: Minute) -> bool:
        """Whether a time of day is within them."""
        if self.from_ <= self.to:
            return self.from_ <= minute < self.to
        return minute >= self.from_ or minute < self.to


class Preferences(Value):
    """What somebody chose. Whoever chose nothing gets everything at once, in the language he reads."""

    ways: Mapping[Topic, Way] = Field(default_factory=dict)
    daily_at: Minute = Field(default=MORNING, ge=0, lt=_DAY)
    quiet: Quiet | None = None
    language: Language | None = None
    """Of mails; None: the language he reads pages in."""

    def way(self, topic: Topic, required: Mapping[Topic, Required]) -> Way:
        """Return how messages of a topic go; what was switched off before it was required goes at once."""
        chosen = self.ways.get(topic, "at-once")
        return "at-once" if chosen == "list" and topic in required else chosen


class Sending(NamedTuple):
    """How a message goes now, or from when on it may."""

    way: Way
    later: datetime | None = None
    """None: now. Mails only: the list has everything at once."""


def topic_of(kind: str) -> Topic:
    """Return what a message of a kind is about; one of a kind that a later release made is a task."""
    return next((topic for topic, kinds in KINDS.items() if kind in kinds), "tasks")


def check(chosen: Preferences, required: Mapping[Topic, Required]) -> None:
    """Raise FieldInvalid where something is switched off that has to be told."""
    for topic, rule in required.items():
        if chosen.ways.get(topic) == "list":
            raise FieldInvalid(
                f"notices.{topic}",
                basis=rule.basis,
                detail=rule.says,
                passes_when=Text(zh="选择立即或每日汇总发送", en="it is sent at once or daily"),
            )
    if chosen.quiet is not None and chosen.quiet.from_ == chosen.quiet.to:
        raise FieldInvalid(
            "notices.quiet",
            basis="gen",
            detail=Text(
                zh="免打扰时段的起止时间不能相同。", en="Quiet hours end at another time than they begin."
            ),
        )


def sending(  # noqa: PLR0917 - a message, who gets it, and the time it is
    chosen: Preferences | None,
    required: Mapping[Topic, Required],
    kind: str,
    created_at: datetime,
    now: datetime,
    zone: tzinfo,
) -> Sending:
    """Return how a message goes that came up at `created_at`, and whether it waits at `now` (both aware)."""
    if chosen is None:
        return Sending("at-once")
    way = chosen.way(topic_of(kind), required)
    if way == "list":
        return Sending(way)
    from_ = created_at if way == "at-once" else _next(created_at, chosen.daily_at, zone)
    from_ = max(from_, now)
    local = from_.astimezone(zone)
    if chosen.quiet is not None and chosen.quiet.holds(local.hour * 60 + local.minute):
        from_ = _next(from_, chosen.quiet.to, zone)
    return Sending(way, from_ if from_ > now else None)


def _next(moment: datetime, minute: Minute, zone: tzinfo) -> datetime:
    """Return the first moment after one that has a time of day."""
    local = moment.astimezone(zone)
    at = datetime.combine(local.date(), time(minute // 60, minute % 60), zone)
    if at <= moment:
        at = datetime.combine(local.date() + timedelta(days=1), at.timetz().replace(tzinfo=None), zone)
    return at.astimezone(moment.tzinfo)
