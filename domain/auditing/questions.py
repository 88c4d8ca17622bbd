"""What an audit rule can ask of a history: a few kinds of question, each of them data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.spans import Span
from domain.values import Name, Scalar, Value

Pattern = str
"""The id of a rule of the definition, or one with a `*` in it."""


class Broken(Value):
    """A rule of the definition was broken: what the pure case refuses, notes, or lets pass as late.

    The figure stands in the definition and its overlay, and nowhere here. What is stated narrows it.
    """

    kind: Literal["broken"] = "broken"
    rules: tuple[Pattern, ...] = ()
    """The definition's rules by id."""
    sorts: tuple[str, ...] = ()
    """What was looked at: `wait`, `deadline`, `vote`, `material` and so on."""
    steps: tuple[Name, ...] = ()
    """The steps it is asked of; empty: all."""
    kinds: tuple[str, ...] = ()
    """The kinds of step."""
    local: bool = False
    """Only where a local overlay is in force: what it broke of the overlay's own."""


class Order(Value):
    """None of the later steps happened before the earlier ones, and none without them."""

    kind: Literal["order"] = "order"
    first: tuple[Name, ...]
    then: tuple[Name, ...]
    any_of_first: bool = False
    """One of the earlier steps is enough, as where rules named it otherwise before."""


class Within(Value):
    """A step follows a day of the case within a span; a limit that no definition states.

    Where the definition itself has a deadline for it, ask with `broken`.
    """

    kind: Literal["within"] = "within"
    steps: tuple[Name, ...]
    of: str
    span: Span


class Handed(Value):
    """Materials were handed in by the time a step was done."""

    kind: Literal["handed"] = "handed"
    materials: tuple[Name, ...]
    by: Name
    outcomes: tuple[Name, ...] = ()
    """Only where the step ended in one of these."""


class Answered(Value):
    """A field of a step was answered, and as it should be."""

    kind: Literal["answered"] = "answered"
    step: Name
    fields: tuple[Name, ...]
    equals: Scalar = None
    """Absent: with whatever it may be."""
    outcomes: tuple[Name, ...] = ()


class Apart(Value):
    """Entries of one kind in a period lie at least so far from each other."""

    kind: Literal["apart"] = "apart"
    step: Name
    entry: Name
    at_least: Span


class Entries(Value):
    """A period has entries of a kind by the time another step is done, and none too long after the last."""

    kind: Literal["entries"] = "entries"
    step: Name
    entry: Name
    by: Name
    at_least: int = 1
    no_longer_ago: Span | None = None
    """The last one may lie at most so long before that step."""


class Roles(Value):
    """As long as a step lasts, whoever holds a case role has the standing the role asks for, and no bar."""

    kind: Literal["roles"] = "roles"
    role: Name
    steps: tuple[Name, ...]
    """Asked on the day of every act in one of these steps."""


class Levels(Value):
    """Nobody acted for units of two kinds, and nobody who holds one of the case roles for the upper one."""

    kind: Literal["levels"] = "levels"
    lower: tuple[Name, ...]
    upper: tuple[Name, ...]
    roles: tuple[Name, ...] = ()


class Actor(Value):
    """Whoever acted in the steps signed as one of these actors of the definition."""

    kind: Literal["actor"] = "actor"
    steps: tuple[Name, ...]
    by: tuple[str, ...]


class Repeated(Value):
    """A vote that was lost is not carried within so long without anything done in between."""

    kind: Literal["repeated"] = "repeated"
    steps: tuple[Name, ...] = ()
    """Empty: all meetings."""
    within: Span


class Quiet(Value):
    """Something was done in an open case within so long."""

    kind: Literal["quiet"] = "quiet"
    longest: Span


class Happened(Value):
    """Something that is always listed for the auditor: an event of a kind, or an outcome of a step."""

    kind: Literal["happened"] = "happened"
    events: tuple[Name, ...] = ()
    step: Name | None = None
    outcomes: tuple[Name, ...] = ()
    field: Name | None = None
    """A field of the step that was answered with `equals`."""
    equals: Scalar = True


class Moved(Value):
    """A move of the case was done well."""

    kind: Literal["moved"] = "moved"
    what: Literal["handed", "looked-at", "slow", "by-the-old"]
    """Papers were handed over; somebody of the new organisation looked at them; it was taken over within
    `longest`; the old organisation did nothing more."""
    longest: Span | None = None


class Meetings(Value):
    """Meetings as their records show them: they were held, without the subject among those counted, with
    enough votes that a secret ballot stays one, and with nobody present who had said to be away.
    """

    kind: Literal["meetings"] = "meetings"
    what: Literal["held", "without-subject", "secret", "not-away"] = "held"
    steps: tuple[Name, ...] = ()
    """Empty: all meetings."""


class Extended(Value):
    """Extensions of a period: within their bounds, not too many, and each after a vote and an approval."""

    kind: Literal["extended"] = "extended"
    what: Literal["bounds", "times", "decided"]
    period: Name
    after: tuple[Name, ...] = ()
    """The steps by which it is decided."""


class Served(Value):
    """A step does not come before a period is served, as the definition counts it from its start."""

    kind: Literal["served"] = "served"
    period: Name
    by: Name
    extended: bool = False
    """Only where the period was extended."""


class Provisional(Value):
    """No day that was counted rests on a year whose working days were not announced."""

    kind: Literal["provisional"] = "provisional"


class Complete(Value):
    """A case that reached its end has every step of its definition done, or passed over with a cause."""

    kind: Literal["complete"] = "complete"
    outcomes: tuple[Name, ...]


class Despite(Value):
    """A step was not decided although a rule that blocks was broken before it."""

    kind: Literal["despite"] = "despite"
    step: Name
    outcomes: tuple[Name, ...] = ()


class Reasoned(Value):
    """An outcome that goes against the person has its reason in the record."""

    kind: Literal["reasoned"] = "reasoned"
    steps: tuple[Name, ...]
    outcomes: tuple[Name, ...]


class Barred(Value):
    """An outcome was not reached although the subject was under a restriction during a stage."""

    kind: Literal["barred"] = "barred"
    stage: Name
    step: Name
    outcomes: tuple[Name, ...]


class Scope(Value):
    """Whoever acted by a post held it in a unit the case belonged to."""

    kind: Literal["scope"] = "scope"


Question = Annotated[
    Broken
    | Order
    | Within
    | Handed
    | Answered
    | Apart
    | Entries
    | Roles
    | Levels
    | Actor
    | Repeated
    | Quiet
    | Happened
    | Moved
    | Meetings
    | Extended
    | Served
    | Provisional
    | Complete
    | Despite
    | Reasoned
    | Barred
    | Scope,
    Field(discriminator="kind"),
]
"""Anything an audit rule can ask."""
