"""Rules as typed data: what is checked, at which level, and the article it rests on."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from domain.spans import Span
from domain.values import Level, Name, Scalar, Text, Unfit, Value

_SHARE = re.compile(r"^\d{1,4}(/[1-9]\d{0,3}|\.\d{1,4})?$")

Anchor = str
"""A day a case knows: `<step>` (the day it was done), `<step>.opened`, `<period>.starts`, `<period>.ends`,
`<notice>.ends`, `<stage>.entered`, or `case.opened`."""


class Condition(Value):
    """When a part of a definition applies. Everything stated must hold."""

    unit: Name | None = None
    """A unit of this kind stands on the case's path through the organisation."""
    no_unit: Name | None = None
    outcomes: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """These steps ended in one of these outcomes."""
    field: str | None = None
    """`<step>.<field>` was answered, and with `equals` when that is given, otherwise with yes."""
    equals: Scalar = True
    transferred: bool | None = None
    """The case moved to another unit during the present stage (or did not)."""


class Interval(Value):
    """A minimum wait: the step may not happen before `wait` after the anchor. Always blocks."""

    wait: Span = Span()
    of: Anchor
    basis: str
    id: Name | None = None
    when: Condition | None = None


class Deadline(Value):
    """A latest day: afterwards the act stays possible, is marked late and needs a reason."""

    within: Span
    of: Anchor
    basis: str
    id: Name | None = None
    when: Condition | None = None
    new: bool = False
    """Introduced by this version: where the anchor was reached under an older one, it runs from the day the
    new version took over."""
    breach_after: Span | None = None
    """Beyond this span from the anchor the lateness is a finding as well."""
    escalate: tuple[str, ...] = ()
    """Actors who are told, too, when the day has passed."""


class Threshold(Value):
    """A share or number a count must reach: `{more_than: 1/2, of: eligible}` or `{count: 3}`."""

    more_than: Fraction | None = None
    at_least: Fraction | None = None
    count: int | None = Field(default=None, ge=0)
    of: Literal["eligible", "present", "cast"] = "eligible"
    basis: str
    id: Name | None = None
    parameter: bool = False
    """The law leaves the figure open: an overlay may set it, only stricter."""

    @field_validator("more_than", "at_least", mode="before")
    @classmethod
    def _fraction(cls, given: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever was written
        if isinstance(given, str) and not _SHARE.match(given):
            raise Unfit(
                zh=f"“{given[:20]}”不是比例：请写作 1/2 或 0.5",
                en=f"{given[:20]!r} is not a share: write 1/2 or 0.5",
            )
        return Fraction(given) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_measure(self) -> Threshold:
        if sum(part is not None for part in (self.more_than, self.at_least, self.count)) != 1:
            raise Unfit(
                zh="比例要求只能写 more_than、at_least、count 中的一项",
                en="a threshold has exactly one of more_than, at_least, count",
            )
        return self

    def is_met(self, number: int, whole: int) -> bool:
        """Whether `number` out of `whole` reaches the threshold. Exact: nothing is rounded."""
        if self.count is not None:
            return number >= self.count
        if self.more_than is not None:
            return Fraction(number) > self.more_than * whole
        return Fraction(number) >= (self.at_least or 0) * whole

    def needed(self, whole: int) -> int:
        """Return the smallest number out of `whole` that reaches the threshold."""
        if self.count is not None:
            return self.count
        if self.more_than is not None:
            return floor(self.more_than * whole) + 1
        return ceil((self.at_least or 0) * whole)


class _Rule(Value):
    id: Name | None = None
    level: Level = "block"
    basis: str
    when: Condition | None = None
    says: Text | None = None
    """What to tell a person who breaks it, where the built-in sentence is too dry."""


class AgeRule(_Rule):
    """The subject is at least this many years old on the day of the act."""

    type: Literal["age"] = "age"
    at_least: int


class StandingRule(_Rule):
    """Everybody in a case role (or the subject) still has the standing on the day of the act."""

    type: Literal["standing"] = "standing"
    who: str
    standing: Name


class RestrictionRule(_Rule):
    """Nobody in a case role (or the subject) is under one of these restrictions that day."""

    type: Literal["restriction"] = "restriction"
    who: str
    none_of: tuple[Name, ...]


class CountRule(_Rule):
    """So many entries of a duty were recorded in a period or notice step."""

    type: Literal["count"] = "count"
    step: Name
    entry: Name
    at_least: int


class DocumentRule(_Rule):
    """These materials were handed in at some step by now."""

    type: Literal["document"] = "document"
    materials: tuple[Name, ...]


class FieldRule(_Rule):
    """A field's value: equal to, within bounds, or (a day) at least so long after the act."""

    type: Literal["field"] = "field"
    field: Name
    equals: Scalar = None
    at_least: int | None = None
    at_most: int | None = None
    after_act: Span | None = None
    """An empty field passes; a day must lie at least this long after the day of the act."""


class UnitRule(_Rule):
    """The unit of this kind on the case's path has these qualities."""

    type: Literal["unit"] = "unit"
    unit: Name
    temporary: bool | None = None
    may_approve: bool | None = None
    full_members_at_least: int | None = None


class SeparationRule(_Rule):
    """Whoever acts, or whom he acts for, has had none of these other parts in the case.

    Parts count over all rounds, versions and years, and whoever was acted for counts as having acted.
    """

    type: Literal["separation"] = "separation"
    who: Literal["actor", "named"] = "actor"
    """Of whom it is asked: whoever acts, or those a step of kind appoint names."""
    steps: tuple[Name, ...] = ()
    """Acted in one of these steps."""
    stages: tuple[Name, ...] = ()
    """Acted in one of these stages."""
    unit_kinds: tuple[Name, ...] = ()
    """Acted for a unit of one of these kinds: at another level."""
    case_roles: tuple[Name, ...] = ()
    """Holds one of these case roles, or held it."""
    anywhere: bool = False
    """Acted in any other step."""
    before_an_appeal: bool = False
    """Decided what an appeal reopened."""


Rule = Annotated[
    AgeRule
    | StandingRule
    | RestrictionRule
    | CountRule
    | DocumentRule
    | FieldRule
    | UnitRule
    | SeparationRule,
    Field(discriminator="type"),
]
"""Any typed rule a step may carry beside its intervals, deadlines and thresholds."""
