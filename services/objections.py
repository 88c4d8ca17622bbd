"""The register of a notice: what was raised against it and answered, as far as somebody is shown it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from domain.entered import Entry
from domain.entries import SUMMARY
from domain.steps import NoticeStep, Step
from records.stored import events_after
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
    answers = {one.ref: one for one in state.entries.of_kind("answer")}
    found = []
    for one in state.entries.of_kind("objection"):
        answer = answers.get(str(one.seq))
        found.append(
            Raised(
                seq=one.seq,
                on=one.on,
                said=_said(connection, parts, look, one),
                answered_on=None if answer is None else answer.on,
                answer=None if answer is None else _said(connection, parts, look, answer),
            )
        )
    return tuple(found)


def _said(connection: Connection, parts: Parts, look: Look, entry: Entry) -> str | None:
    stored = events_after(connection, look.case.id, entry.seq - 1, limit=1)
    for event in look.events(opened(connection, parts, look.case, stored)):
        texts = event.data.get("texts")
        said = texts.get(SUMMARY.id) if isinstance(texts, Mapping) else None
        return said if isinstance(said, str) and said else None
    return None
