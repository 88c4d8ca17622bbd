"""Which documents events name, by digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.events import AnswerGiven, CorrectionProposed, EntryAdded, Event, PeopleReplaced, StepCompleted


def documents_in(events: Iterable[Event]) -> tuple[str, ...]:
    """Return the digest of every document the events name, each once."""
    return tuple(dict.fromkeys(digest for event in events for digest in _named_by(event)))


def _named_by(event: Event) -> Iterator[str]:
    body = event.body
    if isinstance(body, StepCompleted | AnswerGiven | EntryAdded | PeopleReplaced):
        for handed_in in body.materials.values():
            yield from handed_in
        if isinstance(body, StepCompleted) and body.meeting is not None:
            for excluded in body.meeting.excluded:
                backings = (excluded.consent, excluded.resolution)
                yield from (one.material for one in backings if one is not None and one.material)
    # Whoever is asked to confirm a document has to be able to read it, so a proposal counts already.
    elif isinstance(body, CorrectionProposed) and body.change.path.startswith("materials."):
        yield from body.change.value if isinstance(body.change.value, tuple) else ()
