"""Events: what an act left behind. Numbered, dated, signed off, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, JsonValue

from domain.acts import Change, MeetingRecord
from domain.circumstances import UnitRef
from domain.remembering import remembered
from domain.values import Level, Scalar, Text, Value
from domain.working_days import WorkingCalendar


class Warned(Value):
    """A rule that was broken without stopping the act."""

    rule: str
    level: Level
    basis: str
    detail: Text


class _Body(Value):
    def bare(self) -> _Body:
        """Return the same without personal data and free text: what may reach Temporal."""
        return self


class CaseStarted(_Body):
    """A case began under one version of a process."""

    type: Literal["case-started"] = "case-started"
    case: str
    process: str
    version: str
    digest: str
    subject: str
    path: tuple[UnitRef, ...]
    stage: str
    standing: str
    time_zone: str
    calendar: WorkingCalendar


class StageEntered(_Body):
    """A stage began."""

    type: Literal["stage-entered"] = "stage-entered"
    stage: str


class StageLeft(_Body):
    """A stage was finished; the person now has this standing."""

    type: Literal["stage-left"] = "stage-left"
    stage: str
    standing: str | None


class StepOpened(_Body):
    """A step may now be worked on."""

    type: Literal["step-opened"] = "step-opened"


class StepPassed(_Body):
    """A step does not apply to this case and was passed over."""

    type: Literal["step-passed"] = "step-passed"
    because: Literal["condition", "older-version", "not-known"]
    """`not-known`: it was done elsewhere or left out, and what was brought in does not say when."""


class _Reasoned(_Body):
    reason: str | None = None

    def bare(self) -> _Body:
        """Return the same without the reason, which is free text."""
        return self.model_copy(update={"reason": None})


class Evidence(_Body):
    """What every act on a step leaves beside its outcome."""

    values: Mapping[str, Scalar] = Field(default_factory=dict)
    """Answers that rules may look at: days, numbers, yes and no, choices."""
    texts: Mapping[str, str] = Field(default_factory=dict)
    """Answers in free text."""
    materials: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Digests by material id."""
    reason: str | None = None
    warnings: tuple[Warned, ...] = ()
    acted_as: str | None = None
    """The actor of the definition as whom it was done, such as `branch.secretary`."""

    def bare(self) -> _Body:
        """Return the same without free text, and without the digests of documents."""
        materials = dict.fromkeys(self.materials, ())
        return self.model_copy(update={"texts": {}, "materials": materials, "reason": None})


class StepCompleted(Evidence):
    """A step ended with an outcome (whatever that outcome then does)."""

    type: Literal["step-completed"] = "step-completed"
    outcome: str
    version: str
    """The version of the process that judged it."""
    people: tuple[str, ...] = ()
    meeting: MeetingRecord | None = None
    body: str | None = None
    """The body that met, where the unit has no committee of its own."""

    def bare(self) -> _Body:
        """Return the same without free text, documents, and who voted, wrote, or was left out of a vote."""
        bare = super().bare()
        if self.meeting is not None:
            numbers = self.meeting.model_copy(update={"excluded": (), "attended": (), "opinions": ()})
            bare = bare.model_copy(update={"meeting": numbers})
        return bare


class AnswerGiven(Evidence):
    """One of several people who decide together gave an answer; the step is still open."""

    type: Literal["answer-given"] = "answer-given"
    outcome: str


class EntryAdded(Evidence):
    """An entry of a periodic duty, or of a notice."""

    type: Literal["entry-added"] = "entry-added"
    entry: str
    ref: str | None = None
    """The objection an answer belongs to."""


class StepReturned(_Reasoned):
    """Work was sent back: the step and those after it start a new round."""

    type: Literal["step-returned"] = "step-returned"
    again: tuple[str, ...]
    """Every step that has to be done again, the target first."""


class PeriodExtended(_Body):
    """A period became longer."""

    type: Literal["period-extended"] = "period-extended"
    months: int


class PeopleReplaced(Evidence):
    """Others took over a case role."""

    type: Literal["people-replaced"] = "people-replaced"
    people: tuple[str, ...]
    before: tuple[str, ...]


class Reminded(_Body):
    """The time came to remind of a deadline."""

    type: Literal["reminded"] = "reminded"
    due_on: date
    days_left: int


class BecameOverdue(_Body):
    """A deadline passed."""

    type: Literal["became-overdue"] = "became-overdue"
    rule: str
    basis: str
    due_on: date


class BecameReady(_Body):
    """A minimum wait is over; the step may be done from today."""

    type: Literal["became-ready"] = "became-ready"


class WindowEnded(_Body):
    """The window of a public notice is over."""

    type: Literal["window-ended"] = "window-ended"


class CaseSuspended(_Reasoned):
    """The clocks stopped."""

    type: Literal["case-suspended"] = "case-suspended"


class CaseResumed(_Reasoned):
    """The clocks run again."""

    type: Literal["case-resumed"] = "case-resumed"


class TransferProposed(_Reasoned):
    """The unit asked that another takes the case over."""

    type: Literal["transfer-proposed"] = "transfer-proposed"
    to_path: tuple[UnitRef, ...]
    handed_over: bool


class CaseTransferred(_Reasoned):
    """Another unit took the case over."""

    type: Literal["case-transferred"] = "case-transferred"
    proposal: int | None
    """None where nobody proposed it: the unit was closed."""
    path: tuple[UnitRef, ...]
    time_kept: bool


class TransferRejected(_Body):
    """The other unit does not take the case over."""

    type: Literal["transfer-rejected"] = "transfer-rejected"
    proposal: int


class PathChanged(_Reasoned):
    """The unit of the case, or one above it, stands elsewhere in the organisation now."""

    type: Literal["path-changed"] = "path-changed"
    path: tuple[UnitRef, ...]


class CorrectionProposed(_Reasoned):
    """Somebody says that a recorded value is wrong."""

    type: Literal["correction-proposed"] = "correction-proposed"
    change: Change
    old: Scalar | tuple[str, ...]
    in_text: bool
    """The value is free text or a document, which no rule looks at."""

    def bare(self) -> _Body:
        """Return the same without free text."""
        if not self.in_text:
            return super().bare()
        change = self.change.model_copy(update={"value": None})
        return self.model_copy(update={"reason": None, "change": change, "old": None})


class CorrectionConfirmed(_Body):
    """A second person agreed; the case now goes by the new value."""

    type: Literal["correction-confirmed"] = "correction-confirmed"
    proposal: int


class CorrectionRejected(_Body):
    """A second person did not agree; the old value stands."""

    type: Literal["correction-rejected"] = "correction-rejected"
    proposal: int


class PersonRecused(_Reasoned):
    """Somebody keeps out of what is decided in the case, for a conflict of interest."""

    type: Literal["person-recused"] = "person-recused"
    person: str


class RecusalLifted(_Reasoned):
    """The conflict is no more, or never was."""

    type: Literal["recusal-lifted"] = "recusal-lifted"
    person: str


class CommentAdded(_Body):
    """Somebody who works on the case wrote a comment; nothing follows from it."""

    type: Literal["comment-added"] = "comment-added"
    text: str | None
    """None where it is not to be read here: it is free text."""
    to: tuple[str, ...] = ()
    """The posts whose holders are told."""

    def bare(self) -> _Body:
        """Return the same without the text."""
        return self.model_copy(update={"text": None})


class CommentWithdrawn(_Reasoned):
    """Whoever wrote a comment does not stand by it any more; it can still be read."""

    type: Literal["comment-withdrawn"] = "comment-withdrawn"
    comment: int
    """The seq of the comment."""


class RulesChanged(_Body):
    """From here on the open and future steps follow a later version of the process."""

    type: Literal["rules-changed"] = "rules-changed"
    version_from: str
    version: str
    digest: str
    basis: str


class Gap(Value):
    """What is missing of a fact that was brought in, or which rule it broke."""

    kind: Literal["missing", "broken"]
    step: str | None = None
    rule: str
    basis: str
    detail: Text


class CaseImported(_Body):
    """Everything before this stood in a file; whoever signs vouches for no more than that."""

    type: Literal["case-imported"] = "case-imported"
    file: str
    """SHA-256 of the file."""
    row: int
    digest: str
    """SHA-256 of what the row says, as the importer reads it."""
    until: date
    """The latest day the row tells of."""
    gaps: tuple[Gap, ...] = ()


class CaseReopened(_Reasoned):
    """A closed case is looked at again, from the stage in which it ended."""

    type: Literal["case-reopened"] = "case-reopened"
    again: tuple[str, ...]


class CaseClosed(_Reasoned):
    """The case reached a named end."""

    type: Literal["case-closed"] = "case-closed"
    outcome: str


Body = Annotated[
    CaseStarted
    | StageEntered
    | StageLeft
    | StepOpened
    | StepPassed
    | StepCompleted
    | AnswerGiven
    | EntryAdded
    | StepReturned
    | PeriodExtended
    | PeopleReplaced
    | Reminded
    | BecameOverdue
    | BecameReady
    | WindowEnded
    | CaseSuspended
    | CaseResumed
    | TransferProposed
    | CaseTransferred
    | TransferRejected
    | PathChanged
    | CorrectionProposed
    | CorrectionConfirmed
    | CorrectionRejected
    | PersonRecused
    | RecusalLifted
    | CommentAdded
    | CommentWithdrawn
    | RulesChanged
    | CaseImported
    | CaseReopened
    | CaseClosed,
    Field(discriminator="type"),
]
"""What happened."""


class Event(Value):
    """One fact of one case, with who and when around what happened.

    `occurred_on` is claimed, a day in the organisation's time zone; `recorded_at` is the server's clock, UTC.
    """

    seq: int = Field(ge=1)
    step: str | None = None
    round: int | None = None
    occurred_on: date
    recorded_at: AwareDatetime
    actor: str | None = None
    """None where time itself acted."""
    post: str | None = None
    on_behalf_of: str | None = None
    body: Body

    @property
    def type(self) -> str:
        """The kind of fact, past tense."""
        return self.body.type

    @property
    def data(self) -> dict[str, JsonValue]:
        """The body as JSON values, without its type: what the record keeps beside the envelope.

        It is the same object each time: whoever changes something takes a copy.
        """
        return _data_of(self.body)

    def bare(self) -> Event:
        """Return the same fact without personal data and free text: what may reach Temporal."""
        return self.model_copy(update={"body": self.body.bare()})


@remembered(32)  # one act hashes it, looks for what is personal in it, and shows it
def _data_of(body: Body) -> dict[str, JsonValue]:
    data: dict[str, Any] = body.model_dump(mode="json", exclude={"type"})
    return data
