"""The six kinds of step, and what an outcome does."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from domain.rules import Anchor, Condition, Deadline, Interval, Rule, Threshold
from domain.spans import Span
from domain.values import Level, Name, Text, Value

Actor = str
"""Who may act: `subject`, a case role, or `<unit kind>.<role>` for the holder of a post there."""


class Effect(Value):
    """What an outcome does to the case. `next` alone completes the step and lets the following ones open.

    Written `next`, `again`, `{end: not-approved}`, `{return_to: form}`, or
    `{extend: probation, months: extension-months, return_to: conversion-application}`.
    """

    end: Name | None = None
    return_to: Name | None = None
    extend: Name | None = None
    proposes_extension: Name | None = None
    """The period that a later step will extend: checked here already."""
    months: Name | None = None
    """The integer field that says by how many months."""
    again: bool = False
    """The step itself starts a new round."""
    needs_reason: bool = False
    title: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if given == "next":
            return {}
        if given == "again":
            return {"again": True}
        return given

    @property
    def completes(self) -> bool:
        """Whether the step counts as done afterwards, so that what follows may open."""
        return not (self.again or self.return_to or self.end)


class FieldSpec(Value):
    """One piece of data a step asks for. Free text never reaches the case's state or Temporal."""

    id: Name
    title: Text
    type: Literal["text", "date", "integer", "boolean", "choice"] = "text"
    required: bool = False
    for_outcomes: tuple[Name, ...] = ()
    """Asked for these outcomes only; empty: for all."""
    choices: tuple[Name, ...] = ()
    """Written as a list of ids, or as ids with what people call them."""
    choice_titles: dict[Name, Text] = Field(default_factory=dict)
    at_least: int | None = None
    at_most: int | None = None
    basis: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _titled(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if isinstance(given, dict) and isinstance(given.get("choices"), dict):
            return {**given, "choices": tuple(given["choices"]), "choice_titles": given["choices"]}
        return given

    def choice_title(self, choice: str) -> Text:
        """Return what people call a choice; its id where it has no title."""
        return self.choice_titles.get(choice) or Text(zh=choice, en=choice)


class MaterialRef(Value):
    """A material a step asks for. Written as a bare id, or with a level, outcomes and a condition."""

    id: Name
    level: Level = "block"
    required: bool = True
    for_outcomes: tuple[Name, ...] = ()
    when: Condition | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        return {"id": given} if isinstance(given, str) else given


class _Step(Value):
    id: Name
    title: Text
    by: tuple[Actor, ...]
    """Who may act; one of them suffices unless the kind asks for more."""
    after: tuple[Name, ...] | None = None
    """Steps of the same stage that come first. Absent: the step before it. Empty: opens with the stage."""
    when: Condition | None = None
    """Where this does not hold the step is passed over."""
    not_before: tuple[Interval, ...] = ()
    due: tuple[Deadline, ...] = ()
    materials: tuple[MaterialRef, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    rules: tuple[Rule, ...] = ()
    outcomes: dict[Name, Effect] = Field(default_factory=lambda: {"done": Effect()})
    basis: str | None = None
    optional: bool = False
    """May happen while its stage lasts; the stage does not wait for it."""
    number: str | None = None
    """The step's number in the field's own flow chart."""
    help: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_actor(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if isinstance(given, dict):
            given = dict(given)
            for key in ("by", "after"):
                if isinstance(given.get(key), str):
                    given[key] = (given[key],)
            for key in ("not_before", "due"):
                if isinstance(given.get(key), dict):
                    given[key] = (given[key],)
        return given


class RecordStep(_Step):
    """Something happened: an application, a talk, an oath, a filing."""

    kind: Literal["record"] = "record"


class DecisionStep(_Step):
    """One or several people choose an outcome. The first `need` equal answers of different people decide;
    any outcome that does not complete the step (return, end) is final at once.
    """

    kind: Literal["decision"] = "decision"
    need: int = Field(default=1, ge=1)
    of: int | None = Field(default=None, ge=1)
    """At most this many people answer; absent: everybody who may act."""


class Veto(Value):
    """One vote of this sort stops the motion."""

    basis: str


class MeetingStep(_Step):
    """A collective body decides by vote on the numbers of those entitled."""

    kind: Literal["meeting"] = "meeting"
    body: Name
    quorum: Threshold | None = None
    """Measured on those really present; written opinions do not count for it."""
    carried: Threshold
    """Measured on the yes votes, written ones included."""
    ballot: Literal["secret", "open"] = "secret"
    written: bool = False
    """Whether eligible absentees may hand in a written opinion before the meeting."""
    veto: Veto | None = None
    tie: Literal["lost", "chair"] = "lost"
    """What equal votes mean where the threshold is of those cast: lost, or the chair's vote decides."""
    lost: Name = "lost"
    """The outcome of a motion that did not carry; every other outcome is a motion that needs the vote."""


class EntrySpec(Value):
    """A thing recorded again and again inside a step: an assessment, training hours, an objection."""

    id: Name
    title: Text
    by: tuple[Actor, ...]
    every: Span | None = None
    """At least one in each such span, counted from the start of the period; a gap warns."""
    at_least: int = 0
    """So many before the period can end."""
    basis: str
    materials: tuple[MaterialRef, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    level: Level = "late"


class NoticeStep(_Step):
    """A public window in working days. Entries: `published` opens it, `objection` and `answer` follow.

    The outcome is recorded once the window has ended and every objection has its answer.
    """

    kind: Literal["notice"] = "notice"
    window: Span
    window_basis: str
    places: int = 1
    """Places where it hangs at the same time."""
    both_places_when: Condition | None = None
    """Where this holds, two places are needed (a mobile person: residence and registration)."""


class Extension(Value):
    """How a period may be lengthened."""

    times: int = 1
    at_least: int
    """Months."""
    at_most: int
    basis: str


class PeriodStep(_Step):
    """A minimum time with periodic duties. It ends by itself once time is served and duties are met."""

    kind: Literal["period"] = "period"
    starts: Anchor
    lasts: Span
    basis: str
    entries: tuple[EntrySpec, ...] = ()
    extension: Extension | None = None
    transfer_keeps_time: Literal["always", "if-handed-over"] = "if-handed-over"
    """Whether time served before a move counts: always, or only with papers handed over and checked."""


class AppointStep(_Step):
    """People into a case role, checked against the role's count, standing and exclusions."""

    kind: Literal["appoint"] = "appoint"
    role: Name
    replaceable: bool = True
    """Whether the people may be replaced later (outcome `replace`, with a reason)."""


def asked_of(step: Step) -> tuple[MaterialRef, ...]:
    """Return every material a step asks for, those of its entries included, each once."""
    entries = step.entries if isinstance(step, PeriodStep) else ()
    refs = (ref for refs in (step.materials, *(entry.materials for entry in entries)) for ref in refs)
    return tuple({ref.id: ref for ref in refs}.values())


DECIDING = ("decision", "meeting", "appoint")
"""Kinds of step in which people make up their minds about the subject."""

Step = Annotated[
    RecordStep | DecisionStep | MeetingStep | NoticeStep | PeriodStep | AppointStep,
    Field(discriminator="kind"),
]
"""Any step."""
