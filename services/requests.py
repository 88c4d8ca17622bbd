"""What may be asked of a case, before anything is looked up for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.acts import Change, EntryRecord, MeetingRecord, PersonsAct
from domain.circumstances import Circumstances
from domain.values import Scalar, Value


class StartRequest(Value):
    """A case to start. `materials` holds ids; `occurred_on` is today where it is left out."""

    process: str
    subject: str
    unit: str
    occurred_on: date | None = None
    reason: str | None = None
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class ActRequest(Value):
    """Something to do to a case. Which parts count depends on `kind`; `materials` holds ids."""

    kind: Literal[
        "step",
        "withdraw",
        "suspend",
        "resume",
        "transfer",
        "correct",
        "migrate",
        "appeal",
        "recuse",
        "comment",
    ]
    occurred_on: date | None = None
    reason: str | None = None
    step: str = ""
    outcome: str | None = None
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    people: tuple[str, ...] = ()
    meeting: MeetingRecord | None = None
    entry: EntryRecord | None = None
    to_unit: str | None = None
    handed_over: bool = False
    change: Change | None = None
    confirms: int | None = None
    rejects: int | None = None
    person: str | None = None
    lifts: bool = False


class CommentRequest(ActRequest):
    """A comment to write (`text`), or one to withdraw (`withdraws`). No other act has these parts."""

    text: str | None = None
    to: tuple[str, ...] = ()
    withdraws: int | None = None


def as_act(asked: ActRequest, known: Circumstances, on: date, looked_up: Mapping[str, object]) -> PersonsAct:
    """Return the act that was asked for; `looked_up` holds what the record says in place of the request."""
    given = {name: getattr(asked, name) for name in ("kind", "reason", *_PARTS[asked.kind])}
    act: PersonsAct = _ACT.validate_python({"known": known, "occurred_on": on, **given, **looked_up})
    return act


_ACT: TypeAdapter[PersonsAct] = TypeAdapter(Annotated[PersonsAct, Field(discriminator="kind")])

_PARTS: Mapping[str, tuple[str, ...]] = {
    "step": ("step", "outcome", "fields", "people", "meeting", "entry"),
    "withdraw": ("outcome",),
    "suspend": (),
    "resume": (),
    "transfer": ("to_unit", "handed_over", "confirms", "rejects"),
    "correct": ("change", "confirms", "rejects"),
    "appeal": (),
    "recuse": ("person", "lifts"),
    "comment": ("text", "to", "withdraws"),
}
"""The parts of a request that each kind of act has, beside those all of them have."""
