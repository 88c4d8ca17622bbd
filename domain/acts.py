"""Acts: what a person, or the passing of time, asks of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.circumstances import Circumstances
from domain.values import Scalar, Value
from domain.working_days import WorkingCalendar


class Backing(Value):
    """What a consent or resolution rests on: its day, its number, or the document itself."""

    on: date | None = None
    ref: str | None = None
    material: str | None = None
    """The digest of the document."""

    @property
    def is_there(self) -> bool:
        """Whether anything at all was named."""
        return any((self.on, (self.ref or "").strip(), self.material))


class Excluded(Value):
    """An entitled member left out of the count, with the ground for it, and what it rests on."""

    person: str
    ground: str
    consent: Backing | None = None
    """Of the superior."""
    resolution: Backing | None = None
    """Of the meeting that left the member out."""


class Opinion(Value):
    """An opinion in writing, handed in before a meeting by somebody entitled who is not there."""

    person: str
    says: Literal["yes", "no", "abstain"] | None = None
    """What he wrote, where the ballot is open: of a secret one nothing says who voted how."""


class AgendaItem(Value):
    """As which item of how many a case was treated in a meeting that treated several, one after the other."""

    item: int = Field(ge=1)
    of: int = Field(ge=1)
    """How many there were when the first of them was voted on."""
    added: bool = False
    """Put on the agenda after that: its number comes after those that were planned."""


class MeetingRecord(Value):
    """The numbers of one vote on one person."""

    eligible: int = Field(ge=0)
    present: int = Field(ge=0)
    written: int = Field(default=0, ge=0)
    yes: int = Field(ge=0)
    no: int = Field(default=0, ge=0)
    abstain: int = Field(default=0, ge=0)
    vetoes: int = Field(default=0, ge=0)
    chair: Literal["yes", "no"] | None = None
    """The chair's vote where a tie needs it."""
    excluded: tuple[Excluded, ...] = ()
    attended: tuple[str, ...] = ()
    """Who was there, where that is told by name."""
    opinions: tuple[Opinion, ...] = ()
    """Whose opinions in writing were counted; facts of before these were named have their number alone."""
    agenda: AgendaItem | None = None


class EntryRecord(Value):
    """One entry of a periodic duty or of a notice: what it is, and what it answers."""

    kind: str
    ref: str | None = None
    """The objection an answer belongs to."""
    fields: Mapping[str, Scalar] = Field(default_factory=dict)


class _PersonsAct(Value):
    known: Circumstances
    occurred_on: date
    reason: str | None = None


class Start(_PersonsAct):
    """Start a case: completes the first step of the process."""

    kind: Literal["start"] = "start"
    case: str
    subject: str
    calendar: WorkingCalendar
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class StepAct(_PersonsAct):
    """Complete, return, or add to a step."""

    kind: Literal["step"] = "step"
    step: str
    outcome: str | None = None
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Digests by material id."""
    papers: tuple[str, ...] = ()
    """Kinds of material that are kept on paper elsewhere: of what is brought in from a file only."""
    people: tuple[str, ...] = ()
    meeting: MeetingRecord | None = None
    entry: EntryRecord | None = None


class Withdraw(_PersonsAct):
    """End the case at the person's own wish, or because the person is no longer there."""

    kind: Literal["withdraw"] = "withdraw"
    outcome: str | None = None
    """Another outcome of kind `left`, such as death; only others than the subject may say so."""


class Suspend(_PersonsAct):
    """Stop the clocks."""

    kind: Literal["suspend"] = "suspend"


class Resume(_PersonsAct):
    """Let the clocks run again."""

    kind: Literal["resume"] = "resume"


class Transfer(_PersonsAct):
    """Move the case to another unit: proposed by the old one, confirmed by the new one."""

    kind: Literal["transfer"] = "transfer"
    to_unit: str | None = None
    handed_over: bool = False
    """The materials were handed over and checked, so that the time served goes on counting."""
    confirms: int | None = None
    """The seq of the proposal that is confirmed."""
    rejects: int | None = None


class Change(Value):
    """One value of the past that was recorded wrongly."""

    seq: int = Field(ge=1)
    """The event it stands in."""
    path: str
    """`occurred_on`, `fields.<id>` or `materials.<id>`."""
    value: Scalar | tuple[str, ...]
    written_on: date | None = None
    """Of a document that was lost or never made, and written anew: the day it bears."""


class Correct(_PersonsAct):
    """Correct a recorded value: proposed by one person, confirmed by another; the old value stays."""

    kind: Literal["correct"] = "correct"
    change: Change | None = None
    old: Scalar | tuple[str, ...] = None
    """The value as recorded, handed in by whoever keeps the record."""
    in_text: bool = False
    """The value is free text or a document, which no rule looks at."""
    confirms: int | None = None
    rejects: int | None = None


class Appeal(_PersonsAct):
    """Ask that a refusal be looked at again: reopens the stage in which the case ended."""

    kind: Literal["appeal"] = "appeal"


class Recuse(_PersonsAct):
    """Keep somebody out of what is decided in the case, for a conflict of interest; or let him back in."""

    kind: Literal["recuse"] = "recuse"
    person: str | None = None
    """None: the actor himself."""
    lifts: bool = False


class Comment(_PersonsAct):
    """Write a comment on the case, or withdraw one's own. It decides nothing and moves nothing."""

    kind: Literal["comment"] = "comment"
    text: str | None = None
    step: str | None = None
    """The step it is about; None: the whole case."""
    to: tuple[str, ...] = ()
    """Posts of the definition whose holders are told of it."""
    withdraws: int | None = None
    """The seq of the comment that is withdrawn."""


class Reassign(_PersonsAct):
    """The organisation changed: the case goes to another unit, or its own stands elsewhere.

    Nobody asks for it on the case itself; whoever changed the organisation signs.
    """

    kind: Literal["reassign"] = "reassign"
    from_unit: str | None = None
    """The unit that is closed; None where units moved, and only the path above the case changed."""
    post: str | None = None
    """The post by which the organisation was changed."""


class Due(Value):
    """The moment has come: whatever happens by itself up to now happens."""

    kind: Literal["due"] = "due"
    adopt: bool = False
    """Take over a later version of the process that is in force, as well."""


class Told(Value):
    """What a paper or a file tells of one step: when it happened, and as far as it is told, how."""

    step: str
    on: date
    known: Circumstances
    """What the registers say of that day. The actor is whoever did it, or empty where that is not told."""
    outcome: str | None = None
    fields: Mapping[str, Scalar] = Field(default_factory=dict)
    papers: tuple[str, ...] = ()
    """Kinds of material that are kept on paper."""
    people: tuple[str, ...] = ()
    meeting: MeetingRecord | None = None
    entry: EntryRecord | None = None
    whole: Literal["suspended", "resumed", "transferred"] | None = None
    """What happened to the whole case, to none of its steps; of a transfer, `known` is of where it went."""
    reason: str | None = None
    """Of what happened to the whole case."""


class BringIn(Value):
    """Begin a case half-way, with what a file tells of it. Nobody acted here: it happened elsewhere."""

    kind: Literal["bring-in"] = "bring-in"
    known: Circumstances
    """The actor is whoever brings it in; the path is that of today."""
    case: str
    subject: str
    calendar: WorkingCalendar
    stage: str | None = None
    """The stage the file says was reached; None where it says nothing."""
    told: tuple[Told, ...] = Field(min_length=1)
    """The first step of the process is among them."""
    file: str
    """The digest of the file."""
    row: int = Field(ge=1)
    digest: str
    """Of what the row says."""
    as_it_was: bool = False
    """Let facts pass that broke a rule of their day; the case keeps which."""


PersonsAct = Start | StepAct | Withdraw | Suspend | Resume | Transfer | Correct | Appeal | Recuse | Comment
"""An act of a person."""

Act = Annotated[PersonsAct | Reassign | BringIn | Due, Field(discriminator="kind")]
"""Anything `decide` can be asked."""
