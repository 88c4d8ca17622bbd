"""Retention: how long what is known of a person is kept after his cases ended, as rules that are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from dateutil.relativedelta import relativedelta
from pydantic import Field

from domain.refusals import RuleViolation, StillKept
from domain.values import Name, Text, Value

Ground = Literal["own-wish", "time-over"]
"""Why somebody is erased: he asked for it, or what is kept has outlived its time."""


class Keep(Value):
    """How long something is kept: so many years, or for good where none are said."""

    years: int | None = Field(default=None, ge=0, le=200)
    basis: str


class Retention(Value):
    """How long cases of one process are kept, by outcome."""

    otherwise: Keep
    outcomes: Mapping[Name, Keep] = Field(default_factory=dict)

    def of(self, outcome: str | None) -> Keep:
        """Return the rule for an outcome."""
        return self.outcomes.get(outcome or "", self.otherwise)


FOR_GOOD = Retention(otherwise=Keep(basis="gen"))
"""What holds for a process nothing is said of: to keep too long can be mended."""


class Ended(Value):
    """A case about a person: as it ended, or `closed_on` None while it is not over."""

    process: str
    outcome: str | None
    closed_on: date | None


class Kept(Value):
    """By which rule a case is kept, and the first day on which it need not be; None: for good."""

    rule: str
    basis: str
    until: date | None


def kept(rules: Mapping[str, Retention], ended: Iterable[Ended]) -> tuple[Kept, ...]:
    """Return by which rules cases are kept, the longest first. Raises StillKept for an open one."""
    found = []
    for case in ended:
        if case.closed_on is None:
            raise StillKept("retention.open-case", basis="gen", detail=_OPEN)
        keep = rules.get(case.process, FOR_GOOD).of(case.outcome)
        until = None if keep.years is None else case.closed_on + relativedelta(years=keep.years)
        rule = f"retention.{case.process}.{case.outcome}"
        found.append(Kept(rule=rule, basis=keep.basis, until=until))
    return tuple(sorted(found, key=lambda one: one.until or date.max, reverse=True))


def check_time_over(rules: Iterable[Kept], today: date) -> None:
    """Raise StillKept where a rule still keeps something; it says until when, or that it is for good."""
    for one in rules:
        refused = _refused(one, today)
        if refused is not None:
            raise refused


def _refused(one: Kept, today: date) -> RuleViolation | None:
    if one.until is None:
        return StillKept(one.rule, basis=one.basis, detail=_FOR_GOOD)
    if one.until <= today:
        return None
    return StillKept(
        one.rule,
        basis=one.basis,
        detail=Text(zh=f"按规定须保存至{one.until}。", en=f"By this rule it is kept until {one.until}."),
        passes_on=one.until,
    )


_OPEN = Text(zh="此人还有未结个案。", en="A case about this person is not over.")
_FOR_GOOD = Text(zh="按规定须长期保存。", en="By this rule it is kept for good.")
