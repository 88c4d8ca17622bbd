"""What patterns look at: cases, lines of their histories, posts, definitions; of each what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from domain.process import Process
from domain.steps import AppointStep, DecisionStep, MeetingStep

READ: Final = (
    "stage-left",
    "step-completed",
    "answer-given",
    "entry-added",
    "reminded",
    "became-ready",
)
"""The kinds of event that are read; all others say nothing of a pattern."""


class Head(NamedTuple):
    """A case, without its history. Days are numbers (`date.toordinal`)."""

    id: str
    process: str
    digest: str
    unit: str
    status: str
    opened: int
    closed: int | None
    people: Mapping[str, tuple[str, ...]] = {}


class Line(NamedTuple):
    """One event of a history."""

    seq: int
    type: str
    step: str | None
    on: int
    """The day on which it is said to have happened."""
    at: int
    """When it was recorded, in seconds by the organisation's clock."""
    who: str | None
    post: str | None
    data: Mapping[str, Any]
    """Its body, with what is personal put back where it can be read."""


class Post(NamedTuple):
    """A post, whoever holds it."""

    unit: str
    role: str
    person: str
    is_held: bool
    """It is held today."""


class Population(NamedTuple):
    """Whose doings are looked at together: those of a unit, of a person in it, or of all units below it."""

    unit: str
    process: str = ""
    """Empty where those of all processes are."""
    person: str = ""
    """Empty where those of everybody are."""
    of: str = ""
    """What narrows it further: a step, a standing or a role of the definition."""


class Waiting(NamedTuple):
    """What waits for somebody today."""

    steps: int
    since: int
    """The day on which the oldest of them was opened."""
    overdue: int


@dataclass(frozen=True)
class Shape:
    """What has to be known of one definition."""

    dated: frozenset[str]
    """Steps with a deadline."""
    waited: frozenset[str]
    """Steps with a minimum wait."""
    late_after: int
    """Days after which an entry is late."""
    first_stage: str
    decided: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Decisions, and which of their outcomes send back or end a case."""
    meetings: frozenset[str] = frozenset()
    pairs: tuple[str, ...] = ()
    """Case roles that two people hold together."""
    first_step: str = ""
    own_steps: frozenset[str] = frozenset()
    """Steps the person concerned does: what is handed in there is about nobody else."""
    repeated: frozenset[tuple[str, str]] = frozenset()
    """Steps with their entries that are written again each period, about one person each."""


def shape_of(process: Process) -> Shape:
    """Return what has to be known of a definition."""
    steps = process.steps.values()
    decisions = [step for step in steps if isinstance(step, DecisionStep)]
    named = {step.role for step in steps if isinstance(step, AppointStep)}
    return Shape(
        dated=frozenset(step.id for step in steps if step.due),
        waited=frozenset(step.id for step in steps if step.not_before),
        late_after=process.late_entry_after_days,
        first_stage=process.stages[0].id,
        first_step=process.first_step.id,
        own_steps=frozenset(step.id for step in steps if "subject" in step.by),
        repeated=frozenset(
            (step.id, entry.id)
            for step in steps
            for entry in getattr(step, "entries", ())
            if entry.every is not None
        ),
        decided={step.id: _turned_down(step) for step in decisions},
        meetings=frozenset(step.id for step in steps if isinstance(step, MeetingStep)),
        pairs=tuple(
            name
            for name, role in process.case_roles.items()
            if name in named and role.count.min == role.count.max == 2  # noqa: PLR2004 - a pair
        ),
    )


def shapes_of(editions: Iterable[Process]) -> dict[str, Shape]:
    """Return the shapes of definitions by their digests."""
    return {edition.digest: shape_of(edition) for edition in editions}


def _turned_down(step: DecisionStep) -> frozenset[str]:
    return frozenset(
        name
        for name, effect in step.outcomes.items()
        if effect.return_to is not None or effect.end is not None
    )
