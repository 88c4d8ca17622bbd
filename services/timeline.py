"""What happened in a case, in words: who did what when, with which documents, as far as it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.amending import amendments
from domain.events import Gap
from domain.narrating import COMMENTS, FOLLOWING, answer_title, field_title, told
from domain.process import MaterialSpec, Process
from domain.values import Scalar, Text
from domain.withholding import MASK
from records.materials import Material
from services.changes import Changed, Document, digests_of, document
from services.seeing import AnyEventView
from services.views import Named, PartEventView


@dataclass(frozen=True)
class Happened:
    """One event in words."""

    seq: int
    kind: str
    says: Text
    on: date
    recorded_at: datetime
    by: str | None
    """Who did it, by name; empty where that is not shown, None where time itself acted."""
    by_id: str | None
    on_behalf_of: str | None
    reason: str | None
    free: tuple[tuple[str, Text, str], ...]
    """Answers in free text: the field's id, what it is called, the text."""
    values: tuple[tuple[str, Text, Scalar | Text], ...]
    """Answers that are no free text: the field's id, what it is called, the answer."""
    people: tuple[Named, ...]
    wrote: tuple[tuple[Named, str | None], ...]
    """Whose opinions in writing a vote counted, and what they say where the ballot was open."""
    warnings: tuple[Text, ...]
    documents: tuple[tuple[Text, Document], ...]
    changes: tuple[Changed, ...]
    """Corrections of it; of a proposal the one it made."""
    is_late: bool
    is_withheld: bool
    is_imported: bool
    """It happened elsewhere, and was brought in from a file."""
    gaps: tuple[Gap, ...] = ()
    """Of what was brought in: what is lacking, and which rules were broken."""


@dataclass(frozen=True)
class HandedIn:
    """A material of the process and the documents handed in for it, latest last; none if it is on paper."""

    material: str
    spec: MaterialSpec
    documents: tuple[Document, ...]


def digests_in(events: Iterable[AnyEventView]) -> set[str]:
    """Return the digests of all documents that events name."""
    shown = tuple(events)
    handed = {one for event in shown for _, digests in _named_in(event) for one in digests}
    return handed | digests_of(shown)


def is_told(event: AnyEventView) -> bool:
    """Whether an event is told by itself, and not with the one it follows from, or as a comment."""
    return event.type not in FOLLOWING and event.type not in COMMENTS


def _named_in(event: AnyEventView) -> tuple[tuple[str, tuple[str, ...]], ...]:
    given = event.data.get("materials")
    if not isinstance(given, dict):
        return ()
    return tuple(
        (kind, tuple(digests)) for kind, digests in given.items() if isinstance(digests, list | tuple)
    )


def people_in(events: Iterable[AnyEventView]) -> set[str]:
    """Return everybody who acted in events or is named by them, as far as that is shown."""
    found: set[str] = set()
    for event in events:
        found |= {one for one in (event.actor, event.on_behalf_of) if one is not None and one != MASK}
        found |= {one for one in event.data.get("people") or () if isinstance(one, str) and one != MASK}
        found |= {one["person"] for one in opinions_in(event.data)}
    return found


def opinions_in(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the opinions in writing that a vote counted, as far as they are shown."""
    met = data.get("meeting")
    said = met.get("opinions") if isinstance(met, Mapping) else None
    return tuple(one for one in said or () if isinstance(one, Mapping))


def happened(
    edition: Process,
    event: AnyEventView,
    names: Mapping[str, str],
    kept: Mapping[str, Material],
    *,
    imported: int | None = None,
    changes: Iterable[Changed] = (),
) -> Happened:
    """Return an event in words; `names` are those of people, `kept` the documents by digest.

    `imported` is the event up to which everything was brought in from a file.
    """
    data = event.data
    texts = data.get("texts")
    values = data.get("values")
    warnings = data.get("warnings") or ()
    return Happened(
        seq=event.seq,
        kind=event.type,
        says=told(edition, event.type, event.step, data),
        on=event.occurred_on,
        recorded_at=event.recorded_at,
        by=None if event.actor is None else names.get(event.actor, ""),
        by_id=None if event.actor in {None, MASK} else event.actor,
        on_behalf_of=None if event.on_behalf_of is None else names.get(event.on_behalf_of, ""),
        reason=data.get("reason") or None,
        free=tuple(
            (name, field_title(edition, event.step, name), str(value))
            for name, value in (texts.items() if isinstance(texts, dict) else ())
        ),
        values=tuple(
            (
                name,
                field_title(edition, event.step, name),
                answer_title(edition, event.step, name, value) or value,
            )
            for name, value in (values.items() if isinstance(values, dict) else ())
        ),
        people=tuple(
            Named(id=one, name=names.get(one, "")) for one in data.get("people") or () if one in names
        ),
        wrote=tuple(
            (Named(id=one["person"], name=names.get(one["person"], "")), one.get("says"))
            for one in opinions_in(data)
        ),
        warnings=tuple(Text.model_validate(one["detail"]) for one in warnings if isinstance(one, dict)),
        documents=tuple(
            (edition.materials[kind].title, document(digest, kept))
            for kind, digests in _named_in(event)
            if kind in edition.materials
            for digest in digests
        ),
        changes=tuple(one for one in changes if event.seq in {one.proposal, one.target}),
        is_late=event.type == "became-overdue" or bool(warnings),
        is_withheld=isinstance(event, PartEventView),
        is_imported=imported is not None and event.seq < imported,
        gaps=tuple(Gap.model_validate(one) for one in data.get("gaps") or ()),
    )


def handed_in(
    edition: Process, events: Iterable[AnyEventView], kept: Mapping[str, Material]
) -> tuple[HandedIn, ...]:
    """Return the materials that were handed in, or written anew, in the order of the catalogue."""
    found: dict[str, dict[str, Document]] = {}
    shown = tuple(events)
    for event in shown:
        for kind, digests in _named_in(event):
            its = found.setdefault(kind, {})
            its |= {digest: document(digest, kept) for digest in digests}
    for one in amendments(shown):
        part, _, kind = one.path.partition(".")
        if one.state == "confirmed" and part == "materials" and isinstance(one.new, tuple):
            its = found.setdefault(kind, {})
            its |= {digest: document(digest, kept) for digest in one.new}
    return tuple(
        HandedIn(kind, spec, tuple(found[kind].values()))
        for kind, spec in edition.materials.items()
        if kind in found
    )
