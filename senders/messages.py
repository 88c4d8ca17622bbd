"""What is sent, and what a sender of any sort promises."""

from __future__ import annotations

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
    today: date
    created_at: AwareDatetime

    @property
    def days_left(self) -> int | None:
        """Days until it is due; negative when that day has passed."""
        return None if self.due_on is None else (self.due_on - self.today).days


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
