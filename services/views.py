"""What people and programs are shown: the shapes of the HTTP contract, built from values of the domain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from domain.chain import moment_text

T = TypeVar("T")
_set = object.__setattr__

From = Annotated[date, Field(serialization_alias="from", validation_alias="from")]
To = Annotated[date | None, Field(serialization_alias="to", validation_alias="to")]

RecordedAt = Annotated[
    datetime,
    PlainSerializer(moment_text, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment written as it was hashed, with every digit, so that whoever reads a history can hash it again."""


class View(BaseModel):
    """Something to show."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @classmethod
    def trusted(cls, **parts: Any) -> Self:  # noqa: ANN401 - the parts of any view
        """Return a view of all of its parts, which are trusted to fit: what our own functions just made.

        To look at each of them again takes as long as deciding the act they are shown after. Raises KeyError
        where one is missing.
        """
        made = cls.__new__(cls)
        fields = cls.__pydantic_fields__
        _set(made, "__dict__", {name: parts[name] for name in fields})
        _set(made, "__pydantic_fields_set__", set(fields))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


class Page(View, Generic[T]):
    """One page of a list; `next` is the cursor of the following one."""

    items: tuple[T, ...]
    next: str | None = None


class Named(View):
    """A person or unit, by id and name."""

    id: str
    name: str


class ProcessRef(View):
    """The process a case goes through."""

    id: str
    version: str
    title: str


class WhyNot(View):
    """Why this person cannot act on a step today."""

    rule: str
    basis: str
    detail: str
    passes_on: date | None = None


class OpenStepView(View):
    """One open step, as this person sees it. `waiting_for` holds actors of the definition."""

    step: str
    kind: str
    title: str
    round: int
    opened_at: datetime
    not_before: date | None
    due_on: date | None
    overdue: bool
    provisional: bool = False
    """A day was counted with a year whose holidays are not announced yet."""
    waiting_for: tuple[str, ...]
    can_act: bool
    why_not: WhyNot | None


class ProposalView(View):
    """A transfer or correction that waits for a second person; `seq` is what `confirms` names."""

    seq: int
    kind: str
    by: Named
    on: date


class CaseFacts(View):
    """What is shown of a case wherever it is shown."""

    id: str
    process: ProcessRef
    subject: Named
    unit: Named
    status: str
    outcome: str | None
    stage: str
    standing: str
    opened_on: date
    closed_on: date | None
    head: str
    seq: int


class CaseView(CaseFacts):
    """A case as one person sees it."""

    dates: dict[str, date]
    people: dict[str, tuple[Named, ...]]
    open_steps: tuple[OpenStepView, ...]
    proposals: tuple[ProposalView, ...] = ()


class CaseRow(CaseFacts):
    """A case in a list."""

    overdue: bool


class EventView(View):
    """One recorded fact, as it was acknowledged."""

    seq: int
    type: str
    step: str | None
    round: int | None
    occurred_on: date
    recorded_at: RecordedAt
    actor: str | None
    post: str | None
    on_behalf_of: str | None
    data: dict[str, Any]


class ProvenEventView(EventView):
    """One recorded fact with its place in the chain."""

    prev_hash: str
    hash: str


class PartEventView(EventView):
    """A recorded fact of which something is not shown: that is empty, or `*` where it names a person."""

    withheld: Literal[True] = True
    groups: tuple[str, ...] = ()
    """The groups of fields, as docs/privacy.md names them, of which something was left out."""


class SealedEventView(ProvenEventView):
    """The same, where what is personal in it is kept apart: what was hashed in the place of `data`."""

    hashed: dict[str, Any]
    """With `personal`, the SHA-256 over what was kept apart and a salt."""
    salt: str | None
    """None once what was personal is gone."""


class WithheldEventView(PartEventView, ProvenEventView):
    """The same with its place in the chain. Its hash is of the whole, so that the chain can be followed."""


class WarningView(View):
    """A rule that was broken without stopping the act."""

    rule: str
    basis: str
    detail: str


class Performed(View):
    """What an act came to."""

    events: tuple[PartEventView | EventView, ...]
    case: CaseView
    warnings: tuple[WarningView, ...] = ()


class EndingView(View):
    """Who ended a post or delegation, when and why."""

    last: date
    """The last day; before the first where it never began."""
    at_once: bool
    """From the moment it was said, and not from the end of the day."""
    at: datetime
    by: str
    reason: str | None


class PostView(View):
    """A post somebody holds."""

    id: str
    role: str
    unit: Named
    from_: From
    to: To = None
    person: Named | None = None
    granted_by: str | None = None
    granted_at: datetime | None = None
    """A post given from a day gone by shows here that it was."""
    ended: EndingView | None = None


class TaskView(View):
    """An open step in somebody's inbox."""

    case: str
    subject: Named
    process: ProcessRef
    step: str
    title: str
    kind: str
    opened_at: datetime
    not_before: date | None
    due_on: date | None
    overdue: bool
    as_: Annotated[PostView | None, Field(serialization_alias="as", validation_alias="as")]
    """The post one acts by; None where one acts as oneself or by a case role."""
    as_title: str
    """What one acts as, in words: the post, the case role, or being the person concerned."""
    on_behalf_of: Named | None
    unit: Named
    """The unit of the case."""
    stage: str
    stage_title: str
    round: int = 1


class DelegationView(View):
    """A post lent to a substitute."""

    id: str
    post: PostView
    substitute: Named
    from_: From
    to: To = None
    processes: tuple[str, ...] = ()
    """What it is lent for; an empty part limits nothing."""
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    granted_by: str | None = None
    granted_at: datetime | None = None
    ended: EndingView | None = None


class AbsenceView(View):
    """Days on which somebody is away, and what is lent meanwhile."""

    id: str
    from_: From
    to: date
    """The last day; before the first where it never began."""
    recorded_at: datetime
    ended_at: datetime | None = None
    delegations: tuple[DelegationView, ...] = ()


class PersonView(View):
    """A person, as far as a colleague may know."""

    id: str
    name: str
    email: str | None = None
    language: str | None = None
    standing: str | None = None
    unit: str | None = None


class Me(View):
    """Who the caller is, and what he may act by today."""

    person: PersonView
    posts: tuple[PostView, ...]
    delegations: tuple[DelegationView, ...] = ()
    absences: tuple[AbsenceView, ...] = ()
    """One's own that are not over."""


class UnitView(View):
    """A place in the organisation tree."""

    id: str
    kind: str
    name: str
    parent: str | None
    temporary: bool = False
    may_approve: bool = False
    closed_on: date | None = None
    """The first day on which it was no more."""


class MaterialView(View):
    """A document as it was handed in."""

    id: str
    sha256: str
    media_type: str
    size: int
    name: str


class NotifiedCaseView(View):
    """One of the cases a message is about."""

    case: str
    subject: Named
    step: str
    title: str
    from_: Annotated[date, Field(serialization_alias="from", validation_alias="from")]
    """The first day on which the step needs what is told of."""


class NotificationView(View):
    """A message to the caller: what it is about, and whether it was read."""

    id: str
    kind: str
    case: str
    step: str | None
    title: str
    text: str
    due_on: date | None
    created_at: datetime
    read: bool
    on_behalf_of: Named | None = None
    """Whose substitute is told."""
    topic: str = "tasks"
    """What it is about, by which lists are narrowed and mails chosen."""
    as_title: str = ""
    """As what it reached the caller: the title of a post or of a part in the case."""
    unit: Named | None = None
    """Of the case."""
    cases: tuple[NotifiedCaseView, ...] = ()
    """Where it is about several cases: each of them. `case` is the first."""


class CountView(View):
    """How many tasks there are, and how many of them are past their deadline."""

    count: int
    overdue: int


class NumberView(View):
    """How many of something there were."""

    number: int


class ExplanationView(View):
    """Where a case stands, in sentences."""

    now: str
    waiting_for: tuple[str, ...]
    blocked_by: tuple[WhyNot, ...]
    next: tuple[str, ...]
    earliest_finish: date | None


class AliveView(View):
    """The process answers."""

    status: Literal["alive"] = "alive"


class PartView(View):
    """How one part is: what that means, and what to do about it."""

    state: Literal["well", "degraded", "down"]
    says: str
    do: str | None = None


class ReadyView(View):
    """Whether acts can be recorded: `degraded` where they can, and something else is late for it."""

    status: Literal["ready", "degraded", "unready"]
    degraded: tuple[str, ...]
    """The parts that are not well."""
    parts: dict[str, PartView]
