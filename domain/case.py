"""A case: one person's way through one process, as an immutable value made from its events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from domain.circumstances import UnitRef
from domain.entered import NONE, Entries
from domain.standstills import ReadStandstills, Standstills
from domain.values import Scalar, Value
from domain.working_days import WorkingCalendar


class Answer(Value):
    """One person's answer in a decision of several."""

    person: str
    for_whom: str | None = None
    """Whose post a substitute used for it."""
    outcome: str


class StepState(Value):
    """Where one step of the case stands, in its present round."""

    id: str
    round: int = 1
    status: Literal["open", "done", "passed", "again"] = "open"
    """`again`: to be done again once the steps before it are done."""
    opened_on: date
    done_on: date | None = None
    done_seq: int | None = None
    outcome: str | None = None
    version: str = ""
    """The version of the process under which it was done."""
    actors: tuple[str, ...] = ()
    """Everybody who acted in it, in any round."""
    answers: tuple[Answer, ...] = ()
    entries: Entries = NONE
    values: Mapping[str, Scalar] = Field(default_factory=dict)
    extended_months: int = 0
    extensions: int = 0
    restarted_on: date | None = None
    """A period whose time served was lost in a move counts from here."""
    reminded_at: int | None = None
    """Days left at the latest reminder ..."""
    reminded_due: date | None = None
    """... of the deadline on this day."""
    overdue: tuple[str, ...] = ()
    """Deadlines (rule ids) that were noted as passed in this round."""
    ready: bool = False
    """The end of the minimum wait, or of the window, was noted."""
    unknown: bool = False
    """It was passed over because nobody knows any more when it was done."""

    @property
    def was_done(self) -> bool:
        """Whether it was done, be it that nobody knows when."""
        return self.status == "done" or self.unknown


class Proposal(Value):
    """A transfer or correction that waits for a second person."""

    seq: int
    kind: Literal["transfer", "correct"]
    by: str
    for_whom: str | None = None
    """Whose post a substitute used for it."""
    on: date
    path: tuple[UnitRef, ...] = ()
    handed_over: bool = False
    target: int | None = None
    """Of a correction: the seq of the event it concerns."""
    change: str | None = None
    """Of a correction: the path of the value in that event."""
    value: Scalar | tuple[str, ...] = None
    in_text: bool = False


class Case(Value):
    """One person's way through one process. Equal events give an equal case."""

    id: str
    process: str
    version: str
    digest: str
    version_since: date
    """The day the present version began to apply."""
    local_before: str | None = None
    """The version with a local overlay that it followed until one without took over; None: none did."""
    subject: str
    path: tuple[UnitRef, ...]
    """The case's unit first, then its parents, as of the last start or transfer."""
    status: Literal["open", "suspended", "closed"] = "open"
    outcome: str | None = None
    stage: str
    standing: str
    opened_on: date
    closed_on: date | None = None
    seq: int
    """The number of the last event."""
    time_zone: str
    calendar: WorkingCalendar
    steps: Mapping[str, StepState] = Field(default_factory=dict)
    """Steps that were opened, by id, in the order of opening."""
    stages: Mapping[str, date] = Field(default_factory=dict)
    """The day each stage was entered."""
    people: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """People by case role."""
    former: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """People who held a case role before others took it over."""
    acted_for: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """People by the kind of unit for which they acted, under whatever version; also those acted for."""
    decided_before: tuple[str, ...] = ()
    """Those who had decided what an appeal reopened."""
    recused: tuple[str, ...] = ()
    """Those who keep out because a conflict of interest was declared."""
    comments: Mapping[str, tuple[int, ...]] = Field(default_factory=dict)
    """Comments that stand: the numbers of their events, by who wrote them."""
    held: tuple[str, ...] = ()
    """Kinds of material handed in so far."""
    proposals: tuple[Proposal, ...] = ()
    suspended_on: date | None = None
    suspensions: ReadStandstills = Standstills()
    """Those that are over."""
    transferred_on: tuple[date, ...] = ()
    """The day of the latest move: whether one happened in the present stage is all that is asked."""
    latest_on: date
    """The latest day any act claims to have happened."""
    imported: int | None = None
    """The seq up to which everything was brought in from a file; None where nothing was."""

    @property
    def unit(self) -> str:
        """The unit the case belongs to."""
        return self.path[0].id

    @property
    def is_open(self) -> bool:
        """Whether steps may be worked on."""
        return self.status == "open"

    @property
    def is_closed(self) -> bool:
        """Whether the case reached an end."""
        return self.status == "closed"

    def unit_of_kind(self, kind: str) -> UnitRef | None:
        """Return the nearest unit of that kind on the case's path."""
        for unit in self.path:
            if unit.kind == kind:
                return unit
        return None

    def is_done(self, step: str) -> bool:
        """Whether a step was completed or passed over, so that others may follow."""
        state = self.steps.get(step)
        return state is not None and state.status in {"done", "passed"}

    def with_step(self, state: StepState) -> Case:
        """Return the case with one step's state put in."""
        return self.model_copy(update={"steps": {**self.steps, state.id: state}})
