"""Of which events somebody is not even told that they are there."""

from __future__ import annotations

from typing import Final

from domain.blocking import answers_rule
from domain.events import (
    AnswerGiven,
    CommentAdded,
    CommentWithdrawn,
    CorrectionConfirmed,
    CorrectionProposed,
    CorrectionRejected,
    EntryAdded,
    Event,
)
from domain.process import Process
from domain.recusing import is_deliberated
from domain.seeing import Group, Viewer
from domain.steps import NoticeStep
from domain.values import Value
from domain.withholding import Place, content_of, group_of, whole_group

NOT_FOR_ALL: Final = (
    "answer-given",
    "entry-added",
    "correction-proposed",
    "correction-confirmed",
    "correction-rejected",
    "comment-added",
    "comment-withdrawn",
)
"""Types of events that somebody may not even be told of."""

Commenting = CommentAdded | CommentWithdrawn
"""What belongs to the talk beside a case."""
Correcting = CorrectionProposed | CorrectionConfirmed | CorrectionRejected
"""What belongs to a correction."""
_SPOKEN: Final[frozenset[Group]] = frozenset({"deliberation", "informants", "political-review"})


class Corrected(Value):
    """What a correction is about."""

    path: str
    event: Event
    """In which the value was recorded."""


def is_absent(place: Place, viewer: Viewer, event: Event, corrected: Corrected | None = None) -> bool:
    """Whether somebody is not even told that an event is there.

    Whoever keeps out of what is decided, and the person concerned, learn the result and nothing of the way to
    it: that one of several answered, or that somebody objected. The person concerned is told of a correction
    of what he is shown, since nothing he knows is changed silently, and of no other; where it is not known
    what was `corrected`, he is told. Comments are there for who reads them. Whatever one did is shown.
    """
    if viewer.person in {event.actor, event.on_behalf_of}:
        return False
    if isinstance(event.body, Commenting):
        return not viewer.sees("comments")
    if viewer.alone == "subject" and isinstance(event.body, Correcting):
        return corrected is not None and not _is_shown(place, viewer, corrected)
    if viewer.alone == "subject":
        return _tells_that_somebody_spoke(place, viewer, event)
    return viewer.alone is not None and _is_on_the_way(place, event)


def is_hidden_block(viewer: Viewer, edition: Process, rule: str) -> bool:
    """Whether what stands in the way of a step tells somebody of objections of which he is not told."""
    if viewer.sees("informants"):
        return False
    return any(isinstance(step, NoticeStep) and rule == answers_rule(step) for step in edition.steps.values())


def _is_on_the_way(place: Place, event: Event) -> bool:
    """Whether an event belongs to the way to a decision, and is no result."""
    if isinstance(event.body, Correcting):
        return True
    if not isinstance(event.body, AnswerGiven | EntryAdded):
        return False
    step, edition = place.step(event.step), place.process.edition(place.case.version)
    return step is None or any(is_deliberated(one, step) for one in (place.process, edition))


def _tells_that_somebody_spoke(place: Place, viewer: Viewer, event: Event) -> bool:
    """Whether all that is left of an event for somebody is that one of several answered, or objected."""
    if isinstance(event.body, AnswerGiven):
        return not viewer.sees("votes")
    if not isinstance(event.body, EntryAdded):
        return False
    group = whole_group(place, event) or content_of(place, event)
    return group in _SPOKEN and not viewer.sees(group)


def _is_shown(place: Place, viewer: Viewer, corrected: Corrected) -> bool:
    """Whether somebody is shown the value that a correction is of; the day of whatever he is told of is."""
    event = corrected.event
    part, _, name = corrected.path.partition(".")
    if viewer.person in {event.actor, event.on_behalf_of}:
        return True
    if is_absent(place, viewer, event):
        return False
    if part not in {"fields", "materials"}:
        return True
    whole = whole_group(place, event)
    if whole is not None and not viewer.sees(whole):
        return False
    return viewer.sees(group_of(place, content_of(place, event), part, name))
