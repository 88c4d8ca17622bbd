"""The register of a notice: what was raised against it and answered, as far as somebody is shown it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from domain.entered import Entry
from domain.entries import SUMMARY
from domain.steps import NoticeStep, Step
from records.stored import events_numbered
from services.parts import Parts
from services.seeing import Look, opened


@dataclass(frozen=True)
class Raised:
    """An objection against what a notice says, and its answer."""

    seq: int
    on: date
    said: str | None
    """What it says, as far as the viewer is shown it."""
    answered_on: date | None
    answer: str | None
    """What was found and answered, as far as the viewer is shown it."""


def register_of(connection: Connection, parts: Parts, look: Look, step: Step) -> tuple[Raised, ...]:
    """Return the objections of a notice in the order they came in; none to whom they are not told."""
    state = look.case.steps.get(step.id)
    if not isinstance(step, NoticeStep) or state is None or not look.viewer.sees("informants"):
        return ()
    # By a reason nobody is shown it here: looks by a reason are written down.
    look = replace(look, viewer=look.viewer.model_copy(update={"stated": False}), reason=None)
    objections = state.entries.of_kind("objection")
    answers = {one.ref: one for one in state.entries.of_kind("answer")}
    said = _said(connection, parts, look, (*objections, *answers.values()))
    found = []
    for one in objections:
        answer = answers.get(str(one.seq))
        found.append(
            Raised(
                seq=one.seq,
                on=one.on,
                said=said.get(one.seq),
                answered_on=None if answer is None else answer.on,
                answer=None if answer is None else said.get(answer.seq),
            )
        )
    return tuple(found)


def _said(connection: Connection, parts: Parts, look: Look, entries: Iterable[Entry]) -> Mapping[int, str]:
    """Return what entries say, by their numbers, as far as the viewer is shown it."""
    stored = events_numbered(connection, look.case.id, (one.seq for one in entries))
    found = {}
    for event in look.events(opened(connection, parts, look.case, stored)):
        texts = event.data.get("texts")
        said = texts.get(SUMMARY.id) if isinstance(texts, Mapping) else None
        if isinstance(said, str) and said:
            found[event.seq] = said
    return found
