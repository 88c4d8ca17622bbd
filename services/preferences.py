"""How somebody wants to be told of things by mail, and what of it nobody can switch off."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import Connection

from domain.preferences import TOPICS, Preferences, Topic, Way, check
from domain.values import Language, Text
from records import people
from records import preferences as kept
from services.parts import Caller, Parts
from services.views import View

TITLES: Final[dict[Topic, Text]] = {
    "tasks": Text(zh="待办事项", en="What waits for me"),
    "deadlines": Text(zh="期限提醒与逾期", en="Deadlines, and what is overdue"),
    "results": Text(zh="个案结果与变动", en="What becomes of a case"),
    "comments": Text(zh="给我的留言", en="Comments for me"),
    "staffing": Text(zh="人员不足", en="Too few people"),
}
"""What topics are called."""


class RequiredView(View):
    """By which rule messages of a topic cannot be switched off."""

    source: str
    basis: str
    detail: str


class TopicView(View):
    """A topic, and how its messages go."""

    topic: Topic
    title: str
    way: Way
    required: RequiredView | None


class QuietView(View):
    """Hours without mails: times of day such as `22:00`."""

    from_: Annotated[str, Field(serialization_alias="from", validation_alias="from")]
    to: str


class PreferencesView(View):
    """How the caller is told of things by mail."""

    email: str | None
    """Where mails go; without it there is the list of messages only."""
    topics: tuple[TopicView, ...]
    daily_at: str
    quiet: QuietView | None
    language: Language | None
    """Of mails; null: the language of pages."""


async def shown(parts: Parts, caller: Caller) -> PreferencesView:
    """Return what the caller chose, and what holds where he chose nothing."""

    def work(connection: Connection) -> PreferencesView:
        chosen = kept.preferences_of(connection, caller.person) or Preferences()
        email = people.person(connection, caller.person).email
        return _view(parts, caller, chosen, email)

    return await parts.read(work)


async def choose(parts: Parts, caller: Caller, chosen: Preferences) -> PreferencesView:
    """Keep how the caller wants to be told. Raises FieldInvalid where something has to be told."""
    check(chosen, parts.required)

    def work(connection: Connection) -> PreferencesView:
        kept.keep_preferences(connection, caller.person, chosen, parts.clock())
        email = people.person(connection, caller.person).email
        return _view(parts, caller, chosen, email)

    return await parts.write(work)


def minutes_of(clock: str) -> int:
    """Return the minutes since midnight of a time of day such as `22:00`, which has that form."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minutes: int) -> str:
    """Return a time of day as people write it."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _view(parts: Parts, caller: Caller, chosen: Preferences, email: str | None) -> PreferencesView:
    return PreferencesView(
        email=email,
        topics=tuple(_topic(parts, caller, chosen, topic) for topic in TOPICS),
        daily_at=clock_of(chosen.daily_at),
        quiet=None
        if chosen.quiet is None
        else QuietView(from_=clock_of(chosen.quiet.from_), to=clock_of(chosen.quiet.to)),
        language=chosen.language,
    )


def _topic(parts: Parts, caller: Caller, chosen: Preferences, topic: Topic) -> TopicView:
    rule = parts.required.get(topic)
    return TopicView(
        topic=topic,
        title=TITLES[topic].in_language(caller.language),
        way=chosen.way(topic, parts.required),
        required=None
        if rule is None
        else RequiredView(
            source=rule.source.in_language(caller.language),
            basis=rule.basis,
            detail=rule.says.in_language(caller.language),
        ),
    )
