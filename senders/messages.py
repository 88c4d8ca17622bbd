"""What is sent, and what a sender of any sort promises."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Protocol

from pydantic import AwareDatetime

from domain.values import Language, Text, Value


class MessageLine(Value):
    """One case of several that a message is about."""

    case: str
    step: Text
    from_on: date


class Lent(Value):
    """A post by which a substitute is told, with both people: who is told, and whose post it is."""

    post: Text
    substitute: str
    owner: str


class Message(Value):
    """One duty to inform one person: what is due, until when, and where to look.

    Carries no name of whom a case is about; a substitute is told for whom, by name, as everywhere.
    """

    id: str
    """The Message-ID, without angle brackets: the same each time the same duty is tried."""
    to: str
    language: Language
    kind: str
    """Of the obligation: `task-opened`, `reminder`, `overdue`, `closed` and so on."""
    case: str
    process: Text
    step: Text | None = None
    outcome: Text | None = None
    lent: Lent | None = None
    """By which post a substitute is told, and whose it is; None for whoever is told for himself."""
    due_on: date | None = None
    lines: tuple[MessageLine, ...] = ()
    """Every case it is about, where that may be more than one."""
    day: tuple[Message, ...] = ()
    """Of a daily mail: everything that is in it. The other parts are those of the first."""
    today: date
    created_at: AwareDatetime

    @property
    def days_left(self) -> int | None:
        """Days until it is due; negative when that day has passed."""
        return None if self.due_on is None else (self.due_on - self.today).days


def of_a_day(messages: Sequence[Message]) -> Message:
    """Return one message for several to the same person; its id is the same as long as these are."""
    ids = "\n".join(sorted(one.id for one in messages))
    return messages[0].model_copy(
        update={
            "id": f"{hashlib.sha256(ids.encode()).hexdigest()[:32]}@{messages[0].id.partition('@')[2]}",
            "kind": "daily",
            "day": tuple(messages),
            "created_at": max(one.created_at for one in messages),
        }
    )


class Refused(Exception):
    """This message will never be taken. The text is for the record: a code, and no address."""


class NotNow(Exception):
    """It is not known that the message was taken; the same one may be tried again later."""


class Round(Protocol):
    """One round of sending, with whatever connection that needs."""

    async def send(self, message: Message) -> None:
        """Send it. Returns once it was taken. Raises Refused, or NotNow."""
        ...


class Sender(Protocol):
    """A way to reach people."""

    channel: str
    """What the record calls this way: `mail`, `in-app`."""

    def round(self) -> AbstractAsyncContextManager[Round]:
        """Open a round."""
        ...
