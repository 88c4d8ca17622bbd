"""Corrections of a case for people: the old value, the new one, who asked, who agreed, on which days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from domain.amending import Amendment, amendments
from domain.narrating import field_title
from domain.process import Process
from domain.values import Scalar, Text
from records.materials import Material
from services.seeing import AnyEventView


@dataclass(frozen=True)
class Document:
    """A document somebody handed in, by its digest; without a name where it is not kept here."""

    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Changed:
    """One correction, or one document that was written anew."""

    proposal: int
    target: int
    what: Text
    old: Scalar
    new: Scalar
    old_documents: tuple[Document, ...]
    new_documents: tuple[Document, ...]
    written_on: date | None
    """Of a document that was written anew: the day it bears."""
    reason: str | None
    state: Literal["waits", "confirmed", "rejected"]
    proposed_on: date
    proposed_by: str
    answered_on: date | None
    answered_by: str


def digests_of(events: Iterable[AnyEventView]) -> set[str]:
    """Return the digests of the documents that corrections are about."""
    values = (value for one in amendments(events) for value in (one.old, one.new))
    return {digest for value in values if isinstance(value, tuple) for digest in value}


def changes_in(
    edition: Process, events: Iterable[AnyEventView], names: Mapping[str, str], kept: Mapping[str, Material]
) -> tuple[Changed, ...]:
    """Return the corrections among events; `names` are those of people, `kept` the documents by digest."""
    shown = tuple(events)
    steps = {event.seq: event.step for event in shown}
    return tuple(
        _changed(one, what_changed(edition, steps.get(one.target), one.path), names, kept)
        for one in amendments(shown)
    )


def what_changed(edition: Process, step: str | None, path: str) -> Text:
    """Return what a corrected value is called."""
    part, _, name = path.partition(".")
    if part == "materials":
        found = edition.materials.get(name)
        return Text(zh=name, en=name) if found is None else found.title
    return _DAY if part == "occurred_on" else field_title(edition, step, name)


def document(digest: str, kept: Mapping[str, Material]) -> Document:
    """Return a document by its digest."""
    found = kept.get(digest)
    if found is None:
        return Document(digest, "", "application/octet-stream", 0)
    return Document(digest, found.name, found.media_type, found.size)


def _changed(one: Amendment, what: Text, names: Mapping[str, str], kept: Mapping[str, Material]) -> Changed:
    return Changed(
        proposal=one.proposal,
        target=one.target,
        what=what,
        old=None if isinstance(one.old, tuple) else one.old,
        new=None if isinstance(one.new, tuple) else one.new,
        old_documents=_documents(one.old, kept),
        new_documents=_documents(one.new, kept),
        written_on=one.written_on,
        reason=one.reason,
        state=one.state,
        proposed_on=one.proposed_on,
        proposed_by=names.get(one.proposed_by or "", ""),
        answered_on=one.answered_on,
        answered_by=names.get(one.answered_by or "", ""),
    )


def _documents(value: Scalar | tuple[str, ...], kept: Mapping[str, Material]) -> tuple[Document, ...]:
    return tuple(document(digest, kept) for digest in value) if isinstance(value, tuple) else ()


_DAY: Final = Text(zh="发生日期", en="the day it happened")
