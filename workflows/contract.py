"""What the workflows are told, what they tell, and the activities they ask for. Those are only declared here.

Everything here is stored in Temporal for as long as a case lives, so it carries ids, steps, outcomes and
days, never a name or free text. Keys are only ever added: what a newer release wrote must stay readable, so
unknown keys are ignored, and facts travel as plain JSON, which the workflow reads in its task. A fact it
cannot read makes that task wait for a worker that can; a signal the converter cannot read would be dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from temporalio import activity

from domain.case import Case
from domain.events import Event

CASE = "case"
"""The name of the workflow that drives one case."""
COURIER = "courier"
"""The name, and the id, of the workflow that has messages delivered."""
RECONCILING = "reconciling"
"""The name of the workflow that looks for cases nobody drives."""
CHECKPOINTING = "checkpointing"
"""The name of the workflow that has a checkpoint of the log made."""
STAFFING = "staffing"
"""The name of the workflow that looks for steps that will not have their people."""

PATTERNS = "patterns"
"""The name of the workflow that looks for patterns over many cases."""
PATTERNS_NOW = "patterns/now"
"""The id of that workflow where somebody asked for a look: one at a time."""

RECORDED = "recorded"
NUDGED = "nudged"
WOKEN = "woken"


def case_workflow_id(case_id: str) -> str:
    """Return the id of the workflow that drives a case."""
    return f"case/{case_id}"


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class CaseStart(_Payload):
    """Which case to drive. Everything else is in the facts, or in the record."""

    case_id: str
    seq: int = 0
    """The last fact known to whoever started this run; 0: the facts follow from the first."""


class CaseEnd(_Payload):
    """How a case ended; no outcome where the record does not know the case."""

    outcome: str | None
    seq: int


class Facts(_Payload):
    """Bare events of one case, as JSON, in any order. The argument of the signal `recorded`."""

    events: tuple[dict[str, JsonValue], ...]
    more: bool = False
    """The record holds later ones than these."""

    @classmethod
    def of(cls, events: Iterable[Event], *, more: bool = False) -> Facts:
        """Return the facts without anything that must not reach Temporal."""
        return cls(events=tuple(as_json(event.bare()) for event in events), more=more)

    def read(self) -> tuple[Event, ...]:
        """Return the events. Raises pydantic's ValidationError for one this release does not know."""
        return tuple(Event.model_validate(event) for event in self.events)


class Nudge(_Payload):
    """Ask a case to look at its record again. The argument of the signal `nudged`."""

    up_to: int = 0
    """The last fact the record held when the nudge was sent; for people who read the history."""
    adopt: bool = False
    """A later version of the process is in force, and the case is to take it over."""


class CaseAsked(_Payload):
    """Which case to read."""

    case_id: str


class FetchedCase(_Payload):
    """The case as the record has it now; None where it does not know it."""

    case: dict[str, JsonValue] | None

    @classmethod
    def of(cls, case: Case | None) -> FetchedCase:
        """Return the case as JSON."""
        return cls(case=None if case is None else as_json(case))

    def read(self) -> Case | None:
        """Return the case; what an earlier release kept and this one does not know is left out.

        What is lost that way can only move a timer: facts are decided in the record, and the next run reads
        the case anew. Raises pydantic's ValidationError where something is missing.
        """
        return None if self.case is None else Case.model_validate(self.case, extra="ignore")


class EventsAsked(_Payload):
    """Which facts to read: those after `after`, at most `limit`."""

    case_id: str
    after: int
    limit: int = Field(default=100, ge=1)


class DueAsked(_Payload):
    """Let happen what is due, and tell everything recorded after `known`."""

    case_id: str
    known: int
    moment: AwareDatetime
    """When the workflow asked, UTC, by Temporal's clock."""
    adopt: bool = False
    """Take over a later version of the process that is in force, too."""


class DeliverAsked(_Payload):
    """Deliver what waits, at most `limit` messages."""

    limit: int = Field(default=500, ge=1)


class Delivered(_Payload):
    """What a batch came to."""

    delivered: int = 0
    failed: int = 0
    """Given up, or to be tried again."""
    more: bool = False
    """More messages can be delivered now."""
    next_at: AwareDatetime | None = None
    """The earliest moment at which a message is to be tried again."""


class CourierStart(_Payload):
    """Nothing a courier has to know: what waits is in the record."""

    runs: int = 0
    """Runs before this one, for people who read the history."""


class ReconcileAsked(_Payload):
    """How thoroughly to look."""

    deep: bool = False
    """Also ask every running case how far it knows its record."""


class Reconciled(_Payload):
    """What was found and done."""

    open_cases: int = 0
    started: int = 0
    """Had no running workflow."""
    nudged: int = 0
    """Knew less than the record, or a later version of the rules is in force."""
    restarted: int = 0
    """Knew more than the record, which was restored from a backup: ended and started again."""
    unknown: int = 0
    """Could not be asked, and were nudged to be safe."""


class CheckpointAsked(_Payload):
    """Make a checkpoint of the log over all events."""


class CheckpointMade(_Payload):
    """The latest checkpoint."""

    size: int = 0
    """Over how many events; 0 of an empty log."""
    refused: str = ""
    """Why none could be made: a sentence for operators; empty where all is well."""


class StaffingAsked(_Payload):
    """Look over all open cases for steps that will not have their people."""


class StaffingSeen(_Payload):
    """What was found and done."""

    open_cases: int = 0
    """Those that are not suspended."""
    short: int = 0
    """Will be short of people in some step."""
    told: int = 0
    """Notices that are owed because of it."""


class PatternsAsked(_Payload):
    """Look for patterns over all cases, and raise what is found."""


class PatternsSeen(_Payload):
    """What was looked at and found."""

    cases: int = 0
    found: int = 0
    """Patterns that stand out, known ones among them."""
    new: int = 0
    """Findings that were not there before."""
    again: int = 0
    """Findings that are open again."""
    gone: int = 0
    """Findings that the look no longer has."""


class CaseActivities(Protocol):
    """What a case asks of the record."""

    @activity.defn(name="fetch_case")
    async def fetch_case(self, asked: CaseAsked) -> FetchedCase:
        """Return the case as it stands."""
        ...

    @activity.defn(name="fetch_events")
    async def fetch_events(self, asked: EventsAsked) -> Facts:
        """Return facts a signal did not bring."""
        ...

    @activity.defn(name="record_due")
    async def record_due(self, asked: DueAsked) -> Facts:
        """Record what happens by itself by now, once, and return what the workflow does not know."""
        ...


class CourierActivities(Protocol):
    """What the courier asks for."""

    @activity.defn(name="deliver_batch")
    async def deliver_batch(self, asked: DeliverAsked) -> Delivered:
        """Deliver some of what waits, and write down how that went."""
        ...


class ReconcilingActivities(Protocol):
    """What the reconciling asks for."""

    @activity.defn(name="reconcile")
    async def reconcile(self, asked: ReconcileAsked) -> Reconciled:
        """Find open cases that nobody drives, or not far enough, and start or nudge them."""
        ...


class StaffingActivities(Protocol):
    """What the look at staffing asks for."""

    @activity.defn(name="look_at_staffing")
    async def look_at_staffing(self, asked: StaffingAsked) -> StaffingSeen:
        """Tell of cases that will be short of people soon, each once, and forget those that are no more."""
        ...


class PatternActivities(Protocol):
    """What the look for patterns asks for."""

    @activity.defn(name="look_for_patterns")
    async def look_for_patterns(self, asked: PatternsAsked) -> PatternsSeen:
        """Look over all cases once, and raise what many of them show together."""
        ...


class CheckpointingActivities(Protocol):
    """What the making of checkpoints asks for."""

    @activity.defn(name="make_checkpoint")
    async def make_checkpoint(self, asked: CheckpointAsked) -> CheckpointMade:
        """Make a checkpoint over everything committed by now, and publish it."""
        ...


def as_json(value: BaseModel) -> dict[str, JsonValue]:
    """Return a value as plain JSON. Defaults are written out, so that a later release may change them."""
    written: dict[str, JsonValue] = value.model_dump(mode="json")
    return written
