"""Retention: how long what is known of people is kept, as rules that are data.

What belongs to a case is kept for a time after it ended: the person himself (names, free text, all that
erasing takes), the documents it names, what is noted of messages. What belongs to none is kept for some days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from dateutil.relativedelta import relativedelta
from pydantic import Field

from domain.refusals import RuleViolation, StillKept
from domain.values import Name, Text, Value

Ground = Literal["own-wish", "time-over"]
"""Why somebody is erased: he asked for it, or what is kept has outlived its time."""


Thing = Literal["person", "documents", "notices"]
"""What belongs to a case: whom it is about, what was handed in, how messages were delivered and read."""

Everyday = Literal[
    "sessions", "login-attempts", "login-places", "answers", "traces", "drafts", "documents-of-no-case"
]
"""What belongs to no case: each from the day on which it ended, or was last used or changed."""


class Keep(Value):
    """How long something is kept: so many years and days, or for good where neither is said."""

    years: int | None = Field(default=None, ge=0, le=200)
    days: int | None = Field(default=None, ge=0, le=36_500)
    basis: str

    @property
    def is_for_good(self) -> bool:
        """Whether no time is said."""
        return self.years is None and self.days is None

    def until(self, first: date) -> date | None:
        """Return the first day on which it need not be kept, counted from `first`; None: for good."""
        if self.is_for_good:
            return None
        return first + relativedelta(years=self.years or 0, days=self.days or 0)

    def before(self, now: datetime) -> datetime | None:
        """Return the moment before which what there was need not be kept by now; None: for good."""
        if self.is_for_good:
            return None
        return now - relativedelta(days=self.days or 0) - relativedelta(years=self.years or 0)


class KeepCase(Keep):
    """The same for a person, and for what may go before him; what is not said goes with him."""

    documents: Keep | None = None
    notices: Keep | None = None

    def of(self, thing: Thing) -> Keep:
        """Return how long one kind of thing is kept."""
        apart = {"documents": self.documents, "notices": self.notices}.get(thing)
        return apart or self


class Retention(Value):
    """How long cases of one process are kept, by outcome."""

    otherwise: KeepCase
    outcomes: Mapping[Name, KeepCase] = Field(default_factory=dict)

    def of(self, outcome: str | None) -> KeepCase:
        """Return the rule for an outcome."""
        return self.outcomes.get(outcome or "", self.otherwise)


FOR_GOOD = Retention(otherwise=KeepCase(basis="gen"))
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
        rule = f"retention.{case.process}.{case.outcome}"
        found.append(Kept(rule=rule, basis=keep.basis, until=keep.until(case.closed_on)))
        # Whoever is erased takes his documents along, so one that is kept longer keeps him as well.
        if keep.documents is not None:
            until = keep.documents.until(case.closed_on)
            found.append(Kept(rule=f"{rule}.documents", basis=keep.documents.basis, until=until))
    return tuple(sorted(found, key=lambda one: one.until or date.max, reverse=True))


def kept_until(rules: Mapping[str, Retention], case: Ended, thing: Thing) -> Kept | None:
    """Return by which rule a kind of thing of a case is kept, and until when; None while the case is open."""
    if case.closed_on is None:
        return None
    keep = rules.get(case.process, FOR_GOOD).of(case.outcome).of(thing)
    rule = f"retention.{case.process}.{case.outcome}.{thing}"
    return Kept(rule=rule, basis=keep.basis, until=keep.until(case.closed_on))


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
