"""What may be sent: one flat model for each kind of request, every part bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StrictBool

from api.bounds import (
    Answer,
    Asked,
    Clock,
    Count,
    Day,
    Email,
    Fields,
    Id,
    Ids,
    Label,
    Line,
    MaterialIds,
    Prose,
    Reason,
    Seq,
    Storable,
)
from domain.preferences import Topic, Way
from domain.values import Language
from services.comments import LONGEST


class LogIn(Asked):
    """A login and its password."""

    login: Line
    password: Annotated[SecretStr, Field(max_length=1_000)]


class StartBody(Asked):
    """A case to start. `occurred_on` is today where it is left out."""

    process: Label
    subject: Id
    unit: Id
    occurred_on: Day | None = None
    reason: Prose | None = None
    fields: Fields = Field(default_factory=dict)
    materials: MaterialIds = Field(default_factory=dict)


class BackingBody(Asked):
    """What a consent or resolution rests on: its day, its number, the document. One of them is enough."""

    on: Day | None = None
    ref: Line | None = None
    material: Id | None = None


class ExcludedBody(Asked):
    """An entitled member left out of the count, by whose consent and by which resolution."""

    person: Id
    ground: Label
    consent: BackingBody | None = None
    resolution: BackingBody | None = None


class OpinionBody(Asked):
    """Somebody entitled who was not there and had handed in his opinion; `says` where the ballot is open."""

    person: Id
    says: Literal["yes", "no", "abstain"] | None = None


class AgendaItemBody(Asked):
    """As which item of how many the case was treated."""

    item: Annotated[int, Field(ge=1, le=1_000)]
    of: Annotated[int, Field(ge=1, le=1_000)]
    added: bool = False


class MeetingBody(Asked):
    """The numbers of one vote, and who was there, wrote, or was left out."""

    eligible: Count
    present: Count
    written: Count = 0
    yes: Count
    no: Count = 0
    abstain: Count = 0
    vetoes: Count = 0
    chair: Literal["yes", "no"] | None = None
    excluded: Annotated[tuple[ExcludedBody, ...], Field(max_length=1_000)] = ()
    attended: Annotated[tuple[Id, ...], Field(max_length=1_000)] = ()
    opinions: Annotated[tuple[OpinionBody, ...], Field(max_length=1_000)] = ()
    agenda: AgendaItemBody | None = None


class EntryBody(Asked):
    """One entry of a periodic duty or of a notice."""

    kind: Label
    ref: Label | None = None
    fields: Fields = Field(default_factory=dict)


class _ActBody(Asked):
    occurred_on: Day | None = None
    reason: Prose | None = None


class StepBody(_ActBody):
    """What is done at a step. `occurred_on` is today where it is left out."""

    outcome: Label | None = None
    fields: Fields = Field(default_factory=dict)
    materials: MaterialIds = Field(default_factory=dict)
    people: Ids = ()
    meeting: MeetingBody | None = None
    entry: EntryBody | None = None


class WholeCaseBody(_ActBody):
    """A suspension, a resumption or an appeal."""


class WithdrawBody(_ActBody):
    """A withdrawal; `outcome` names another way the person left, which others than the subject may record."""

    outcome: Label | None = None


class RecuseBody(_ActBody):
    """Somebody who keeps out for a conflict of interest (the caller where nobody is named), or is let in."""

    person: Id | None = None
    lifts: bool = False


class CommentBody(Asked):
    """A comment on the case, or on one of its steps; `to` names posts whose holders are told."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"\S"), Storable]
    step: Label | None = None
    to: Annotated[tuple[Label, ...], Field(max_length=20)] = ()


class WithdrawCommentBody(Asked):
    """Why a comment is withdrawn."""

    reason: Reason


class ReadBody(Asked):
    """Which messages were read: some by id, or with nothing said all there are."""

    ids: Annotated[tuple[Id, ...], Field(max_length=1_000)] | None = None


class QuietBody(Asked):
    """Hours in which no mail is sent; they may reach over midnight."""

    from_: Clock = Field(alias="from")
    to: Clock


class PreferencesBody(Asked):
    """How the caller wants to be told. What is left out goes back to what holds where nothing is chosen."""

    ways: dict[Topic, Way] = Field(default_factory=dict)
    daily_at: Clock = "08:00"
    quiet: QuietBody | None = None
    language: Language | None = None


class MigrateBody(Asked):
    """Nothing has to be said: what is due by now happens, a change of rules included."""

    reason: Prose | None = None


class TransferBody(_ActBody):
    """A proposal to move the case (`to_unit`), or the new unit's answer to it."""

    to_unit: Id | None = None
    handed_over: bool = False
    confirms: Seq | None = None
    rejects: Seq | None = None


class ChangeBody(Asked):
    """A value that was recorded wrongly: the event it stands in, its path there, and the right value."""

    seq: Seq
    path: Annotated[str, Field(max_length=120, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    value: Answer | Ids
    written_on: Day | None = None
    """Of a document that was written anew: the day it bears."""


class CorrectBody(_ActBody):
    """A proposal (`change`), or a second person's answer to one."""

    change: ChangeBody | None = None
    confirms: Seq | None = None
    rejects: Seq | None = None


class UnitBody(Asked):
    """A unit to add below another."""

    kind: Label
    name: Line
    parent: Id
    temporary: bool = False
    may_approve: bool = False


class UnitChangeBody(Asked):
    """What becomes different in a unit. `from` is today where it is left out."""

    reason: Reason
    from_: Annotated[Day | None, Field(alias="from")] = None
    name: Line | None = None
    kind: Label | None = None
    parent: Id | None = None
    may_approve: StrictBool | None = None
    temporary: StrictBool | None = None


class ClosingBody(Asked):
    """A unit to close. `on` is the first day on which it is no more; today where it is left out.

    `successor` takes over what `assigned` (units by person) does not name.
    """

    reason: Reason
    on: Day | None = None
    successor: Id | None = None
    assigned: Annotated[dict[Id, Id], Field(max_length=10_000)] = Field(default_factory=dict)
    posts: Literal["move", "end"] = "end"
    standings: Literal["move", "end"] = "move"


class PersonBody(Asked):
    """A person to add, as a member of a unit where `unit` is given."""

    name: Line
    unit: Id
    email: Email | None = None
    language: Literal["zh", "en"] = "zh"
    born_on: Day | None = None
    standing: Label | None = None


class PostBody(Asked):
    """A post to give. `from` is today where it is left out; `to` is the last day it is held."""

    person: Id
    role: Label
    unit: Id
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class LendingBody(Asked):
    """What a post is lent for: everything, or some processes, stages or units with all below them."""

    processes: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    stages: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    units: Annotated[tuple[Id, ...], Field(max_length=50)] = ()


class DelegationBody(LendingBody):
    """A post to lend to a substitute."""

    post: Id
    substitute: Id
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class SubstitutionBody(LendingBody):
    """Who does the work of one of one's posts meanwhile."""

    post: Id
    substitute: Id


class AbsenceBody(Asked):
    """From when until when one is away; `from` is today where it is left out. Why is not asked."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day
    substitutes: Annotated[tuple[SubstitutionBody, ...], Field(max_length=50)] = ()


class EndBody(Asked):
    """The last day of a post or delegation, which counts to its evening; today where it is left out."""

    on: Day | None = None
    reason: Reason | None = None


class RevokeBody(Asked):
    """Why a post or delegation is taken at once."""

    reason: Reason
