"""What can go wrong with the record. None of these messages carries personal data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from records.stored import StoredEvent


class DatabaseUnavailable(Exception):
    """The database cannot be reached, is full, or did not answer; the message says what to do."""


class StorageFull(DatabaseUnavailable):
    """There is no room where the database keeps its data. Nothing of the work was kept."""


class RecordDamaged(DatabaseUnavailable):
    """The file of the record cannot be read as a database, and waiting does not help; the message says so."""


class SchemaOutdated(Exception):
    """The tables are not those this release needs; the message says what to do."""


class NotFound(Exception):
    """There is no such thing, or not for this person."""


class HeadMoved(Exception):
    """The case is no longer where the actor saw it.

    `head` is the present head, `events` are those recorded since the head that was named; all events of the
    case where that head never existed.
    """

    def __init__(self, head: str, events: tuple[StoredEvent, ...]) -> None:
        """Keep both."""
        super().__init__("the case moved on since it was read")
        self.head = head
        self.events = events


class OneOpenCase(Exception):
    """The subject has an open case of this process already."""


class KeyReused(Exception):
    """An idempotency key was used before, for something else."""


class AlreadyThere(Exception):
    """A thing of that name or in that place exists already."""


class OutOfOrder(Exception):
    """The organisation would contradict itself: a unit above itself, a post that ends before it begins."""


def check_order(from_on: date, to_on: date | None) -> None:
    """Raise OutOfOrder where a last day lies before the first."""
    if to_on is not None and to_on < from_on:
        raise OutOfOrder("the last day lies before the first")
