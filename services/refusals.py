"""Why something that was asked for is not done, other than by a rule of the process."""

from __future__ import annotations

from collections.abc import Sequence

from domain.values import Text
from services.views import EventView


class Refusal(Exception):
    """Something asked for is not done. `kind` names it for programs; `detail` says it in both languages.

    Carries nothing that was sent.
    """

    kind = "not-possible"

    def __init__(self, detail: Text | None = None) -> None:
        """Keep the sentence, where there is more to say than the kind says."""
        super().__init__(self.kind)
        self.detail = detail


class NotSignedIn(Refusal):
    """No valid session or token came with the request."""

    kind = "not-signed-in"


class WrongLogin(Refusal):
    """Login or password is wrong; which of them is not said."""

    kind = "wrong-login"


class TooManyTries(Refusal):
    """Too many log-ins were tried for this login or from this address."""

    kind = "too-many-tries"

    def __init__(self, wait_s: int) -> None:
        """Keep how long to wait, in seconds."""
        super().__init__()
        self.wait_s = wait_s


class NotPermitted(Refusal):
    """No post the person holds today allows this."""

    kind = "not-permitted"


class NotFound(Refusal):
    """There is no such thing, or it is outside the person's scope: the two look the same."""

    kind = "not-found"


class HeadMoved(Refusal):
    """The case is not as the person saw it."""

    kind = "head-moved"

    def __init__(self, head: str, events: Sequence[EventView]) -> None:
        """Keep the present head and the events since the head the person saw (all, where it is unknown)."""
        super().__init__()
        self.head = head
        self.events = tuple(events)


class WordsMoved(Refusal):
    """Something else was said of a person, a unit or a post since the person looked."""

    kind = "words-moved"

    def __init__(self, tag: str) -> None:
        """Keep what tells the present state from others: the number of the last word, or the last day."""
        super().__init__()
        self.tag = tag


class KeyReused(Refusal):
    """The idempotency key belongs to another request."""

    kind = "key-reused"


class OneOpenCase(Refusal):
    """The person has an open case in this process."""

    kind = "one-open-case"


class InUse(Refusal):
    """What was to be made exists already, or clashes with something that does."""

    kind = "in-use"


class Contradiction(Refusal):
    """What was asked would make the organisation contradict itself."""

    kind = "contradiction"


class NotReady(Refusal):
    """The record cannot be reached now."""

    kind = "not-ready"


class StorageFull(Refusal):
    """There is no room left for the record or for documents."""

    kind = "storage-full"


class TooLarge(Refusal):
    """A document is larger than this service keeps."""

    kind = "too-large"


class Malformed(Refusal):
    """What was sent cannot be read at all."""

    kind = "malformed"


class InvalidInput(Refusal):
    """One part of what was asked does not make sense here."""

    kind = "invalid-input"

    def __init__(self, path: str, problem: Text) -> None:
        """Keep which part (a name of ours, never the sender's) and what is wrong with it."""
        super().__init__()
        self.path = path
        self.problem = problem
